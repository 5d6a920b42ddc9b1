#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "async/clock.h"
#include "async/task_group.h"
#include "mcp/call.h"

namespace odu::agent {

/// How often a waiting call says that it is alive: hosts give up after a minute of silence.
inline constexpr async::Duration kHeartbeat = std::chrono::seconds(10);

/// Tells progress each kHeartbeat while it lives, if the caller asked for it: seconds waited, of
/// `total_seconds`, and what `message` says then. What it refers to must outlive it.
class Heartbeat {
 public:
  Heartbeat(boost::asio::any_io_executor executor, async::Clock& clock, mcp::Call& call,
            int64_t total_seconds, std::function<std::string()> message);
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;
  /// Nothing is told any more.
  ~Heartbeat();

 private:
  struct State;
  static boost::asio::awaitable<void> Beat(std::shared_ptr<State> state, async::Clock* clock);

  std::shared_ptr<State> state_;
  async::TaskGroup tasks_;
};

}  // namespace odu::agent
