#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "base/error.h"
#include "odu/coordinator/live_run.h"
#include "odu/ledger/run_record.h"
#include "odu/model/odu_contract.h"

namespace odu::coordinator {

/// `run.next`, the one wait. A cursor counts the reds that the caller has been told of; the
/// answer's cursor is what to hand in next. The answer comes
/// - at once when the run is settled (also again, and with any cursor of this run);
/// - unless `settle`, when a node that turned red after `after` is still red: its log is complete
///   by then, because nothing terminal is known before it is; `fail_fast` is true;
/// - after `deadline_ms`, with `timed_out`.
/// Failures: kUsage "bad_cursor" (of another run, or no cursor), kRefused "checkout_moved" (another
/// commit than expected), kGone "coordinator_stopping" (dial again: the run goes on).
boost::asio::awaitable<base::Result<model::NextReply>> WaitForNext(World& world,
                                                                   std::shared_ptr<LiveRun> run,
                                                                   model::NextRequest request);

/// The same answer for a run that is over, from what the ledger knows.
model::NextReply NextReplyOf(const ledger::RunRecord& record);

}  // namespace odu::coordinator
