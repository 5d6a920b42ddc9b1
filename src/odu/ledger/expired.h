#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "odu/model/run.h"

namespace odu::ledger {

/// What is left of a run whose folder was removed because of its age: a line of
/// `<state>/expired.ndjson`.
struct ExpiredRun {
  model::RunSummary summary;
  std::string checkout_id;
  int32_t seq = 0;
  int64_t expired_at = 0;  ///< epoch milliseconds
  bool operator==(const ExpiredRun&) const = default;
  static constexpr std::array<std::string_view, 1> kRequired{"summary"};
};
BOOST_DESCRIBE_STRUCT(ExpiredRun, (), (summary, checkout_id, seq, expired_at))

std::string ExpiredFile(std::string_view state);

/// Writes them down; on the disk when it returns. One process at a time.
base::Result<void> RecordExpired(std::string_view state, const std::vector<ExpiredRun>& runs);

/// All of them, the oldest expiry first; damaged lines are left out. A missing file is an empty
/// list.
base::Result<std::vector<ExpiredRun>> ReadExpired(std::string_view state);

/// That run, if it has expired.
std::optional<ExpiredRun> FindExpired(std::string_view state, std::string_view run_id);

/// What to say where an expired run's folder would be needed: kGone "run_expired", "26d2c2d#1 is
/// expired, and it had failed".
base::Error ExpiredError(const ExpiredRun& run);

/// What to say of a run whose folder is not there: ExpiredError where it is in that list.
base::Error ExpiredOr(std::string_view state, std::string_view run_id, const base::Error& error);

}  // namespace odu::ledger
