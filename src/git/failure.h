#pragma once

#include <string_view>

#include "base/error.h"
#include "os/run_program.h"

namespace git {

/// What a git that ended red was about: "git <verb>: <the line of its stderr that says why>". kHost
/// "git_failed", or "disk_full" when that was the cause.
base::Error Failure(std::string_view verb, const os::ProgramResult& result);

/// The line of git's stderr that says why: the first one marked fatal or error, without the mark;
/// else the first one. Empty when it said nothing.
std::string_view Cause(std::string_view stderr_text);

}  // namespace git
