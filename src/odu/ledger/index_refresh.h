#pragma once

#include <string_view>

#include "base/error.h"
#include "odu/ledger/index.h"

namespace odu::ledger {

/// Reads into the index what the run folders have had since it was last looked: new folders, those
/// that were not finished then, what expired, what somebody removed. Many may do so at once. Costs
/// two system calls where nothing has happened.
base::Result<void> RefreshIndex(Index& index, std::string_view state);

/// The same for an index that is empty and nobody else's, on all CPUs.
base::Result<void> FillIndex(Index& index, std::string_view state);

}  // namespace odu::ledger
