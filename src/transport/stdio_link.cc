#include "transport/stdio_link.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/text.h"
#include "transport/descriptor_link.h"

namespace transport {
namespace {

namespace asio = boost::asio;

/// Where the sentinel begins in `text`, npos when its line is not whole yet. It need not start its
/// line: a login shell's last words may lack a newline.
size_t FindSentinel(const std::string& text, size_t& after) {
  for (size_t at = text.find(kSentinel); at != std::string::npos;
       at = text.find(kSentinel, at + 1)) {
    size_t end = at + kSentinel.size();
    if (end < text.size() && text[end] == '\r') {
      ++end;
    }
    if (end < text.size() && text[end] == '\n') {
      after = end + 1;
      return at;
    }
  }
  return std::string::npos;
}

base::Error NoSentinel(std::string_view why, const std::string& noise) {
  std::string message = fmt::format("the other side {} before its first message", why);
  if (!noise.empty()) {
    message += "; it printed:\n" + base::Sanitised(noise.substr(0, 2000), false);
  }
  return base::Error(base::ErrorKind::kHost, "no_sentinel", message);
}

}  // namespace

base::Result<std::unique_ptr<surface::Link>> AnnounceStdio(asio::any_io_executor executor,
                                                           os::Fd in, os::Fd out) {
  if (auto written = os::WriteAll(out.get(), std::string(kSentinel) + "\n"); !written) {
    return base::Pass(written.error());
  }
  return MakeDescriptorLink(std::move(executor), std::move(in), std::move(out));
}

asio::awaitable<base::Result<StdioLink>> AwaitSentinel(asio::any_io_executor executor,
                                                       os::Fd read_fd, os::Fd write_fd) {
  auto duplicate = read_fd.Duplicate();
  if (!duplicate) {
    co_return base::Pass(duplicate.error());
  }
  asio::posix::stream_descriptor input(executor, duplicate->Release());
  input.non_blocking(true);
  std::string text;
  std::array<char, 4096> buffer;
  size_t after = 0;
  for (;;) {
    const auto [error, count] =
        co_await input.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
    if (error) {
      co_return base::Pass(NoSentinel("ended", text));
    }
    text.append(buffer.data(), count);
    const size_t at = FindSentinel(text, after);
    if (at != std::string::npos) {
      StdioLink opened;
      opened.noise = text.substr(0, at);
      opened.link = MakeDescriptorLink(executor, std::move(read_fd), std::move(write_fd), {},
                                       std::string_view(text).substr(after));
      co_return opened;
    }
    if (text.size() > kMaxNoiseBytes) {
      co_return base::Pass(
          NoSentinel(fmt::format("said more than {} bytes", kMaxNoiseBytes), text));
    }
  }
}

}  // namespace transport
