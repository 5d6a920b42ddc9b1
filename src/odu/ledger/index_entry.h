#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "odu/ledger/run_folder.h"
#include "odu/ledger/run_record.h"
#include "odu/model/node.h"
#include "odu/model/run.h"

namespace odu::ledger {

/// One attempt that has ended.
struct EndedAttempt {
  std::string node;  ///< its id
  int32_t n = 0;
  model::NodeStatus status = model::NodeStatus::kOk;
  std::optional<int64_t> duration_ms;
  std::string reason;
  std::optional<int64_t> started_at;
  uint64_t log_bytes = 0;
  bool operator==(const EndedAttempt&) const = default;
};

enum class EntryState { kUnread = 0, kUnclosed = 1, kClosed = 2, kExpired = 3 };

/// What the index holds of one run.
struct IndexEntry {
  std::string run_id;
  EntryState state = EntryState::kUnread;
  /// What the folder looked like when it was read: equal stamps, equal contents. Never empty then.
  std::string stamp;
  /// The stamp in the index that this was read to replace, empty for none: where it is another one
  /// by now, somebody has read the folder later. Nothing = whatever is there.
  std::optional<std::string> replaces;
  /// For people, when the header could not be read; empty also when there is none yet.
  std::string trouble;
  std::string checkout_id;
  int32_t seq = 0;
  /// What ran: the sha, or the content id of a dirty tree; empty when that changed meanwhile.
  std::string content;
  uint64_t bytes = 0;  ///< what the folder takes on the disk, about
  model::RunSummary summary;
  std::vector<EndedAttempt> attempts;
};

/// Every attempt that has ended, as the journal's lines told of them, in that order; the newest
/// line of an attempt counts.
std::vector<EndedAttempt> EndedAttempts(const std::vector<model::Node>& lines);

/// A run's folder, read once.
struct StoredRun {
  RunRecord record;
  std::vector<EndedAttempt> attempts;
};
/// kGone "no_run"; kHost "bad_run". A missing or damaged journal is no failure, see ReadRun.
base::Result<StoredRun> ReadStoredRun(const RunFolder& folder);

/// Size and time of a run's header and journal.
std::string StampOf(const RunFolder& folder);

/// Reads a run's folder for the index; never fails: what is wrong is in the entry.
IndexEntry ReadEntry(std::string_view state, const std::string& run_id);

}  // namespace odu::ledger
