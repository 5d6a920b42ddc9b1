#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "async/notifier.h"
#include "mcp/outlet.h"

namespace mcp {

/// What one HTTP request is answered: taken from the session, given to the connection.
class Exchange final : public Outlet {
 public:
  /// `requests` answers make it whole; a stream of notices has one that never comes.
  Exchange(boost::asio::any_io_executor executor, size_t requests)
      : missing_(requests), more_(std::move(executor)) {}

  void Answer(std::string message) override {
    Keep(std::move(message));
    Forgo();
  }
  void Notify(std::string message) override { Keep(std::move(message)); }
  void Forgo() override {
    missing_ -= missing_ > 0 ? 1 : 0;
    more_.Notify();
  }
  size_t Backlog() const override { return bytes_; }

  /// The next message; nothing when the last has been given, or the connection is gone.
  boost::asio::awaitable<std::optional<std::string>> Next() {
    while (waiting_.empty() && missing_ > 0 && !gone_) {
      const bool woken = co_await more_.Wait();
      if (!woken) {
        co_return std::nullopt;
      }
    }
    if (waiting_.empty() || gone_) {
      co_return std::nullopt;
    }
    std::string message = std::move(waiting_.front());
    waiting_.pop_front();
    bytes_ -= message.size();
    co_return message;
  }

  /// All answers are here, and this many messages with them.
  bool whole() const { return missing_ == 0; }
  size_t waiting() const { return waiting_.size(); }
  bool gone() const { return gone_; }
  /// Nobody reads any more: what comes is dropped.
  void Leave() {
    gone_ = true;
    waiting_.clear();
    bytes_ = 0;
    more_.Notify();
  }

 private:
  void Keep(std::string message) {
    if (!gone_) {
      bytes_ += message.size();
      waiting_.push_back(std::move(message));
      more_.Notify();
    }
  }

  size_t missing_;
  size_t bytes_ = 0;
  bool gone_ = false;
  std::deque<std::string> waiting_;
  async::Notifier more_;
};

}  // namespace mcp
