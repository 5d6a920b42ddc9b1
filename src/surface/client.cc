#include "surface/client.h"

#include <fmt/format.h>

#include <list>

#include "async/notifier.h"
#include "async/task_group.h"
#include "base/text.h"
#include "surface/chunk_line.h"
#include "surface/json_rpc.h"

namespace surface {
namespace {

base::Error ClosedError(std::string_view why) {
  return base::Error(base::ErrorKind::kGone, "closed", std::string(why));
}

/// A call that waits for its answer.
struct PendingCall {
  explicit PendingCall(const boost::asio::any_io_executor& executor) : done(executor) {}
  async::Notifier done;
  std::optional<base::Result<base::json::value>> answer;
};

base::Result<std::string> ChunkBytes(const base::json::object& params) {
  if (const auto* text = params.if_contains("text"); text != nullptr && text->is_string()) {
    return std::string(text->get_string());
  }
  std::string bytes;
  const auto* encoded = params.if_contains("base64");
  if (encoded == nullptr || !encoded->is_string() ||
      !base::Base64Decode(encoded->get_string(), bytes)) {
    return base::Fail(base::ErrorKind::kHost, "bad_chunk", "a stream's chunk has no bytes");
  }
  return bytes;
}

/// A stream's reader; `broken` once a chunk could not be read, after which it hears nothing.
struct StreamState : StreamHandler {
  explicit StreamState(StreamHandler handler) : StreamHandler(std::move(handler)) {}
  bool broken = false;
};

/// The number called `name`, 0 without one.
uint64_t NumberIn(const base::json::object& params, std::string_view name) {
  const auto* value = params.if_contains(name);
  if (value == nullptr) {
    return 0;
  }
  if (const auto* number = value->if_int64(); number != nullptr && *number >= 0) {
    return static_cast<uint64_t>(*number);
  }
  const auto* number = value->if_uint64();
  return number != nullptr ? *number : 0;
}

uint64_t OffsetOf(const base::json::object& params) {
  return NumberIn(params, "offset");
}

}  // namespace

uint64_t detail::MissedIn(const base::json::object& params) {
  return NumberIn(params, "missed");
}

/// Subscriptions are known by a number of ours (`local`) from the start and by the server's once it
/// has answered; the answer always comes before the first `surface.next` of that subscription.
struct Client::Impl : std::enable_shared_from_this<Client::Impl> {
  Impl(boost::asio::any_io_executor executor, std::unique_ptr<Link> its_link)
      : link(std::move(its_link)), wake(executor), gone(executor), tasks(executor) {}

  struct Subscription {
    RawHandler handler;
    int64_t remote = 0;
  };

  std::unique_ptr<Link> link;
  HelloReply hello;
  std::string outgoing;
  std::string chunk_buffer;
  size_t streams = 0;  ///< subscriptions ever made with an on_chunk
  int64_t next_id = 1;
  int64_t next_local = 1;
  std::map<int64_t, std::shared_ptr<PendingCall>> calls;
  std::map<int64_t, int64_t> subscribing;         // request id -> local
  std::map<int64_t, Subscription> subscriptions;  // by local
  std::map<int64_t, int64_t> local_of_remote;
  std::optional<base::Error> closed;
  async::Notifier wake;
  async::Notifier gone;
  async::TaskGroup tasks;

  static boost::asio::awaitable<void> ReadLoop(std::shared_ptr<Impl> self);
  static boost::asio::awaitable<void> WriteLoop(std::shared_ptr<Impl> self);

  int64_t Request(std::string_view method, std::string_view params) {
    const int64_t id = next_id++;
    AppendRequest(outgoing, RpcId(id), method, params);
    wake.Notify();
    return id;
  }
  void HandleLine(std::string_view line);
  void HandleMessage(RpcMessage message);
  void HandleAnswer(RpcMessage message);
  void HandleSubscribed(int64_t local, RpcMessage message);
  /// True when the line was a stream's chunk and has been dealt with.
  bool HandleChunk(std::string_view line);
  /// The subscription that a server's message is about; end() when it is none of ours (any more).
  std::map<int64_t, Subscription>::iterator FindNamedIn(const base::json::object& params);
  void HandleNext(const base::json::object& params);
  void HandleEnd(const base::json::object& params);
  void Drop(int64_t local);
  void Shut(const base::Error& why);
};

boost::asio::awaitable<void> Client::Impl::ReadLoop(std::shared_ptr<Impl> self) {
  for (;;) {
    base::Result<std::string_view> line = co_await self->link->Receive();
    if (!line) {
      self->Shut(line.error());
      co_return;
    }
    self->HandleLine(*line);
    if (self->closed) {
      co_return;
    }
  }
}

boost::asio::awaitable<void> Client::Impl::WriteLoop(std::shared_ptr<Impl> self) {
  std::string batch;
  while (!self->closed) {
    batch.clear();
    batch.swap(self->outgoing);
    if (batch.empty()) {
      const bool woken = co_await self->wake.Wait();
      if (!woken) {
        co_return;
      }
      continue;
    }
    const base::Result<void> sent = co_await self->link->Send(batch);
    if (!sent) {
      // What the peer said before it closed is still to be read; the reader reports the end.
      co_return;
    }
  }
}

void Client::Impl::HandleLine(std::string_view line) {
  try {
    if (HandleChunk(line)) {
      return;
    }
    auto message = ParseRpc(line);
    if (!message) {
      Shut(base::Error(base::ErrorKind::kHost, "bad_message",
                       "the other side sent no message: " + message.error().message()));
      return;
    }
    HandleMessage(std::move(*message));
  } catch (const std::exception& exception) {
    // A subscriber threw: without its reader the client must not look alive.
    Shut(base::Error(base::ErrorKind::kBug, "bug", exception.what()));
  }
}

void Client::Impl::HandleMessage(RpcMessage message) {
  if (message.IsResponse()) {
    HandleAnswer(std::move(message));
    return;
  }
  const auto* params = message.params.if_object();
  if (params == nullptr) {
    return;
  }
  if (message.method == "surface.next") {
    HandleNext(*params);
  } else if (message.method == "surface.end") {
    HandleEnd(*params);
  } else if (message.method == "surface.closing") {
    const auto* reason = params->if_contains("reason");
    Shut(base::Error(base::ErrorKind::kGone, "closing",
                     "the other side closed the link: " + (reason != nullptr && reason->is_string()
                                                               ? std::string(reason->get_string())
                                                               : std::string("no reason given"))));
  }
}

void Client::Impl::HandleAnswer(RpcMessage message) {
  if (!message.id) {
    Shut(*message.error);
    return;
  }
  const auto* id = std::get_if<int64_t>(&*message.id);
  if (id == nullptr) {
    return;
  }
  if (const auto found = subscribing.find(*id); found != subscribing.end()) {
    const int64_t local = found->second;
    subscribing.erase(found);
    HandleSubscribed(local, std::move(message));
    return;
  }
  const auto found = calls.find(*id);
  if (found == calls.end()) {
    return;
  }
  const auto call = found->second;
  calls.erase(found);
  if (message.error) {
    call->answer = std::unexpected(std::move(*message.error));
  } else {
    call->answer = std::move(*message.result);
  }
  call->done.Notify();
}

void Client::Impl::HandleSubscribed(int64_t local, RpcMessage message) {
  const auto found = subscriptions.find(local);
  const auto* result = message.result ? message.result->if_object() : nullptr;
  const auto* remote = result != nullptr ? result->if_contains("subscription") : nullptr;
  if (remote == nullptr || !remote->is_int64()) {
    if (found != subscriptions.end()) {
      const auto on_end = std::move(found->second.handler.on_end);
      subscriptions.erase(found);
      if (on_end) {
        on_end(std::unexpected(message.error ? *message.error : ClosedError("no subscription")));
      }
    }
    return;
  }
  if (found == subscriptions.end()) {
    Request("surface.unsubscribe", fmt::format("{{\"subscription\":{}}}", remote->get_int64()));
    return;
  }
  found->second.remote = remote->get_int64();
  local_of_remote[found->second.remote] = local;
}

bool Client::Impl::HandleChunk(std::string_view line) {
  if (streams == 0) {
    return false;
  }
  const auto chunk = ReadChunkLine(line, chunk_buffer);
  if (!chunk) {
    return false;
  }
  const auto local = local_of_remote.find(chunk->subscription);
  if (local == local_of_remote.end()) {
    return true;  // it has been unsubscribed from
  }
  const auto found = subscriptions.find(local->second);
  if (found == subscriptions.end() || !found->second.handler.on_chunk) {
    return false;
  }
  const auto on_chunk = found->second.handler.on_chunk;
  on_chunk(chunk->offset, chunk->bytes);
  return true;
}

std::map<int64_t, Client::Impl::Subscription>::iterator Client::Impl::FindNamedIn(
    const base::json::object& params) {
  const auto* number = params.if_contains("subscription");
  if (number == nullptr || !number->is_int64()) {
    return subscriptions.end();
  }
  const auto local = local_of_remote.find(number->get_int64());
  return local == local_of_remote.end() ? subscriptions.end() : subscriptions.find(local->second);
}

void Client::Impl::HandleNext(const base::json::object& params) {
  const auto found = FindNamedIn(params);
  if (found == subscriptions.end()) {
    return;
  }
  if (found->second.handler.on_next) {
    // A handler may unsubscribe itself: hold what is being called.
    const auto on_next = found->second.handler.on_next;
    on_next(params);
  }
}

void Client::Impl::HandleEnd(const base::json::object& params) {
  const auto found = FindNamedIn(params);
  if (found == subscriptions.end()) {
    return;
  }
  const auto on_end = std::move(found->second.handler.on_end);
  Drop(found->first);
  if (!on_end) {
    return;
  }
  if (const auto* error = params.if_contains("error")) {
    on_end(std::unexpected(DecodeError(*error)));
  } else {
    on_end(params);
  }
}

void Client::Impl::Drop(int64_t local) {
  const auto found = subscriptions.find(local);
  if (found != subscriptions.end()) {
    local_of_remote.erase(found->second.remote);
    subscriptions.erase(found);
  }
}

void Client::Impl::Shut(const base::Error& why) {
  if (closed) {
    return;
  }
  closed = why;
  link->Close();
  wake.Notify();
  for (const auto& [id, call] : std::exchange(calls, {})) {
    call->answer = std::unexpected(why);
    call->done.Notify();
  }
  for (const auto& [local, subscription] : std::exchange(subscriptions, {})) {
    if (subscription.handler.on_end) {
      subscription.handler.on_end(std::unexpected(why));
    }
  }
  gone.Notify();
}

Client::Client(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Client::~Client() {
  // Handlers belong to the client's owner: none is called any more.
  impl_->subscriptions.clear();
  impl_->Shut(ClosedError("this side closed the link"));
  impl_->tasks.Kill();
}

boost::asio::awaitable<base::Result<std::unique_ptr<Client>>> Client::ConnectRaw(
    boost::asio::any_io_executor executor, std::unique_ptr<Link> link, ContractId wanted,
    std::string name) {
  auto impl = std::make_shared<Impl>(executor, std::move(link));
  impl->tasks.Spawn("read loop", [impl] { return Impl::ReadLoop(impl); });
  impl->tasks.Spawn("write loop", [impl] { return Impl::WriteLoop(impl); });
  std::unique_ptr<Client> client(new Client(impl));
  std::string params = "{\"contract\":" + Encoded(wanted) + ",\"name\":";
  base::AppendJsonString(params, name);
  params.push_back('}');
  base::Result<base::json::value> answer =
      co_await client->CallRaw("surface.hello", std::move(params));
  if (!answer) {
    co_return base::Pass(answer.error());
  }
  auto hello = Decode<HelloReply>(*answer);
  if (!hello) {
    co_return base::Pass(hello.error().In("surface.hello"));
  }
  impl->hello = std::move(*hello);
  const ContractId& theirs = impl->hello.contract;
  const bool any = wanted.name.empty();
  if (!any && (theirs.name != wanted.name || theirs.major != wanted.major)) {
    co_return base::Fail(
        base::ErrorKind::kVersion, "contract_mismatch",
        fmt::format("the other side (build {}) speaks {} {}.{}, this one {} {}.{}",
                    base::Quoted(impl->hello.build), base::Quoted(theirs.name), theirs.major,
                    theirs.minor, base::Quoted(wanted.name), wanted.major, wanted.minor));
  }
  co_return client;
}

const HelloReply& Client::hello() const {
  return impl_->hello;
}
bool Client::closed() const {
  return impl_->closed.has_value();
}
void Client::Close() {
  impl_->Shut(ClosedError("this side closed the link"));
}

boost::asio::awaitable<base::Result<base::json::value>> Client::CallRaw(std::string method,
                                                                        std::string params) {
  auto impl = impl_;
  if (impl->closed) {
    co_return base::Pass(*impl->closed);
  }
  auto call = std::make_shared<PendingCall>(impl->tasks.executor());
  impl->calls[impl->Request(method, params)] = call;
  while (!call->answer) {
    const bool woken = co_await call->done.Wait();
    if (!woken) {
      co_return base::Fail(base::ErrorKind::kCancelled, "cancelled",
                           "the call was given up: " + method);
    }
  }
  co_return std::move(*call->answer);
}

int64_t Client::SubscribeRaw(std::string_view member, std::string_view input, RawHandler handler) {
  const int64_t local = impl_->next_local++;
  if (impl_->closed) {
    if (handler.on_end) {
      handler.on_end(std::unexpected(*impl_->closed));
    }
    return local;
  }
  std::string params = "{\"member\":";
  base::AppendJsonString(params, member);
  params += ",\"input\":";
  params += input;
  params.push_back('}');
  impl_->streams += handler.on_chunk ? 1 : 0;
  impl_->subscriptions[local].handler = std::move(handler);
  impl_->subscribing[impl_->Request("surface.subscribe", params)] = local;
  return local;
}

void Client::Unsubscribe(int64_t subscription) {
  const auto found = impl_->subscriptions.find(subscription);
  if (found == impl_->subscriptions.end()) {
    return;
  }
  if (found->second.remote != 0 && !impl_->closed) {
    impl_->Request("surface.unsubscribe",
                   fmt::format("{{\"subscription\":{}}}", found->second.remote));
  }
  impl_->Drop(subscription);
}

int64_t Client::SubscribeStream(std::string_view name, std::string_view input,
                                StreamHandler stream) {
  RawHandler handler;
  auto shared = std::make_shared<StreamState>(std::move(stream));
  handler.on_chunk = [shared](uint64_t offset, std::string_view bytes) {
    if (shared->on_bytes && !shared->broken) {
      shared->on_bytes(offset, bytes);
    }
  };
  handler.on_next = [shared](const base::json::object& params) {
    if (shared->broken) {
      return;
    }
    auto bytes = ChunkBytes(params);
    if (bytes && shared->on_bytes) {
      shared->on_bytes(OffsetOf(params), *bytes);
    } else if (!bytes) {
      shared->broken = true;
      if (shared->on_end) {
        shared->on_end(base::Pass(bytes.error()));
      }
    }
  };
  handler.on_end = [shared](base::Result<base::json::object> end) {
    if (shared->broken || !shared->on_end) {
      return;
    }
    if (end) {
      shared->on_end(OffsetOf(*end));
    } else {
      shared->on_end(std::unexpected(end.error()));
    }
  };
  return SubscribeRaw(name, input, std::move(handler));
}

boost::asio::awaitable<base::Result<void>> Client::Stop() {
  base::Result<base::json::value> answer = co_await CallRaw("surface.stop", "{}");
  if (!answer) {
    co_return base::Pass(answer.error());
  }
  co_return base::Result<void>();
}

boost::asio::awaitable<base::Error> Client::Closed() {
  auto impl = impl_;
  while (!impl->closed) {
    const bool woken = co_await impl->gone.Wait();
    if (!woken) {
      co_return base::Error(base::ErrorKind::kCancelled, "cancelled", "the wait was given up");
    }
  }
  impl->gone.Notify();  // the next one to ask
  co_return *impl->closed;
}

}  // namespace surface
