#include "odu/terminal/tty.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <utility>

#include "odu/terminal/crash_guard.h"
#include "os/fd.h"

namespace odu::terminal {
namespace {

using Descriptor = boost::asio::posix::stream_descriptor;

constexpr auto kAsTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

/// Changing the mode from the background would stop this process.
bool InForeground(int fd) {
  return tcgetpgrp(fd) == getpgrp();
}

}  // namespace

struct Tty::State {
  State(const boost::asio::any_io_executor& executor, int fd) : descriptor(executor, fd) {}
  Descriptor descriptor;
  std::optional<termios> found;  ///< while it is taken
  uint64_t times_taken = 0;
  std::string restore;
  std::optional<CrashGuard> guard;
};

bool Tty::IsOurs(int fd) {
  return os::IsTerminal(fd) && InForeground(fd);
}

base::Result<std::unique_ptr<Tty>> Tty::Open(boost::asio::any_io_executor executor, int fd) {
  constexpr int kFlags = O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK;
  std::array<char, 256> path{};
  os::Fd own;
  if (ttyname_r(fd, path.data(), path.size()) == 0) {
    own.Reset(open(path.data(), kFlags));
  }
  if (!own.valid()) {
    // Another user's since `su`, or of another mount namespace; still the one that controls us.
    own.Reset(open("/dev/tty", kFlags));
  }
  if (!own.valid()) {
    return base::Pass(base::SystemError("opening the terminal", errno));
  }
  return std::unique_ptr<Tty>(new Tty(std::make_unique<State>(executor, own.Release())));
}

Tty::Tty(std::unique_ptr<State> state) : state_(std::move(state)) {}

Tty::~Tty() {
  Release();
}

void Tty::Take(std::string restore) {
  const int fd = state_->descriptor.native_handle();
  termios mode{};
  if (state_->found.has_value() || !InForeground(fd) || tcgetattr(fd, &mode) != 0) {
    return;
  }
  state_->found = mode;
  ++state_->times_taken;
  state_->restore = std::move(restore);
  state_->guard.emplace(fd, state_->restore, mode);
  mode.c_iflag &= ~static_cast<tcflag_t>(IXON | ICRNL | INLCR | IGNCR | ISTRIP);
  mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  // Not after what is still to be written: a terminal may have been stopped for hours.
  tcsetattr(fd, TCSANOW, &mode);
}

void Tty::Release() {
  if (!state_->found.has_value()) {
    return;
  }
  const int fd = state_->descriptor.native_handle();
  state_->guard.reset();
  std::string_view rest = state_->restore;
  constexpr int kPatienceMs = 1000;
  while (!rest.empty()) {
    const ssize_t written = write(fd, rest.data(), rest.size());
    if (written > 0) {
      rest.remove_prefix(static_cast<size_t>(written));
    } else if (written < 0 && errno == EINTR) {
      continue;
    } else {
      pollfd room{fd, POLLOUT, 0};
      if (written == 0 || (errno != EAGAIN) || poll(&room, 1, kPatienceMs) != 1) {
        break;
      }
    }
  }
  if (InForeground(fd)) {
    tcsetattr(fd, TCSANOW, &*state_->found);
  }
  state_->found.reset();
  state_->descriptor.cancel();
}

void Tty::ToForeground() {
  const int fd = state_->descriptor.native_handle();
  sigset_t stop;
  sigset_t before;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &stop, &before);
  tcsetpgrp(fd, getpgrp());
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

bool Tty::taken() const {
  return state_->found.has_value();
}

os::TerminalSize Tty::Size() const {
  constexpr os::TerminalSize kUsual{24, 80};
  constexpr int kMost = 1000;
  const auto size = os::SizeOf(state_->descriptor.native_handle());
  if (!size.has_value() || size->rows <= 0 || size->columns <= 0) {
    return kUsual;
  }
  return {std::min(size->rows, kMost), std::min(size->columns, kMost)};
}

boost::asio::awaitable<bool> Tty::Write(std::string bytes) {
  std::string_view rest = bytes;
  const uint64_t mine = state_->times_taken;
  while (!rest.empty()) {
    if (!taken() || state_->times_taken != mine) {
      co_return true;  // nobody's frame any more
    }
    const ssize_t written = write(state_->descriptor.native_handle(), rest.data(), rest.size());
    if (written > 0) {
      rest.remove_prefix(static_cast<size_t>(written));
      continue;
    }
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0 && errno != EAGAIN) {
      co_return false;
    }
    const auto [error] = co_await state_->descriptor.async_wait(Descriptor::wait_write, kAsTuple);
    if (error && error != boost::asio::error::operation_aborted) {
      co_return false;
    }
  }
  co_return true;
}

boost::asio::awaitable<std::optional<std::string>> Tty::Read() {
  std::array<char, 4096> buffer{};
  for (;;) {
    if (!taken()) {
      co_return std::nullopt;
    }
    const ssize_t count = read(state_->descriptor.native_handle(), buffer.data(), buffer.size());
    if (count > 0) {
      co_return std::string(buffer.data(), static_cast<size_t>(count));
    }
    if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
      co_return std::string();
    }
    const auto [error] = co_await state_->descriptor.async_wait(Descriptor::wait_read, kAsTuple);
    if (error) {
      co_return std::nullopt;
    }
  }
}

}  // namespace odu::terminal
