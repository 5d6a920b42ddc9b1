#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "os/terminal.h"

namespace odu::terminal {

/// The terminal itself, opened anew, so that neither its mode of reading nor ours is anybody
/// else's. Given back by Release(), by the destructor, and when this process crashes.
class Tty {
 public:
  /// True when `fd` is a terminal whose foreground is this process's group.
  static bool IsOurs(int fd);
  /// kHost "no_terminal" when it cannot be opened.
  static base::Result<std::unique_ptr<Tty>> Open(boost::asio::any_io_executor executor, int fd);
  ~Tty();
  Tty(const Tty&) = delete;
  Tty& operator=(const Tty&) = delete;

  /// Keys come as they are typed, ^C and ^Z too. `restore` is what Release() and a crash write;
  /// it is kept by this object. Nothing happens in the background.
  void Take(std::string restore);
  /// Writes `restore` and puts the mode back. Waits for a slow terminal a second at most. A Write()
  /// that has not come to its end writes no more, and a Read() takes nothing from who comes next.
  void Release();
  bool taken() const;
  /// Makes this process's group the foreground again, after a program that did not.
  void ToForeground();

  os::TerminalSize Size() const;

  /// Writes all, or what was written before Release(); false when the terminal is gone. Waits
  /// without blocking while it is slow.
  boost::asio::awaitable<bool> Write(std::string bytes);
  /// What was typed, at least a byte; an empty text when the terminal is gone; nothing when
  /// Release() or a cancellation came first.
  boost::asio::awaitable<std::optional<std::string>> Read();

 private:
  struct State;
  explicit Tty(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace odu::terminal
