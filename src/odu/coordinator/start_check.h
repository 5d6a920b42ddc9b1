#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "odu/model/odu_contract.h"

namespace odu::coordinator {

/// Refuses a request that is malformed or beyond a stated limit, before anything looks at it:
/// kUsage "bad_request" or kLimit "request_too_large", the field named. Pure.
base::Result<void> CheckStart(const model::RunStartRequest& request);
base::Result<void> CheckNodes(const model::NodesRequest& request);
base::Result<void> CheckRequestId(std::string_view request_id);

/// A text for people that came from outside, as it may be stored and shown: at most 200 bytes,
/// control bytes visible.
std::string ShownText(std::string_view text);

}  // namespace odu::coordinator
