#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/notifier.h"
#include "async/task_group.h"
#include "mcp/call.h"
#include "mcp/reply.h"
#include "mcp/server.h"
#include "mcp/watch_list.h"

namespace mcp {

class Session;
struct Method;

/// One peer of a server.
///
/// Eras: a legacy peer says `initialize` once, and that revision holds from then on; a modern one
/// names its revision in every request. Both may come over one session: what a request carries
/// decides.
///
/// Calls run side by side, each in a group of its own, so that a cancelled one ends alone. Whoever
/// gives it texts holds it by a shared pointer and ends it with Close().
class Session : public std::enable_shared_from_this<Session> {
 public:
  /// More are refused: whoever asks for so much at once does not read the answers.
  static constexpr size_t kMostCalls = 64;

  /// `notices` takes what belongs to no request; null: it waits until SetNotices.
  Session(Server& server, std::shared_ptr<Outlet> notices);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Takes one text from the peer. Answers, and what is told of its requests, go to `outlet`.
  void Receive(std::string_view text, const std::shared_ptr<Outlet>& outlet);
  /// The same, read already.
  void Receive(Arrival arrival, const std::shared_ptr<Outlet>& outlet);

  /// Ends all calls: open listens are told so, everything else is not answered any more.
  boost::asio::awaitable<void> Close();
  /// Returns when no call is under way.
  boost::asio::awaitable<void> Idle();
  size_t calls() const { return calls_.size(); }

  /// Gives up a request as `notifications/cancelled` does; unknown ones are no fault.
  void Cancel(const RpcId& id);
  void CancelAll();

  // For the methods:
  Server& server() { return server_; }
  /// What `initialize` came to.
  const std::optional<Revision>& negotiated() const { return negotiated_; }
  void Negotiate(Revision revision) { negotiated_ = revision; }
  void set_log_level(LogLevel level) { log_level_ = level; }
  /// The legacy subscriptions, made at the first.
  WatchList& watches();
  void SetNotices(std::shared_ptr<Outlet> notices) { notices_ = std::move(notices); }
  /// The outlet is gone; what took its place stays.
  void DropNotices(const std::shared_ptr<Outlet>& gone) {
    if (notices_ == gone) {
      notices_.reset();
    }
  }

 private:
  void Take(Incoming message, const std::shared_ptr<Outlet>& outlet);
  void TakeNotification(const Incoming& message);
  std::expected<std::pair<const Method*, Revision>, RpcFault> Route(const Incoming& message) const;
  static boost::asio::awaitable<void> RunCall(std::shared_ptr<Session> self,
                                              std::shared_ptr<Call> call, const Method* method);
  static boost::asio::awaitable<void> Handle(std::shared_ptr<Session> self,
                                             std::shared_ptr<Call> call, const Method* method);
  void Finish(Call& call, Reply reply);

  Server& server_;
  std::shared_ptr<Outlet> notices_;
  std::optional<Revision> negotiated_;
  LogLevel log_level_ = LogLevel::kInfo;
  std::map<RpcId, std::shared_ptr<Call>> calls_;
  std::unique_ptr<WatchList> watches_;
  async::Notifier idle_;
  async::TaskGroup tasks_;
};

/// One row of the dispatch table.
struct Method {
  std::string_view name;
  Revision first;
  Revision last;
  boost::asio::awaitable<Reply> (*handle)(Session& session, Call& call);
};

/// The row of that name; null when there is none, or this server does not offer it.
const Method* FindMethod(const Server& server, std::string_view name);

}  // namespace mcp
