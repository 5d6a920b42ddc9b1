#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "async/notifier.h"

namespace async {

/// A bounded queue between coroutines of one thread, one receiver. At the bound Push() refuses: the
/// sender decides what that means (disconnect, snapshot); nothing is dropped silently.
template <class T>
class Mailbox {
 public:
  Mailbox(boost::asio::any_io_executor executor, size_t bound)
      : bound_(bound), changed_(std::move(executor)) {}

  /// False, and nothing is taken, when the box is full or closed.
  bool Push(T item) {
    if (closed_ || items_.size() >= bound_) {
      return false;
    }
    items_.push_back(std::move(item));
    changed_.Notify();
    return true;
  }

  /// No more items: the receiver gets those inside, then nothing.
  void Close() {
    closed_ = true;
    changed_.Notify();
  }

  /// The next item; empty when the box is closed and empty, or the receiver was cancelled.
  boost::asio::awaitable<std::optional<T>> Receive() {
    while (items_.empty() && !closed_) {
      const bool woken = co_await changed_.Wait();
      if (!woken) {
        co_return std::nullopt;
      }
    }
    co_return TryReceive();
  }

  /// The next item if there is one now.
  std::optional<T> TryReceive() {
    if (items_.empty()) {
      return std::nullopt;
    }
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }

  size_t size() const { return items_.size(); }
  size_t bound() const { return bound_; }
  bool closed() const { return closed_; }

 private:
  size_t bound_;
  bool closed_ = false;
  std::deque<T> items_;
  Notifier changed_;
};

}  // namespace async
