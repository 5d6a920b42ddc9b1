#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>

#include "base/error.h"
#include "mcp/server.h"
#include "os/fd.h"

namespace mcp {

/// Serves one peer over a pair of descriptors (stdin and stdout): a message a line. Nothing but
/// messages is written. Returns when the input ends (what was asked by then is answered, as far as
/// that takes no waiting), after `until_stopped` has returned, or with an error when nobody reads
/// any more (kGone "closed").
///
/// A peer that does not read costs what it asked for: after 4 MiB of unread answers nothing more is
/// read from it. A line over kMaxTextBytes is answered with a fault and passed over.
boost::asio::awaitable<base::Result<void>> ServeStdio(
    Server& server, os::Fd in, os::Fd out,
    std::move_only_function<boost::asio::awaitable<void>()> until_stopped);

}  // namespace mcp
