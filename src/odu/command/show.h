#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "odu/command/ledger_place.h"
#include "odu/ledger/index_entry.h"
#include "odu/ledger/run_record.h"
#include "odu/model/run_report.h"

namespace odu::command {

/// The run that `word` names (empty = the newest), with everything that is known of it. An expired
/// one is shown as far as anything is left. Failures as ledger::FindRun; kHost "bad_run" when its
/// header cannot be read.
base::Result<model::RunReport> ShowRun(const LedgerPlace& place, const std::string& word);

/// The same from what was read of the folder; `live` says whether the run's checkout has an owner.
/// Nothing of it needs the index: `usual_ms` stays empty.
model::RunReport ReportOf(const ledger::RunRecord& record,
                          const std::vector<ledger::EndedAttempt>& attempts,
                          const ledger::RunFolder& folder, bool live);

}  // namespace odu::command
