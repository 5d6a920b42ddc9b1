#pragma once

#include "odu/ledger/run_folder.h"
#include "odu/model/run.h"

namespace odu::coordinator {

/// What is shown of a run before anything of it has happened.
model::Run StateOf(const ledger::RunHeader& header);

}  // namespace odu::coordinator
