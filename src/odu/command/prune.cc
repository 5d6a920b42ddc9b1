#include "odu/command/prune.h"

#include <utility>

namespace odu::command {

base::Result<model::PruneReport> Prune(const LedgerPlace& place, const ledger::KeepRule& rule,
                                       int64_t now_ms, bool dry_run) {
  auto pruned = ledger::PruneRuns(place.state, rule, now_ms, dry_run);
  if (!pruned) {
    return base::Pass(pruned.error());
  }
  model::PruneReport report;
  report.dry_run = dry_run;
  report.kept = std::move(pruned->kept);
  report.bytes = pruned->bytes;
  for (const ledger::IndexedRun& run : pruned->removed) {
    report.removed.push_back(model::PrunedRun{run.summary.ref, run.summary.run_id,
                                              run.summary.checkout, run.summary.verdict,
                                              run.summary.finished_at, run.bytes});
  }
  return report;
}

}  // namespace odu::command
