#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "odu/model/odu_contract.h"
#include "surface/stream.h"

namespace odu::coordinator {

/// The log of a node of a run that is over, from its folder. Failures: kUsage "bad_run_id" and
/// those of model::MatchOneId; kGone "no_run", "no_log".
base::Result<std::shared_ptr<surface::ByteLog>> OpenFinishedLog(const std::string& state,
                                                                const model::NodeLogInput& input);

}  // namespace odu::coordinator
