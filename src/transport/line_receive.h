#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string_view>

#include "transport/framing.h"

namespace transport {

/// The reading half of every link: the next line out of `lines`, for which `read`, an
/// `awaitable<base::Result<size_t>>(LineBuffer::Room)`, brings at least one byte at a time. Its
/// failure is the link's end. `lines` outlives the wait.
template <class Read>
boost::asio::awaitable<base::Result<std::string_view>> ReceiveLine(LineBuffer& lines, Read read) {
  for (;;) {
    base::Result<std::optional<std::string_view>> line = lines.Next();
    if (!line) {
      co_return base::Pass(line.error());
    }
    if (*line) {
      co_return **line;
    }
    const LineBuffer::Room room = lines.PrepareRead();
    const base::Result<size_t> count = co_await read(room);
    if (!count) {
      co_return base::Pass(count.error());
    }
    lines.Commit(*count);
  }
}

}  // namespace transport
