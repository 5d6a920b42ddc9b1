#include "surface/mirror.h"

#include <deque>
#include <set>

#include "base/log.h"
#include "surface/cell.h"
#include "surface/collection.h"
#include "surface/event.h"
#include "surface/json_rpc.h"
#include "surface/wakers.h"

namespace surface {
namespace {

/// What a slow reader of a relayed stream may leave waiting here.
constexpr size_t kMaxRelayBytes = size_t{1} << 20;

base::Error NoUpstream() {
  return base::Error(base::ErrorKind::kGone, "no_upstream", "the mirrored surface is out of reach");
}

/// The upstream of the moment; the shared place that streams and calls look it up in.
struct Upstream {
  std::shared_ptr<Client> client;
};

/// What came as a message fits into one again, unless its sender knew another limit.
void Keep(const base::Result<void>& told) {
  if (!told) {
    base::LogWarning("mirror", "not passed on: {}", told.error().message());
  }
}

class CellFollower {
 public:
  RawCellSource source;

  void Next(const base::json::object& params) {
    if (const auto* snapshot = params.if_contains("snapshot");
        snapshot != nullptr && snapshot->is_object()) {
      known_ = snapshot->get_object();
    } else if (const auto* delta = params.if_contains("delta");
               delta != nullptr && delta->is_object()) {
      for (const auto& [field, json] : delta->get_object()) {
        known_[field] = json;
      }
    }
    std::vector<std::pair<std::string, std::string>> fields;
    for (const auto& [field, json] : known_) {
      fields.emplace_back(field, base::json::serialize(json));
    }
    Keep(source.AssignRaw(std::move(fields)));
  }

 private:
  base::json::object known_;
};

class CollectionFollower {
 public:
  RawCollectionSource source;

  /// A new subscription begins; half a snapshot of the last one is no longer waited for.
  void Restart() { in_snapshot_.clear(); }

  void Next(const base::json::object& params) {
    if (const auto* snapshot = params.if_contains("snapshot");
        snapshot != nullptr && snapshot->is_object()) {
      Snapshot(snapshot->get_object(), params.contains("more"));
      return;
    }
    if (const auto* upserts = params.if_contains("upsert");
        upserts != nullptr && upserts->is_object()) {
      for (const auto& [key, json] : upserts->get_object()) {
        Keep(source.PutRaw(key, base::json::serialize(json)));
      }
    }
    if (const auto* removals = params.if_contains("remove");
        removals != nullptr && removals->is_array()) {
      for (const auto& key : removals->get_array()) {
        if (key.is_string()) {
          source.Remove(key.get_string());
        }
      }
    }
  }

 private:
  /// A snapshot replaces: what it does not hold is gone, told once its last part is here.
  void Snapshot(const base::json::object& part, bool more) {
    for (const auto& [key, json] : part) {
      Keep(source.PutRaw(key, base::json::serialize(json)));
      in_snapshot_.insert(std::string(key));
    }
    if (more) {
      return;
    }
    std::vector<std::string> absent;
    for (const auto& item : source.state().items()) {
      if (!item.json.empty() && !in_snapshot_.contains(item.key)) {
        absent.push_back(item.key);
      }
    }
    for (const std::string& key : absent) {
      source.Remove(key);
    }
    in_snapshot_.clear();
  }

  std::set<std::string> in_snapshot_;  ///< keys of the parts that came so far
};

/// A reader of a relayed stream: messages wait here as they came, and the upstream subscription is
/// let go while too much waits.
class RelayFeed final : public Feed, public std::enable_shared_from_this<RelayFeed> {
 public:
  RelayFeed(std::shared_ptr<Upstream> upstream, std::string member, base::json::object input,
            Waker waker)
      : upstream_(std::move(upstream)),
        member_(std::move(member)),
        input_(std::move(input)),
        waker_(std::move(waker)) {}
  ~RelayFeed() override { LetGo(); }

  Progress Next(std::string& out) override {
    if (waiting_.empty() && !ended_ && subscription_ == 0) {
      TakeUp();
    }
    if (!waiting_.empty()) {
      out += waiting_.front();
      waiting_bytes_ -= waiting_.front().size();
      waiting_.pop_front();
      return Progress::kMessage;
    }
    if (ended_) {
      out += *ended_;
      return Progress::kEnded;
    }
    return Progress::kIdle;
  }

  void TakeUp() {
    if (!upstream_->client || upstream_->client->closed()) {
      End(NoUpstream());
      return;
    }
    client_ = upstream_->client;
    Client::RawHandler handler;
    handler.on_next = [weak = weak_from_this()](const base::json::object& params) {
      if (auto self = weak.lock()) {
        self->Took(params);
      }
    };
    handler.on_end = [weak = weak_from_this()](base::Result<base::json::object> end) {
      if (auto self = weak.lock()) {
        self->UpstreamEnded(std::move(end));
      }
    };
    subscription_ =
        client_->SubscribeRaw(member_, base::json::serialize(input_), std::move(handler));
  }

 private:
  static std::string Fields(base::json::object params) {
    params.erase("subscription");
    std::string text = base::json::serialize(params);
    text.front() = ',';
    text.pop_back();
    return text;
  }

  void Took(const base::json::object& params) {
    waiting_.push_back(Fields(params));
    waiting_bytes_ += waiting_.back().size();
    input_["offset"] = NextOffset(params);
    if (waiting_bytes_ > kMaxRelayBytes) {
      LetGo();
    }
    waker_();
  }

  static uint64_t NextOffset(const base::json::object& params) {
    uint64_t length = 0;
    if (const auto* text = params.if_contains("text"); text != nullptr && text->is_string()) {
      length = text->get_string().size();
    } else if (const auto* encoded = params.if_contains("base64");
               encoded != nullptr && encoded->is_string()) {
      const auto& code = encoded->get_string();
      length = code.size() / 4 * 3;
      length -= code.ends_with("==") ? 2 : code.ends_with("=") ? 1 : 0;
    }
    const auto* offset = params.if_contains("offset");
    return length + (offset != nullptr ? Decode<uint64_t>(*offset).value_or(0) : 0);
  }

  void UpstreamEnded(base::Result<base::json::object> end) {
    subscription_ = 0;
    if (end) {
      ended_ = Fields(std::move(*end));
      waker_();
    } else {
      End(end.error());
    }
  }

  void End(const base::Error& error) {
    ended_ = ",\"error\":";
    EncodeError(*ended_, error);
    waker_();
  }

  void LetGo() {
    if (subscription_ != 0 && client_) {
      client_->Unsubscribe(subscription_);
    }
    subscription_ = 0;
    client_.reset();
  }

  std::shared_ptr<Upstream> upstream_;
  std::shared_ptr<Client> client_;
  std::string member_;
  base::json::object input_;
  Waker waker_;
  int64_t subscription_ = 0;
  std::deque<std::string> waiting_;
  size_t waiting_bytes_ = 0;
  std::optional<std::string> ended_;
};

/// Holds a shared feed where a session wants to own one.
class HeldFeed final : public Feed {
 public:
  explicit HeldFeed(std::shared_ptr<RelayFeed> feed) : feed_(std::move(feed)) {}
  Progress Next(std::string& out) override { return feed_->Next(out); }

 private:
  std::shared_ptr<RelayFeed> feed_;
};

class StreamRelay final : public Source {
 public:
  StreamRelay(std::shared_ptr<Upstream> upstream, std::string member)
      : upstream_(std::move(upstream)), member_(std::move(member)) {}

  base::Result<std::unique_ptr<Feed>> Open(const base::json::value& input, Waker waker) override {
    const auto* object = input.if_object();
    if (object == nullptr) {
      return base::Fail(base::ErrorKind::kInput, "bad_value", "input: expected an object");
    }
    if (!upstream_->client || upstream_->client->closed()) {
      return base::Pass(NoUpstream());
    }
    auto feed = std::make_shared<RelayFeed>(upstream_, member_, *object, std::move(waker));
    feed->TakeUp();
    return std::make_unique<HeldFeed>(std::move(feed));
  }

 private:
  std::shared_ptr<Upstream> upstream_;
  std::string member_;
};

boost::asio::awaitable<base::Result<std::string>> PassCall(std::shared_ptr<Upstream> upstream,
                                                           std::string method,
                                                           base::json::value params) {
  const std::shared_ptr<Client> client = upstream->client;
  if (!client) {
    co_return base::Pass(NoUpstream());
  }
  std::string text = base::json::serialize(params);
  base::Result<base::json::value> answer =
      co_await client->CallRaw(std::move(method), std::move(text));
  if (!answer) {
    co_return base::Pass(answer.error());
  }
  co_return base::json::serialize(*answer);
}

}  // namespace

struct Mirror::Impl {
  Impl(boost::asio::any_io_executor executor, ContractDescription description, std::string build)
      : server(std::move(executor), std::move(description), std::move(build)) {
    for (const MemberDescription& member : server.description().members) {
      BindMember(member);
    }
  }

  void BindMember(const MemberDescription& member) {
    switch (member.kind) {
      case MemberKind::kCell:
        server.BindSource(member.name, member.kind, cells[member.name].source);
        return;
      case MemberKind::kCollection:
        server.BindSource(member.name, member.kind, collections[member.name].source);
        return;
      case MemberKind::kEvent:
        server.BindSource(member.name, member.kind, events[member.name]);
        return;
      case MemberKind::kStream:
        streams.push_back(std::make_unique<StreamRelay>(upstream, member.name));
        server.BindSource(member.name, member.kind, *streams.back());
        return;
      case MemberKind::kProcedure:
        server.BindHandler(member.name, [place = upstream, name = member.name](
                                            base::json::value params, Caller /*caller*/) {
          return PassCall(place, name, std::move(params));
        });
        return;
    }
  }

  /// Ends what follows the upstream of the moment; streams that still read from it go on.
  void Unfollow() {
    for (const int64_t subscription : std::exchange(followed, {})) {
      upstream->client->Unsubscribe(subscription);
    }
  }

  std::shared_ptr<Upstream> upstream = std::make_shared<Upstream>();
  std::vector<int64_t> followed;  ///< subscriptions at upstream->client
  std::map<std::string, CellFollower> cells;
  std::map<std::string, CollectionFollower> collections;
  std::map<std::string, RawEventSource> events;
  std::vector<std::unique_ptr<StreamRelay>> streams;
  Server server;
};

Mirror::Mirror(boost::asio::any_io_executor executor, ContractDescription description,
               std::string build)
    : impl_(std::make_unique<Impl>(std::move(executor), std::move(description), std::move(build))) {
}

Mirror::~Mirror() {
  Detach();
}

Server& Mirror::server() {
  return impl_->server;
}

void Mirror::Attach(std::shared_ptr<Client> upstream) {
  impl_->Unfollow();
  impl_->upstream->client = upstream;
  const auto follow = [&](const std::string& name, auto on_next) {
    Client::RawHandler handler;
    handler.on_next = std::move(on_next);
    impl_->followed.push_back(upstream->SubscribeRaw(name, "{}", std::move(handler)));
  };
  for (auto& [name, follower] : impl_->cells) {
    follow(name, [&follower](const base::json::object& params) { follower.Next(params); });
  }
  for (auto& [name, follower] : impl_->collections) {
    follower.Restart();
    follow(name, [&follower](const base::json::object& params) { follower.Next(params); });
  }
  for (auto& [name, source] : impl_->events) {
    follow(name, [&source](const base::json::object& params) {
      if (const auto* occurrence = params.if_contains("event")) {
        Keep(source.EmitRaw(base::json::serialize(*occurrence)));
      } else if (const uint64_t missed = detail::MissedIn(params); missed > 0) {
        source.Lost(missed);
      }
    });
  }
}

void Mirror::Detach() {
  if (!impl_->upstream->client) {
    return;
  }
  impl_->Unfollow();
  std::exchange(impl_->upstream->client, nullptr)->Close();
}

}  // namespace surface
