#include "mcp/session.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "mcp/batch_outlet.h"
#include "mcp/object_text.h"

namespace mcp {
namespace {

constexpr std::string_view kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view kLogLevelKey = "io.modelcontextprotocol/logLevel";

/// What a modern request says of itself; it must say everything.
std::expected<Revision, RpcFault> ReadModernMeta(const base::json::object& meta) {
  const base::json::string* name = StringIn(meta, kRevisionKey);
  if (name == nullptr) {
    return Fault(kInvalidParams, "_meta: '" + std::string(kRevisionKey) + "' is not a string");
  }
  const std::optional<Revision> revision = FindRevision(*name);
  if (!revision.has_value() || !IsModern(*revision)) {
    return Fault(kUnsupportedRevision, "this revision of the protocol is not spoken here",
                 base::json::object{{"supported", base::json::array{RevisionName(kModern)}},
                                    {"requested", *name}});
  }
  if (ObjectIn(meta, kCapabilitiesKey) == nullptr) {
    return Fault(kInvalidParams, "_meta: '" + std::string(kCapabilitiesKey) + "' is missing");
  }
  return *revision;
}

}  // namespace

Session::Session(Server& server, std::shared_ptr<Outlet> notices)
    : server_(server),
      notices_(std::move(notices)),
      idle_(server.executor()),
      tasks_(server.executor()) {}

void Session::Receive(std::string_view text, const std::shared_ptr<Outlet>& outlet) {
  Receive(ReadText(text), outlet);
}

void Session::Receive(Arrival arrival, const std::shared_ptr<Outlet>& outlet) {
  std::shared_ptr<Outlet> answers = outlet;
  if (arrival.batch) {
    // One revision had them.
    if (negotiated_ != Revision::k20250326) {
      outlet->Answer(FaultLine({}, RpcFault{kInvalidRequest, "batches are not taken", {}}));
      return;
    }
    const size_t requests = arrival.Answers();
    if (requests > 0) {
      answers = std::make_shared<BatchOutlet>(outlet, requests);
    }
  }
  for (auto& message : arrival.messages) {
    if (message) {
      Take(std::move(*message), answers);
    } else {
      answers->Answer(FaultLine(message.error().id, message.error().fault));
    }
  }
}

void Session::Take(Incoming message, const std::shared_ptr<Outlet>& outlet) {
  if (message.IsNotification()) {
    TakeNotification(message);
    return;
  }
  if (!message.IsRequest()) {
    return;  // an answer, though nothing was asked
  }
  const RpcId id = *message.id;
  const auto refuse = [&](const RpcFault& fault) { outlet->Answer(FaultLine(id, fault)); };
  const auto routed = Route(message);
  if (!routed) {
    return refuse(routed.error());
  }
  if (calls_.contains(id)) {
    return refuse(RpcFault{kInvalidRequest, "a request of this id is under way", {}});
  }
  // Cancelled ones are on their way out.
  const auto counts = [](const auto& item) { return !item.second->over; };
  const auto open = static_cast<size_t>(std::ranges::count_if(calls_, counts));
  if (open >= kMostCalls || calls_.size() >= 4 * kMostCalls) {
    return refuse(RpcFault{kTooMany, "too many requests at once", {}});
  }
  const auto [method, revision] = *routed;
  const auto call = std::make_shared<Call>(std::move(message), revision, outlet);
  if (!IsModern(revision)) {
    call->set_log_level(log_level_);
  } else if (const auto* level = StringIn(call->meta(), kLogLevelKey)) {
    call->set_log_level(FindLogLevel(*level));
  }
  calls_[id] = call;
  tasks_.Spawn(call->method(), [self = shared_from_this(), call, row = method] {
    return RunCall(self, call, row);
  });
}

void Session::TakeNotification(const Incoming& message) {
  if (message.method != "notifications/cancelled") {
    return;  // `initialized` changes nothing here, and unknown ones are none of our business
  }
  const base::json::value* asked = message.params.if_contains("requestId");
  const std::optional<RpcId> id = asked == nullptr ? std::nullopt : ReadId(*asked);
  if (id.has_value()) {
    Cancel(*id);
  }
}

std::expected<std::pair<const Method*, Revision>, RpcFault> Session::Route(
    const Incoming& message) const {
  const Method* method = FindMethod(server_, message.method);
  if (method == nullptr) {
    return Fault(kMethodNotFound, "there is no method '" + message.method + "'");
  }
  Revision revision = kNewestLegacy;
  const base::json::object* meta = ObjectIn(message.params, "_meta");
  const bool modern = meta != nullptr && meta->contains(kRevisionKey);
  if (modern) {
    const auto read = ReadModernMeta(*meta);
    if (!read) {
      return std::unexpected(read.error());
    }
    revision = *read;
  } else if (method->first == kModern) {
    return Fault(kInvalidParams, "_meta: '" + std::string(kRevisionKey) + "' is missing");
  } else if (negotiated_.has_value()) {
    revision = *negotiated_;
  } else if (method->name != "initialize" && method->name != "ping") {
    return Fault(kInvalidParams,
                 "say 'initialize' first, or give '" + std::string(kRevisionKey) + "' in _meta");
  }
  if (revision < method->first || revision > method->last) {
    return Fault(kMethodNotFound, "revision " + std::string(RevisionName(revision)) +
                                      " has no method '" + message.method + "'");
  }
  return std::pair{method, revision};
}

boost::asio::awaitable<void> Session::RunCall(std::shared_ptr<Session> self,
                                              std::shared_ptr<Call> call, const Method* method) {
  async::TaskGroup group(self->server_.executor());
  call->group = &group;
  group.Spawn(call->method(), [self, call, method] { return Handle(self, call, method); });
  co_await group.Join();
  call->group = nullptr;
  if (!call->over) {
    self->Finish(*call, Fault(kInternalError, "the request came to no end"));
  }
  self->calls_.erase(call->id());
  if (self->calls_.empty()) {
    self->idle_.Notify();
  }
}

boost::asio::awaitable<void> Session::Handle(std::shared_ptr<Session> self,
                                             std::shared_ptr<Call> call, const Method* method) {
  Reply reply = co_await method->handle(*self, *call);
  self->Finish(*call, std::move(reply));
}

void Session::Finish(Call& call, Reply reply) {
  if (std::exchange(call.over, true)) {
    return;
  }
  call.outlet().Answer(
      reply ? ResultLine(call.id(), FinishResult(std::move(*reply), call.revision(), server_))
            : FaultLine(call.id(), reply.error()));
}

void Session::Cancel(const RpcId& id) {
  const auto found = calls_.find(id);
  if (found == calls_.end() || found->second->method() == "initialize") {
    return;
  }
  const std::shared_ptr<Call> call = found->second;
  if (!std::exchange(call->over, true)) {
    call->outlet().Forgo();
  }
  call->stop.request_stop();
  if (call->group != nullptr) {
    call->group->Kill();
  }
}

void Session::CancelAll() {
  std::vector<RpcId> ids;
  for (const auto& [id, call] : calls_) {
    ids.push_back(id);
  }
  for (const RpcId& id : ids) {
    Cancel(id);
  }
}

boost::asio::awaitable<void> Session::Idle() {
  while (!calls_.empty()) {
    const bool woken = co_await idle_.Wait();
    if (!woken) {
      co_return;
    }
  }
}

boost::asio::awaitable<void> Session::Close() {
  const std::shared_ptr<Session> self = shared_from_this();
  for (const auto& [id, call] : calls_) {
    if (call->method() == "subscriptions/listen") {
      Result result;
      result.meta.emplace_back(kSubscriptionKey, IdText(id));
      Finish(*call, std::move(result));
    }
  }
  CancelAll();
  tasks_.Kill();
  co_await tasks_.Join();
  watches_.reset();
}

WatchList& Session::watches() {
  if (watches_ == nullptr) {
    WatchList::Teller teller;
    teller.updated = [this](const std::string& uri) {
      notices_->Notify(NotificationLine("notifications/resources/updated",
                                        ObjectText().Text("uri", uri).Take()));
    };
    teller.list_changed = [this] {
      notices_->Notify(NotificationLine("notifications/resources/list_changed", "{}"));
    };
    teller.has_room = [this] { return notices_ != nullptr && notices_->Backlog() <= kFullBacklog; };
    watches_ = std::make_unique<WatchList>(server_, std::move(teller));
    tasks_.Spawn("tell changes", [this] { return watches_->Run(); });
  }
  return *watches_;
}

}  // namespace mcp
