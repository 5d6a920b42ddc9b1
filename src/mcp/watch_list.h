#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "async/clock.h"
#include "async/notifier.h"
#include "base/error.h"
#include "mcp/server.h"

namespace mcp {

/// What one subscriber is told of: changes of resources, each at most ten times a second, and of
/// the list of them. Nothing is queued: what changed meanwhile is told once, when the peer has room
/// for it.
class WatchList {
 public:
  /// The most resources that one subscriber watches.
  static constexpr size_t kMost = 256;
  /// Between two notifications about one resource.
  static constexpr async::Duration kEvery = std::chrono::milliseconds(100);

  struct Teller {
    std::function<void(const std::string& uri)> updated;
    std::function<void()> list_changed;
    /// False while the peer does not read what it was told.
    std::function<bool()> has_room;
  };
  WatchList(Server& server, Teller teller);
  WatchList(const WatchList&) = delete;
  WatchList& operator=(const WatchList&) = delete;

  /// Fails as ResourceSet::Subscribe, and with kLimit "too_many_subscriptions". A second time is a
  /// success.
  base::Result<void> Add(const std::string& uri);
  void Remove(const std::string& uri) { watched_.erase(uri); }
  /// Also tells when the list of resources changes.
  void WatchTheList();

  /// Tells what is due, until it is cancelled.
  boost::asio::awaitable<void> Run();

 private:
  struct Watched {
    std::unique_ptr<Watch> watch;
    bool changed = false;
    async::Duration not_before{};
  };

  /// Tells what is due; how long until more is, nothing when all is told.
  std::optional<async::Duration> TellDue();

  Server& server_;
  Teller teller_;
  std::map<std::string, Watched> watched_;
  std::unique_ptr<Server::ListListener> list_;
  bool list_changed_ = false;
  std::shared_ptr<async::Notifier> changed_;
};

}  // namespace mcp
