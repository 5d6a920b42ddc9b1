#pragma once

#include <string>

#include "base/error.h"
#include "odu/command/ledger_place.h"
#include "odu/model/run_report.h"

namespace odu::command {

/// What is different in `after`: nodes that appeared or vanished, that ended otherwise, that took
/// at least half as long again (or as much less) and a second. Pure.
model::RunDiff DiffOf(const model::RunReport& before, const model::RunReport& after);

/// Of the runs that the two words name. Failures as ledger::FindRun; kGone "run_expired".
base::Result<model::RunDiff> DiffRuns(const LedgerPlace& place, const std::string& before,
                                      const std::string& after);

}  // namespace odu::command
