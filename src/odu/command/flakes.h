#pragma once

#include <span>

#include "base/error.h"
#include "odu/command/ledger_place.h"
#include "odu/ledger/index.h"
#include "odu/model/run_report.h"

namespace odu::command {

/// The nodes that were red and then ok on the same commit, from the index: of this checkout, with
/// `all` of every one.
base::Result<model::FlakesReport> ListedFlakes(const LedgerPlace& place, bool all);

/// The cases gathered by node, those on the most commits first, then the newest. Pure; the tallies
/// are left at none.
model::FlakesReport GatherFlakes(std::span<const ledger::FlakyCase> cases);

}  // namespace odu::command
