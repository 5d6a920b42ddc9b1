#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

namespace async {

/// A wakeup that is remembered once: many Notify() before a Wait() end that one Wait(). What it
/// stands for is looked up by the waiter, so nothing is queued. One thread; one waiter is woken.
/// Destroying it while somebody waits ends that wait as cancelled.
class Notifier {
 public:
  explicit Notifier(boost::asio::any_io_executor executor);
  ~Notifier();
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  /// Wakes the waiter (through the event loop, never inside this call), or the next one to come.
  void Notify();

  /// Returns at once when notified since the last Wait(), else at the next Notify(). True then;
  /// false when the waiting coroutine was cancelled, whose next co_await then throws.
  /// (Name the result, then test it: in a coroutine without other local variables g++ 12
  /// miscompiles a co_await inside a condition.)
  boost::asio::awaitable<bool> Wait();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace async
