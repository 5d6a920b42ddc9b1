#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "async/clock.h"
#include "surface/contract.h"
#include "surface/link.h"
#include "surface/source.h"

namespace surface {

class Session;

/// Who calls a procedure: stable for the life of one connection.
struct Caller {
  uint64_t session = 0;
  std::string name;  ///< what the client called itself in `surface.hello`, for people
  Peer peer;
};

/// Bounds of one server (design.md section 3, "Limits").
struct ServerLimits {
  size_t sessions = 1024;
  size_t subscriptions_per_session = 256;
  size_t calls_per_session = 64;
  size_t reply_bytes =
      size_t{4} << 20;  ///< unsent replies at which a session stops reading requests
};

/// Serves one contract to any number of links. Single-threaded: everything happens on `executor`.
/// Members are bound once, before the first session; what is bound must outlive the server.
/// Below the members lies `surface.control` (hello, describe, stop), which every build serves.
class Server {
 public:
  using Handler = std::function<boost::asio::awaitable<base::Result<std::string>>(
      base::json::value params, Caller caller)>;

  Server(boost::asio::any_io_executor executor, ContractDescription description, std::string build,
         ServerLimits limits = {});
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds a cell, collection, stream or event to what publishes it.
  template <class Member>
    requires(Member::kKind != MemberKind::kProcedure)
  void Bind(const Member& member, Source& source) {
    BindSource(member.name, Member::kKind, source);
  }

  /// Binds a procedure: `handler` is called with (request, caller) and returns
  /// awaitable<Result<Reply>>. It is copied; what it captures must outlive the server. The
  /// coroutine it returns must not refer to its parameters by reference after its first await.
  template <class Req, class Rep, class F>
  void Bind(const Procedure<Req, Rep>& procedure, F handler) {
    BindHandler(procedure.name, MakeHandler<Req, Rep>(std::move(handler)));
  }

  void BindSource(std::string_view name, MemberKind kind, Source& source);
  void BindHandler(std::string_view name, Handler handler);

  /// Called when a client asks `surface.stop`; without it the request is refused.
  void OnStop(std::function<void(const Caller&)> on_stop) { on_stop_ = std::move(on_stop); }
  /// Called after the number of sessions has changed.
  void OnSessions(std::function<void(size_t)> on_sessions) {
    on_sessions_ = std::move(on_sessions);
  }

  /// After a small message of news a session tells no other for `gap`, so that what changes many
  /// times in that time is told once. Answers and the chunks of streams wait for nothing. Without
  /// this every change goes out at once.
  void Gather(async::Clock& clock, async::Duration gap) { gather_ = {&clock, gap}; }

  /// Serves one link until it closes. A link over the session limit is answered once and closed.
  /// Aborts (bug) if a declared member is not bound.
  boost::asio::awaitable<void> Serve(std::unique_ptr<Link> link);

  /// Tells every session `surface.closing {reason}` and closes it once that is sent.
  void CloseAll(std::string_view reason);

  size_t sessions() const { return sessions_.size(); }
  const boost::asio::any_io_executor& executor() const { return executor_; }
  const std::string& build() const { return build_; }
  /// What a member is bound to, for projections; the member must be bound.
  Source& source(std::string_view name) const { return *sources_.find(name)->second; }
  const Handler& handler(std::string_view name) const { return handlers_.find(name)->second; }
  const ContractDescription& description() const { return description_; }

 private:
  friend class Session;

  MemberKind KindOf(std::string_view member) const;

  template <class Req, class Rep, class F>
  static Handler MakeHandler(F handler);

  boost::asio::any_io_executor executor_;
  ContractDescription description_;
  std::string build_;
  ServerLimits limits_;
  std::map<std::string, Source*, std::less<>> sources_;
  std::map<std::string, Handler, std::less<>> handlers_;
  std::function<void(const Caller&)> on_stop_;
  std::function<void(size_t)> on_sessions_;
  struct Gathering {
    async::Clock* clock = nullptr;
    async::Duration gap{};
  };
  Gathering gather_;
  std::map<uint64_t, Session*> sessions_;
  uint64_t next_session_ = 1;
};

namespace detail {

template <class Req, class Rep, class F>
boost::asio::awaitable<base::Result<std::string>> CallTyped(F handler, base::json::value params,
                                                            Caller caller) {
  auto request = Decode<Req>(params);
  if (!request) {
    co_return base::Pass(request.error());
  }
  base::Result<Rep> reply = co_await handler(std::move(*request), std::move(caller));
  if (!reply) {
    co_return base::Pass(reply.error());
  }
  co_return Encoded(*reply);
}

}  // namespace detail

template <class Req, class Rep, class F>
Server::Handler Server::MakeHandler(F handler) {
  return [handler = std::move(handler)](base::json::value params, Caller caller) {
    return detail::CallTyped<Req, Rep, F>(handler, std::move(params), std::move(caller));
  };
}

}  // namespace surface
