#pragma once

#include <string>
#include <vector>

#include "odu/model/gate_report.h"
#include "odu/model/odu_contract.h"

namespace odu::face {

/// What `odu post` prints of what is owed.
std::string OwedText(const std::vector<model::OwedStatus>& owed);
/// What `odu post --retry` prints.
std::string RetryText(const model::GateRetryReply& reply);
std::string AuthText(const model::AuthReport& report);
/// With `--dry-run`: the contexts, one a line, and the change.
std::string ProtectText(const model::ProtectReport& report);

}  // namespace odu::face
