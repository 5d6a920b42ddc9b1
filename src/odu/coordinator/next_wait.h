#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "base/error.h"
#include "odu/coordinator/live_run.h"
#include "odu/model/odu_contract.h"

namespace odu::coordinator {

/// `run.next`, the one wait: what model::AnswerNext decides, as soon as it does, at the latest
/// after `deadline_ms`. Failures: those of model::CheckNext, kGone "coordinator_stopping" (dial
/// again: the run goes on).
boost::asio::awaitable<base::Result<model::NextReply>> WaitForNext(World& world,
                                                                   std::shared_ptr<LiveRun> run,
                                                                   model::NextRequest request);

}  // namespace odu::coordinator
