#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "os/fd.h"

/// `.ci` in a checkout: the door and the names of the logs. Nothing in it is truth; `git clean
/// -fdx` may take it away at any time.
namespace odu::ledger {

inline constexpr std::string_view kCiFolder = ".ci";
/// `.ci/odu.sock`
std::string SocketPath(std::string_view toplevel);

/// Makes and opens `.ci`: a real directory, ours, 0700, with a `.gitignore` that hides all of it.
/// Where the repository tracks it, its mode and its ignore file are left alone. kRefused
/// "not_a_directory", "symlink", "foreign_owner" with what to do; kHost "io" when read-only.
base::Result<os::Fd> PrepareCiFolder(const std::string& toplevel, bool tracked);

/// Gives `log` (an absolute path) its name `.ci/<sha7>/<platform>/<instance>.log`, replacing the
/// one of an older attempt as one step: a hard link, across devices a symlink. Never leaves `.ci`
/// through a symlink, and never replaces a directory: kRefused. Folders are made as needed.
base::Result<void> LinkLog(const std::string& toplevel, std::string_view sha7,
                           std::string_view platform, std::string_view instance,
                           const std::string& log);

}  // namespace odu::ledger
