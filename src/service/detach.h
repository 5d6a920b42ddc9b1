#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "os/daemonise.h"
#include "os/environment.h"

/// The start program's side of service/ensure.h: becoming a service that outlives who started it.
namespace service {

/// Opens a log for appending (0600, no symlink). One that has grown over `limit` bytes is first
/// renamed to `<path>.1`, replacing the one before.
base::Result<os::Fd> OpenRotatedLog(const std::string& path, uint64_t limit = uint64_t{4} << 20);

/// What a service needs of its starter's environment: HOME, PATH, USER, LOGNAME, SHELL, TMPDIR,
/// LANG, LC_*, TZ, XDG_*, and what `keep` names (a name, or a prefix that ends in '*'). Without a
/// PATH it gets the system's usual one.
os::Environment MinimalEnvironment(const os::Environment& from,
                                   std::span<const std::string_view> keep);

/// Leaves this process's child as the service: own session, cwd /, umask 077, stdin and stdout
/// /dev/null, stderr to the rotated log. In the service the result's `is_daemon` is true and its
/// `report` must be told Ready() once the door listens, or Failed(). In the starter it returns
/// after that word: exit 0, or print the error and exit with its code. Before any thread or event
/// loop.
base::Result<os::Daemonised> Detach(const std::string& log_path);

}  // namespace service
