#include "odu/face/keyboard.h"

#include <termios.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "os/fd.h"
#include "os/terminal.h"

namespace odu::face {

struct Keyboard::State {
  State(const boost::asio::any_io_executor& executor, int fd, termios saved_mode)
      : terminal(executor, fd), saved(saved_mode) {}
  boost::asio::posix::stream_descriptor terminal;
  termios saved;
};

std::unique_ptr<Keyboard> Keyboard::Open(boost::asio::any_io_executor executor) {
  termios saved{};
  // Changing the mode from the background would stop this process.
  if (!os::IsTerminal(STDIN_FILENO) || tcgetpgrp(STDIN_FILENO) != getpgrp() ||
      tcgetattr(STDIN_FILENO, &saved) != 0) {
    return nullptr;
  }
  // A descriptor of our own: asio closes what it is given.
  const int own = dup(STDIN_FILENO);
  if (own < 0) {
    return nullptr;
  }
  termios keys = saved;
  keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  keys.c_cc[VMIN] = 1;
  keys.c_cc[VTIME] = 0;
  tcsetattr(STDIN_FILENO, TCSADRAIN, &keys);
  return std::unique_ptr<Keyboard>(new Keyboard(std::make_unique<State>(executor, own, saved)));
}

Keyboard::Keyboard(std::unique_ptr<State> state) : state_(std::move(state)) {}

Keyboard::~Keyboard() {
  if (tcgetpgrp(STDIN_FILENO) == getpgrp()) {
    tcsetattr(STDIN_FILENO, TCSADRAIN, &state_->saved);
  }
}

boost::asio::awaitable<std::optional<char>> Keyboard::Next() {
  // Readiness, not async_read_some: that would make the shared terminal non-blocking.
  const auto [error] =
      co_await state_->terminal.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                           boost::asio::as_tuple(boost::asio::use_awaitable));
  std::optional<char> key;
  char byte = 0;
  if (!error && read(state_->terminal.native_handle(), &byte, 1) == 1) {
    key = byte;
  }
  co_return key;
}

}  // namespace odu::face
