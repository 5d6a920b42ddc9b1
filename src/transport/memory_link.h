#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <utility>

#include "surface/link.h"

namespace transport {

/// Two ends of a link inside one process: an app that serves and reads a surface itself, and tests.
/// At most 4 MiB wait in each direction; a Send beyond that waits for the reader.
std::pair<std::unique_ptr<surface::Link>, std::unique_ptr<surface::Link>> MakeMemoryLinks(
    boost::asio::any_io_executor executor);

}  // namespace transport
