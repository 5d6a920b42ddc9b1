#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "async/notifier.h"
#include "async/task_group.h"
#include "surface/json_rpc.h"
#include "surface/server.h"

namespace surface {

/// One connection to a server.
///
/// Reading: one request after the other; calls run as tasks of their own, everything else is
/// answered at once. Reading pauses while more than `reply_bytes` of answers are unsent. Writing:
/// whenever the link has taken the last batch, the next is made: first answers, then one message of
/// each feed in turn, until the batch is full. Nothing else is ever queued, so a client that stops
/// reading costs one batch and its cursors. While news is gathered (Server::Gather) answers and the
/// chunks of streams go out at once; only what follows of cells, collections and events is held.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Server& server, std::unique_ptr<Link> link, uint64_t id);

  /// Serves until the link closes.
  boost::asio::awaitable<void> Run();
  /// Announces the end and closes once everything queued is sent, news that was held too.
  void CloseSoon(std::string_view reason);

 private:
  struct Subscription {
    std::unique_ptr<Feed> feed;
    bool ready = true;  ///< stands in ready_ or held_
    bool is_stream = false;
  };

  static boost::asio::awaitable<void> WriteLoop(std::shared_ptr<Session> self);
  static boost::asio::awaitable<void> AwaitGap(std::shared_ptr<Session> self);
  static boost::asio::awaitable<void> RunCall(std::shared_ptr<Session> self, RpcId id,
                                              std::string method, base::json::value params);

  void HandleLine(std::string_view line);
  void HandleRequest(RpcMessage message);
  bool HandleControl(const RpcMessage& message);
  void Hello(const RpcMessage& message);
  void Subscribe(const RpcMessage& message);
  void Unsubscribe(const RpcMessage& message);
  void StartCall(RpcMessage message);

  void Reply(const RpcId& id, std::string_view result);
  void Refuse(const std::optional<RpcId>& id, RpcCode code, const base::Error& error);
  void MarkReady(int64_t subscription);
  void HoldNews();
  void EndHold();
  void FillBatch(std::string& batch);
  /// Appends one message of the next ready feed.
  void AppendFromFeed(std::string& batch);

  Server& server_;
  std::unique_ptr<Link> link_;
  Caller caller_;
  std::string replies_;
  std::string farewell_;  ///< goes out last
  std::map<int64_t, Subscription> subscriptions_;
  std::deque<int64_t> ready_;
  std::deque<int64_t> held_;  ///< they have news, which waits for the end of the gap
  bool holding_ = false;
  bool told_news_ = false;  ///< the batch that is being made has a message that may be gathered
  int64_t next_subscription_ = 1;
  size_t calls_ = 0;
  bool closing_ = false;
  bool unwritable_ = false;  ///< the write loop is over
  async::Notifier wake_;
  async::Notifier drained_;
  async::TaskGroup tasks_;
};

}  // namespace surface
