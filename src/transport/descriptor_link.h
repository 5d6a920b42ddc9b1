#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "os/fd.h"
#include "surface/link.h"
#include "transport/framing.h"

namespace transport {

/// A link over file descriptors: a connected socket, or a pair of pipes (stdio). They are made
/// non-blocking. Bytes that arrived already with the last line are given by `leftover` (the rest of
/// what came after a sentinel). The process must ignore SIGPIPE (os::IgnoreBrokenPipes).
std::unique_ptr<surface::Link> MakeDescriptorLink(boost::asio::any_io_executor executor,
                                                  os::Fd read_fd, os::Fd write_fd,
                                                  surface::Peer peer = {},
                                                  std::string_view leftover = {});

/// A link over one connected unix socket, with the peer's credentials.
std::unique_ptr<surface::Link> MakeUnixLink(boost::asio::any_io_executor executor, os::Fd socket);

}  // namespace transport
