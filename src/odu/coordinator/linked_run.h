#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "odu/ledger/run_folder.h"

namespace odu::coordinator {

/// The node ids that a rerun of `targets` in a run that is closed has to run again: those and all
/// that depends on them. `_ci-setup` alone means its whole lane. Pure. Failures as
/// model::MatchIds.
base::Result<std::vector<std::string>> NodesToRunAgain(const ledger::RunHeader& earlier,
                                                       const std::vector<std::string>& targets);

}  // namespace odu::coordinator
