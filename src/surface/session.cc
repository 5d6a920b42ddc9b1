#include "surface/session.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/this_coro.hpp>
#include <limits>

#include "base/text.h"
#include "surface/client.h"
#include "surface/value_limit.h"

namespace surface {
namespace {

/// Big enough that a system call's cost vanishes, small enough to turn between feeds often.
constexpr size_t kBatchBytes = size_t{256} << 10;

/// Up to this size a message costs more to wake for than to carry: it is worth gathering.
constexpr size_t kSmallBytes = size_t{16} << 10;

struct HelloRequest {
  std::optional<ContractId> contract;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(HelloRequest, (), (contract, name))

struct SubscribeRequest {
  std::string member;
  base::json::value input = base::json::object{};
  static constexpr std::array<std::string_view, 1> kRequired{"member"};
};
BOOST_DESCRIBE_STRUCT(SubscribeRequest, (), (member, input))

struct UnsubscribeRequest {
  int64_t subscription = 0;
  static constexpr std::array<std::string_view, 1> kRequired{"subscription"};
};
BOOST_DESCRIBE_STRUCT(UnsubscribeRequest, (), (subscription))

/// Clips what a client calls itself, which is shown to people.
std::string ClippedName(const std::string& name) {
  return base::Sanitised(name.substr(0, 80), false);
}

}  // namespace

Session::Session(Server& server, std::unique_ptr<Link> link, uint64_t id)
    : server_(server),
      link_(std::move(link)),
      caller_{id, "", link_->peer()},
      wake_(server.executor_),
      drained_(server.executor_),
      tasks_(server.executor_) {}

boost::asio::awaitable<void> Session::Run() {
  auto self = shared_from_this();
  tasks_.Spawn("write loop", [self] { return WriteLoop(self); });
  for (;;) {
    base::Result<std::string_view> line = co_await link_->Receive();
    if (!line) {
      if (line.error().kind() != base::ErrorKind::kLimit) {
        break;
      }
      Refuse(std::nullopt, RpcCode::kInvalidRequest, line.error());
      CloseSoon("a line was too long");
      break;
    }
    HandleLine(*line);
    while (replies_.size() > server_.limits_.reply_bytes && !closing_ && !unwritable_) {
      co_await drained_.Wait();
    }
  }
  if (!closing_) {
    link_->Close();
    tasks_.Kill();
    wake_.Notify();
  }
  co_await tasks_.Join();
  link_->Close();
  subscriptions_.clear();
}

void Session::CloseSoon(std::string_view reason) {
  if (closing_) {
    return;
  }
  std::string params = "{\"reason\":";
  base::AppendJsonString(params, reason);
  params.push_back('}');
  AppendNotification(farewell_, "surface.closing", params);
  closing_ = true;
  EndHold();
  wake_.Notify();
}

boost::asio::awaitable<void> Session::WriteLoop(std::shared_ptr<Session> self) {
  std::string batch;
  for (;;) {
    batch.clear();
    const bool only_news = self->replies_.empty();
    self->told_news_ = false;
    self->FillBatch(batch);
    if (batch.empty()) {
      if (self->closing_) {
        break;
      }
      const bool woken = co_await self->wake_.Wait();
      if (!woken) {
        co_return;
      }
      continue;
    }
    const bool gathers = self->server_.gather_.clock != nullptr;
    if (gathers && only_news && self->told_news_ && batch.size() <= kSmallBytes) {
      self->HoldNews();
    }
    const base::Result<void> sent = co_await self->link_->Send(batch);
    if (!sent) {
      break;
    }
    if (self->replies_.size() <= self->server_.limits_.reply_bytes) {
      self->drained_.Notify();
    }
  }
  self->unwritable_ = true;
  self->drained_.Notify();
  self->link_->Close();
  self->tasks_.Kill();
}

void Session::HoldNews() {
  if (holding_ || closing_) {
    return;
  }
  holding_ = true;
  if (!tasks_.Spawn("news", [self = shared_from_this()] { return AwaitGap(self); })) {
    holding_ = false;
  }
}

boost::asio::awaitable<void> Session::AwaitGap(std::shared_ptr<Session> self) {
  const Server::Gathering& gather = self->server_.gather_;
  const bool passed = co_await gather.clock->Sleep(gather.gap);
  if (passed) {
    self->EndHold();
  }
}

void Session::EndHold() {
  holding_ = false;
  if (!held_.empty()) {
    ready_.insert(ready_.begin(), held_.begin(), held_.end());
    held_.clear();
    wake_.Notify();
  }
}

void Session::FillBatch(std::string& batch) {
  batch.swap(replies_);
  if (closing_ && farewell_.empty()) {
    return;
  }
  // What has changed before the end is still told, one message a feed: a feed may go on for ever.
  size_t turns = closing_ ? ready_.size() : std::numeric_limits<size_t>::max();
  while (turns > 0 && !ready_.empty() && batch.size() < kBatchBytes) {
    AppendFromFeed(batch);
    --turns;
  }
  if (closing_) {
    batch += farewell_;
    farewell_.clear();
  }
}

void Session::AppendFromFeed(std::string& batch) {
  const int64_t id = ready_.front();
  ready_.pop_front();
  const auto found = subscriptions_.find(id);
  if (found == subscriptions_.end()) {
    return;
  }
  Subscription& subscription = found->second;
  subscription.ready = false;
  const size_t start = batch.size();
  batch += R"({"jsonrpc":"2.0","method":"surface.next","params":{"subscription":)";
  batch += std::to_string(id);
  switch (subscription.feed->Next(batch)) {
    case Feed::Progress::kIdle:
      batch.resize(start);
      return;
    case Feed::Progress::kMessage:
      batch += "}}\n";
      told_news_ = told_news_ || !subscription.is_stream;
      MarkReady(id);
      return;
    case Feed::Progress::kEnded:
      batch += "}}\n";
      constexpr std::string_view kNext = "surface.next";
      batch.replace(batch.find(kNext, start), kNext.size(), "surface.end");
      subscriptions_.erase(found);
      return;
  }
}

void Session::MarkReady(int64_t id) {
  const auto found = subscriptions_.find(id);
  if (found == subscriptions_.end() || found->second.ready) {
    return;
  }
  found->second.ready = true;
  if (holding_ && !found->second.is_stream) {
    held_.push_back(id);
    return;
  }
  ready_.push_back(id);
  wake_.Notify();
}

void Session::HandleLine(std::string_view line) {
  auto message = ParseRpc(line);
  if (!message) {
    const bool envelope = message.error().code() == "bad_envelope";
    Refuse(std::nullopt, envelope ? RpcCode::kInvalidRequest : RpcCode::kParseError,
           message.error());
    return;
  }
  if (message->IsRequest()) {
    HandleRequest(std::move(*message));
  }
}

void Session::HandleRequest(RpcMessage message) {
  if (HandleControl(message)) {
    return;
  }
  StartCall(std::move(message));
}

bool Session::HandleControl(const RpcMessage& message) {
  if (!message.method.starts_with("surface.")) {
    return false;
  }
  if (message.method == "surface.hello") {
    Hello(message);
  } else if (message.method == "surface.describe") {
    Reply(*message.id, Encoded(server_.description_));
  } else if (message.method == "surface.subscribe") {
    Subscribe(message);
  } else if (message.method == "surface.unsubscribe") {
    Unsubscribe(message);
  } else if (message.method == "surface.stop" && server_.on_stop_) {
    Reply(*message.id, "{}");
    server_.on_stop_(caller_);
  } else {
    Refuse(message.id, RpcCode::kMethodNotFound,
           base::Error(base::ErrorKind::kUsage, "unknown_method",
                       fmt::format("no method {}", base::Quoted(message.method))));
  }
  return true;
}

void Session::Hello(const RpcMessage& message) {
  auto request = Decode<HelloRequest>(message.params);
  if (!request) {
    Refuse(message.id, RpcCode::kInvalidParams, request.error());
    return;
  }
  caller_.name = ClippedName(request->name);
  const ContractDescription& ours = server_.description_;
  HelloReply reply;
  reply.contract = ours.contract;
  reply.hash = ours.hash;
  reply.build = server_.build_;
  reply.pid = getpid();
  Reply(*message.id, Encoded(reply));
}

void Session::Subscribe(const RpcMessage& message) {
  auto request = Decode<SubscribeRequest>(message.params);
  if (!request) {
    Refuse(message.id, RpcCode::kInvalidParams, request.error());
    return;
  }
  const auto source = server_.sources_.find(request->member);
  if (source == server_.sources_.end()) {
    Refuse(message.id, RpcCode::kInvalidParams,
           base::Error(
               base::ErrorKind::kUsage, "unknown_member",
               fmt::format("{} has no member {} to subscribe to",
                           server_.description_.contract.name, base::Quoted(request->member))));
    return;
  }
  if (subscriptions_.size() >= server_.limits_.subscriptions_per_session) {
    Refuse(message.id, RpcCode::kDomainError,
           base::Error(base::ErrorKind::kLimit, "too_many_subscriptions",
                       fmt::format("this connection has {} already", subscriptions_.size()),
                       "unsubscribe from one, or open another connection"));
    return;
  }
  const int64_t id = next_subscription_++;
  auto feed = source->second->Open(request->input, [weak = weak_from_this(), id] {
    if (auto self = weak.lock()) {
      self->MarkReady(id);
    }
  });
  if (!feed) {
    Refuse(message.id, RpcCode::kDomainError, feed.error());
    return;
  }
  Subscription& subscription = subscriptions_[id];
  subscription.feed = std::move(*feed);
  subscription.is_stream = server_.KindOf(request->member) == MemberKind::kStream;
  ready_.push_back(id);
  Reply(*message.id, fmt::format("{{\"subscription\":{}}}", id));
}

void Session::Unsubscribe(const RpcMessage& message) {
  auto request = Decode<UnsubscribeRequest>(message.params);
  if (!request) {
    Refuse(message.id, RpcCode::kInvalidParams, request.error());
    return;
  }
  subscriptions_.erase(request->subscription);
  Reply(*message.id, "{}");
}

void Session::StartCall(RpcMessage message) {
  const auto handler = server_.handlers_.find(message.method);
  if (handler == server_.handlers_.end()) {
    Refuse(message.id, RpcCode::kMethodNotFound,
           base::Error(base::ErrorKind::kUsage, "unknown_method",
                       fmt::format("{} has no procedure {}", server_.description_.contract.name,
                                   base::Quoted(message.method))));
    return;
  }
  if (calls_ >= server_.limits_.calls_per_session) {
    Refuse(message.id, RpcCode::kDomainError,
           base::Error(base::ErrorKind::kLimit, "too_many_calls",
                       fmt::format("this connection has {} calls under way", calls_),
                       "wait for one to be answered"));
    return;
  }
  ++calls_;
  std::string name = "call " + message.method;
  tasks_.Spawn(std::move(name),
               [self = shared_from_this(), message = std::move(message)]() mutable {
                 return RunCall(self, std::move(*message.id), std::move(message.method),
                                std::move(message.params));
               });
}

boost::asio::awaitable<void> Session::RunCall(std::shared_ptr<Session> self, RpcId id,
                                              std::string method, base::json::value params) {
  const Server::Handler& handler = self->server_.handlers_.find(method)->second;
  base::Result<std::string> result;
  try {
    result = co_await handler(std::move(params), self->caller_);
  } catch (const std::exception& exception) {
    result =
        base::Fail(base::ErrorKind::kBug, "bug", fmt::format("{}: {}", method, exception.what()));
  }
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != boost::asio::cancellation_type::none) {
    co_return;  // the session is being ended: nobody waits for the answer
  }
  --self->calls_;
  if (result) {
    if (auto fits = CheckValueSize("the answer", result->size()); !fits) {
      result = base::Pass(fits.error().In(method));
    }
  }
  if (result) {
    self->Reply(id, *result);
  } else {
    const bool bad_params = result.error().code() == "bad_value";
    self->Refuse(id, bad_params ? RpcCode::kInvalidParams : RpcCode::kDomainError, result.error());
  }
}

void Session::Reply(const RpcId& id, std::string_view result) {
  AppendResult(replies_, id, result);
  wake_.Notify();
}

void Session::Refuse(const std::optional<RpcId>& id, RpcCode code, const base::Error& error) {
  AppendError(replies_, id, code, error);
  wake_.Notify();
}

}  // namespace surface
