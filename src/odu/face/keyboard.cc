#include "odu/face/keyboard.h"

#include <termios.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <utility>

#include "os/fd.h"
#include "os/terminal.h"

namespace odu::face {

namespace {

/// Changing the mode from the background would stop this process.
bool HaveTerminal() {
  return os::IsTerminal(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

}  // namespace

struct Keyboard::State {
  State(const boost::asio::any_io_executor& executor, int fd) : terminal(executor, fd) {}
  boost::asio::posix::stream_descriptor terminal;
  std::optional<termios> found;  ///< while keys are asked for
};

std::unique_ptr<Keyboard> Keyboard::Open(boost::asio::any_io_executor executor) {
  if (!HaveTerminal()) {
    return nullptr;
  }
  // A descriptor of our own: asio closes what it is given.
  const int own = dup(STDIN_FILENO);
  if (own < 0) {
    return nullptr;
  }
  std::unique_ptr<Keyboard> keyboard(new Keyboard(std::make_unique<State>(executor, own)));
  keyboard->Take();
  return keyboard;
}

Keyboard::Keyboard(std::unique_ptr<State> state) : state_(std::move(state)) {}

Keyboard::~Keyboard() {
  Leave();
}

void Keyboard::Leave() {
  if (state_->found.has_value() && HaveTerminal()) {
    tcsetattr(STDIN_FILENO, TCSADRAIN, &*state_->found);
    state_->found.reset();
  }
}

void Keyboard::Take() {
  termios mode{};
  if (!HaveTerminal() || tcgetattr(STDIN_FILENO, &mode) != 0) {
    return;
  }
  const bool line_by_line = (mode.c_lflag & ICANON) != 0;
  if (line_by_line || !state_->found.has_value()) {
    state_->found = mode;
  }
  mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  tcsetattr(STDIN_FILENO, TCSADRAIN, &mode);
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
