#pragma once

#include <vector>

#include "base/error.h"
#include "odu/command/ledger_place.h"
#include "odu/model/odu_contract.h"

namespace odu::command {

/// What the runs of a checkout owe their forge, as their folders tell it; newest run first.
base::Result<std::vector<model::OwedStatus>> OwedStatuses(const LedgerPlace& place);

}  // namespace odu::command
