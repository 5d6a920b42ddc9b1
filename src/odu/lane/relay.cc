#include "odu/lane/relay.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <span>

namespace odu::lane {

namespace {

constexpr size_t kBufferBytes = size_t{256} << 10;
constexpr int kOutPipeBytes = 256 << 10;

/// One direction: what was read and is not yet written.
struct Direction {
  int from;
  int to;
  /// Not cleared: what is never used costs no memory.
  std::unique_ptr<char[]> bytes = std::make_unique_for_overwrite<char[]>(kBufferBytes);
  size_t begin = 0;
  size_t end = 0;
  bool eof = false;
  bool broken = false;  ///< nobody reads the other end any more

  bool wants_read() const { return !eof && begin == end; }
  bool wants_write() const { return begin < end && !broken; }
  bool done() const { return broken || (eof && begin == end); }

  void Read() {
    const os::ReadOutcome read = os::TryRead(from, std::span(bytes.get(), kBufferBytes));
    if (read.end == os::ReadEnd::kData) {
      begin = 0;
      end = read.bytes;
    } else if (read.end != os::ReadEnd::kWouldBlock) {
      eof = true;
    }
  }

  void Write() {
    const ssize_t put = ::write(to, bytes.get() + begin, end - begin);
    if (put > 0) {
      begin += static_cast<size_t>(put);
    } else if (put < 0 && errno != EAGAIN && errno != EINTR) {
      broken = true;
    }
  }
};

}  // namespace

base::Result<void> Relay(int in, int out, os::Fd socket) {
  for (const int fd : {in, out, socket.get()}) {
    if (auto set = os::SetNonBlocking(fd, true); !set) {
      return set;
    }
  }
  Direction up{in, socket.get()};
  Direction down{socket.get(), out};
  // Best effort: it may be no pipe.
  static_cast<void>(::fcntl(out, F_SETPIPE_SZ, kOutPipeBytes));
  bool shut = false;
  while (!down.done()) {
    if (up.done() && !shut) {
      // The caller has said all; the lane may still answer.
      shut = true;
      ::shutdown(socket.get(), SHUT_WR);
    }
    std::array<pollfd, 4> polled{{{up.wants_read() ? up.from : -1, POLLIN, 0},
                                  {up.wants_write() ? up.to : -1, POLLOUT, 0},
                                  {down.wants_read() ? down.from : -1, POLLIN, 0},
                                  {down.wants_write() ? down.to : -1, POLLOUT, 0}}};
    if (::poll(polled.data(), polled.size(), -1) < 0) {
      if (errno == EINTR) {
        continue;
      }
      return std::unexpected(base::SystemError("relaying", errno));
    }
    if (polled[0].revents != 0) {
      up.Read();
    }
    if (polled[1].revents != 0) {
      up.Write();
    }
    if (polled[2].revents != 0) {
      down.Read();
    }
    if (polled[3].revents != 0) {
      down.Write();
    }
  }
  return {};
}

}  // namespace odu::lane
