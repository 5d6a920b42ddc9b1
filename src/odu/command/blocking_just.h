#pragma once

#include "odu/plan/just_runner.h"
#include "os/environment.h"

namespace odu::command {

/// Runs just for a command without an event loop; `environment` must outlive the result. kHost
/// "just_missing".
plan::RunJust BlockingJust(const os::Environment& environment);

}  // namespace odu::command
