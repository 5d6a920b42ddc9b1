#pragma once

#include <cstdint>

#include "base/error.h"
#include "odu/command/ledger_place.h"
#include "odu/ledger/retention.h"
#include "odu/model/care_report.h"

namespace odu::command {

/// `odu prune`: removes old runs of all checkouts of this user by `rule`. Failures as
/// ledger::PruneRuns.
base::Result<model::PruneReport> Prune(const LedgerPlace& place, const ledger::KeepRule& rule,
                                       int64_t now_ms, bool dry_run);

}  // namespace odu::command
