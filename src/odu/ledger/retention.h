#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "odu/ledger/index.h"

namespace odu::ledger {

/// How long finished runs are kept.
struct KeepRule {
  int64_t keep_ms = int64_t{30} * 24 * 3600 * 1000;
  uint64_t quota_bytes = uint64_t{20} << 30;  ///< of all finished runs together
};

/// Which of these runs go, the oldest first: the finished ones that ended longer ago than the rule
/// keeps, then the oldest until the others fit into the quota. A run that is not closed never goes;
/// the newest closed one of a checkout does not go for the quota. Pure.
std::vector<IndexedRun> RunsToExpire(std::span<const IndexedRun> runs, const KeepRule& rule,
                                     int64_t now_ms);

struct Pruned {
  std::vector<IndexedRun> removed;  ///< oldest first
  /// For people: those that were to go and did not, each with its reason.
  std::vector<std::string> kept;
  uint64_t bytes = 0;  ///< what was freed, about
};

/// Removes old runs of this user, all checkouts': each is first written into expired.ndjson, so
/// that it can still say how it had ended. A run with a lane that lives stays. With `dry_run`
/// nothing is touched. kBusy "locked" while another process does the same. Blocks.
base::Result<Pruned> PruneRuns(std::string_view state, const KeepRule& rule, int64_t now_ms,
                               bool dry_run);

/// PruneRuns by the usual rule, unless that was done within a day.
base::Result<Pruned> PruneDaily(std::string_view state, int64_t now_ms);

}  // namespace odu::ledger
