#include "odu/face/console.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace odu::face {
namespace {

/// Writes all of `text`; 0, or the errno that stopped it. Also for descriptors that somebody else
/// made non-blocking (a terminal shared with another program).
int WriteWhole(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      pollfd room{fd, POLLOUT, 0};
      poll(&room, 1, -1);
    } else if (written < 0 && errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

constexpr std::string_view kReaderLeft = "reader_left";

}  // namespace

void Console::Out(std::string_view text) {
  if (failure_.has_value()) {
    return;
  }
  const int error_number = WriteWhole(ends_.out_fd, text);
  if (error_number == EPIPE || (error_number == EIO && ends_.out_is_terminal)) {
    failure_ = base::Error(base::ErrorKind::kGone, std::string(kReaderLeft),
                           "nobody reads the output any more");
  } else if (error_number == EBADF) {
    failure_ = base::Error(base::ErrorKind::kHost, "stdout_closed", "stdout is closed",
                           "leave it open; '>/dev/null' is for output that nobody wants");
  } else if (error_number != 0) {
    failure_ = base::SystemError("writing to stdout", error_number);
  }
}

void Console::Err(std::string_view text) {
  WriteWhole(ends_.err_fd, text);
}

bool Console::reader_left() const {
  return failure_.has_value() && failure_->code() == kReaderLeft;
}

}  // namespace odu::face
