#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "os/fd.h"
#include "surface/link.h"

/// Links over a program's stdin and stdout, where a login shell may speak first: one sentinel line
/// precedes the first message, and what came before it is kept for people to read.
namespace transport {

/// The line that precedes the first message, without its newline.
inline constexpr std::string_view kSentinel = "#surface-link 1";
/// How much noise is accepted before the sentinel (design.md section 3, "Limits").
inline constexpr size_t kMaxNoiseBytes = size_t{64} << 10;

/// The serving side: writes the sentinel and gives the link. Nothing else may write to `out`.
base::Result<std::unique_ptr<surface::Link>> AnnounceStdio(boost::asio::any_io_executor executor,
                                                           os::Fd in, os::Fd out);

struct StdioLink {
  std::unique_ptr<surface::Link> link;
  std::string noise;  ///< what was printed before the sentinel, raw
};

/// The calling side: reads up to the sentinel. Failures: kHost "no_sentinel" when the other side
/// ended or said more than kMaxNoiseBytes first; its words, made safe to show, are in the message.
/// A deadline is the caller's.
boost::asio::awaitable<base::Result<StdioLink>> AwaitSentinel(boost::asio::any_io_executor executor,
                                                              os::Fd read_fd, os::Fd write_fd);

}  // namespace transport
