#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <initializer_list>
#include <memory>
#include <optional>

namespace os {

/// Writing to a closed pipe or socket becomes EPIPE instead of death. Children get the default
/// again.
void IgnoreBrokenPipes();

/// Delivers signals of a set to a coroutine instead of their default action, from construction to
/// destruction.
class SignalSource {
 public:
  SignalSource(boost::asio::any_io_executor executor, std::initializer_list<int> signals);
  ~SignalSource();
  SignalSource(const SignalSource&) = delete;
  SignalSource& operator=(const SignalSource&) = delete;

  /// The next signal, those that came since construction first; empty when the waiter was
  /// cancelled.
  boost::asio::awaitable<std::optional<int>> Next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace os
