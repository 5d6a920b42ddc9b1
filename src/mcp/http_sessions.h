#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "async/clock.h"
#include "mcp/exchange.h"
#include "mcp/session.h"

namespace mcp {

/// The legacy sessions of an HTTP server, by their ids. One is in use while it answers a request or
/// has a stream of notices; one that is not ends after kIdle of silence, or when its place is
/// needed and it has been silent longest. Ending it ends its stream.
class HttpSessions {
 public:
  static constexpr size_t kMost = 64;
  static constexpr async::Duration kIdle = std::chrono::hours(1);

  explicit HttpSessions(Server& server) : server_(server) {}
  HttpSessions(const HttpSessions&) = delete;
  HttpSessions& operator=(const HttpSessions&) = delete;

  struct Named {
    std::string id;
    std::shared_ptr<Session> session;  ///< null: there is none
  };
  /// A new one; none when kMost are in use.
  boost::asio::awaitable<Named> Open();
  /// Null when there is none (any more). Whoever asks for it has broken its silence.
  std::shared_ptr<Session> Find(const std::string& id);
  /// Gives its notices to `stream`, and ends the one that had them.
  void SetStream(const std::string& id, const std::shared_ptr<Exchange>& stream);
  /// False when there is none.
  boost::asio::awaitable<bool> End(std::string id);
  /// Ends those that were silent too long.
  boost::asio::awaitable<void> EndIdle();
  boost::asio::awaitable<void> EndAll();
  size_t size() const { return known_.size(); }

 private:
  struct Known {
    std::shared_ptr<Session> session;
    std::weak_ptr<Exchange> stream;
    async::Duration used_at{};

    bool InUse() const { return session->calls() > 0 || !stream.expired(); }
  };
  /// The one that has been silent longest of those not in use; null: all are.
  const std::string* Quietest() const;

  Server& server_;
  std::map<std::string, Known> known_;
};

}  // namespace mcp
