#pragma once

#include "odu/ledger/run_folder.h"
#include "odu/model/run.h"

namespace odu::coordinator {

/// The cell `run` as a run begins with it. Pure.
model::Run RunCellOf(const ledger::RunHeader& header);

}  // namespace odu::coordinator
