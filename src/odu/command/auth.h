#pragma once

#include <string>

#include "base/error.h"
#include "odu/model/gate_report.h"
#include "os/environment.h"

namespace odu::command {

/// Which token was found for the checkout's forge, what it may do, and what is missing. Asks the
/// forge and changes nothing. Failures: those of OpenForge and of the forge.
base::Result<model::AuthReport> ExamineAuth(const std::string& cwd,
                                            const os::Environment& environment);

}  // namespace odu::command
