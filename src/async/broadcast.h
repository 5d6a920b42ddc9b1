#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "async/notifier.h"

namespace async {

/// Wakes everybody who waits, where a Notifier wakes one. What it stands for is looked up by them.
class Broadcast {
 public:
  explicit Broadcast(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  void Fire() {
    for (const auto& waiter : std::exchange(waiters_, {})) {
      waiter->Notify();
    }
  }
  /// True at the next Fire(), false when the waiter was cancelled.
  boost::asio::awaitable<bool> Wait() {
    const auto waiter = std::make_shared<Notifier>(executor_);
    waiters_.push_back(waiter);
    const bool woken = co_await waiter->Wait();
    co_return woken;
  }

 private:
  boost::asio::any_io_executor executor_;
  std::vector<std::shared_ptr<Notifier>> waiters_;
};

}  // namespace async
