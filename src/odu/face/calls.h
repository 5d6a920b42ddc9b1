#pragma once

#include <string>

#include "base/error.h"
#include "odu/face/command_line.h"
#include "odu/face/logs.h"
#include "odu/face/run.h"
#include "odu/face/steer.h"
#include "odu/face/wait.h"
#include "os/environment.h"

/// What the faces are asked for, read from a command line's options. Pure.
namespace odu::face {

/// Who calls, as a run is told of it.
struct CallerFacts {
  std::string cwd;
  os::Environment environment;
  int32_t umask = 022;
  int64_t pid = 0;
  std::string request_id;
};

/// `odu run`: the request and how it is shown. kUsage "bad_host" for a pin that is none, and
/// "bad_number".
base::Result<RunCall> RunCallOf(const Invocation& given, const CallerFacts& caller);
/// `odu logs`. kUsage "bad_number".
base::Result<LogsCall> LogsCallOf(const Invocation& given);
/// `odu wait`, its start left at kNever. kUsage "bad_number".
base::Result<WaitCall> WaitCallOf(const Invocation& given);
/// `odu rerun`, but for the run and the caller that it is of.
RerunCall RerunCallOf(const Invocation& given);
/// `odu cancel`, its start left at kNever.
CancelCall CancelCallOf(const Invocation& given);

}  // namespace odu::face
