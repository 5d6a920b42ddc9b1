#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>

namespace odu::face {

/// Keys as they are typed, without Enter and without echo; ^C and ^Z stay signals. The terminal is
/// put back by the destructor.
class Keyboard {
 public:
  /// Null when stdin is no terminal, or another job has it.
  static std::unique_ptr<Keyboard> Open(boost::asio::any_io_executor executor);
  ~Keyboard();
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;

  /// Puts the terminal back as it was found, for as long as this process is stopped.
  void Leave();
  /// Asks for keys again. Does nothing while another job has the terminal.
  void Take();

  /// The next byte; empty at the end of the input, or when the waiter was cancelled.
  boost::asio::awaitable<std::optional<char>> Next();

 private:
  struct State;
  explicit Keyboard(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace odu::face
