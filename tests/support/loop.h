#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "support/fake_clock.h"

namespace support {

/// An event loop that a test turns by hand. No test sleeps: RunUntilIdle for pure work, RunUntil
/// for real children and sockets (its guard only fires on a hang).
class Loop {
 public:
  boost::asio::io_context& context() { return context_; }
  boost::asio::io_context::executor_type executor() { return context_.get_executor(); }

  /// Runs everything that is ready, until nothing is.
  void RunUntilIdle();
  /// Runs until `done()`; false after 30 s of hanging.
  [[nodiscard]] bool RunUntil(const std::function<bool()>& done);
  /// RunUntilIdle, then moves `clock` deadline by deadline through `duration`, running in between.
  void Advance(FakeClock& clock, async::Duration duration);

  /// Runs one coroutine to its end and returns its value; aborts after 30 s of hanging. Exceptions
  /// come out.
  template <class T>
  T Run(boost::asio::awaitable<T> work) {
    std::optional<T> out;
    RunVoid(Store(std::move(work), out));
    return std::move(*out);
  }
  void Run(boost::asio::awaitable<void> work) { RunVoid(std::move(work)); }

 private:
  template <class T>
  static boost::asio::awaitable<void> Store(boost::asio::awaitable<T> work, std::optional<T>& out) {
    out.emplace(co_await std::move(work));
  }
  void RunVoid(boost::asio::awaitable<void> work);

  boost::asio::io_context context_{1};
};

}  // namespace support
