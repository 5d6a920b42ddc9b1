#pragma once

#include "base/error.h"
#include "odu/ledger/run_record.h"
#include "odu/model/odu_contract.h"

namespace odu::ledger {

/// What `run.next` answers of a run that nobody looks after any more, from its folder alone: the
/// same as its coordinator would have, cursors that it gave included. A run that nobody brought to
/// its end is settled as what it is: `incomplete`, or failed when something of it was red. Failures
/// as model::CheckNext. Pure.
base::Result<model::NextReply> StoredNext(const RunRecord& record,
                                          const model::NextRequest& request);

}  // namespace odu::ledger
