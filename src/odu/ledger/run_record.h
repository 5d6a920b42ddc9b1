#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "odu/ledger/journal.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/run.h"

namespace odu::ledger {

/// A run as its folder tells it: header and journal, replayed.
struct RunRecord {
  RunHeader header;
  /// The newest line of each node, by name; a node that has none yet is not here.
  std::map<std::string, model::Node, std::less<>> nodes;
  /// The newest line of each lane, by platform.
  std::map<std::string, LaneLine, std::less<>> lanes;
  /// The whole logs, by node and attempt.
  std::map<std::pair<std::string, int32_t>, LogLine> logs;
  /// Each red that was written down, in that order: node and attempt. What cursors count.
  std::vector<std::pair<std::string, int32_t>> reds;
  std::optional<model::RunStartRequest> request;
  uint64_t epoch = 0;  ///< of the newest owner
  /// The newest settlement; empty while something runs again after it.
  std::optional<SettledLine> settled;
  std::optional<int64_t> settled_at;
  int32_t revisions = 0;  ///< how often it settled
  std::optional<ClosedLine> closed;
  std::optional<int64_t> closed_at;
  JournalEnd end;

  /// Takes one line of the journal.
  void Apply(JournalLine line);
};

/// Reads a run's folder. kGone "no_run"; a missing or damaged journal is no failure: `end` tells.
base::Result<RunRecord> ReadRun(const RunFolder& folder);

/// `live` is for the caller to say: whether somebody owns the checkout now.
model::RunSummary SummaryOf(const RunRecord& record);

/// Writes a closed run's summary, so that listing need not replay it.
base::Result<void> WriteSummary(const RunFolder& folder, const model::RunSummary& summary);

/// The written summary, else one made from header and journal.
base::Result<model::RunSummary> ReadSummary(const RunFolder& folder);

}  // namespace odu::ledger
