#include "odu/agent/live_checkout.h"

#include <utility>
#include <vector>

#include "async/deadline.h"
#include "service/dial.h"

namespace odu::agent {
namespace {

using boost::asio::awaitable;
using Odu = model::OduSurface;

constexpr async::Duration kFirstState = std::chrono::seconds(10);
constexpr async::Duration kUnused = std::chrono::seconds(60);
constexpr async::Duration kLookEvery = std::chrono::seconds(1);

}  // namespace

LiveCheckout::LiveCheckout(World& world, CheckoutPlace place)
    : world_(world), place_(std::move(place)), changed_(world.executor), tasks_(world.executor) {}

awaitable<base::Result<std::unique_ptr<surface::Client>>> LiveCheckout::Dial(face::Start start) {
  if (start == face::Start::kNever) {
    co_return co_await service::Dial(world_.executor, world_.clock, place_.place);
  }
  co_return co_await service::Ensure(world_.executor, world_.clock, world_.reaper, place_.place);
}

awaitable<base::Result<std::shared_ptr<surface::Client>>> LiveCheckout::Reach(face::Start start) {
  used_at_ = world_.clock.Now();
  bool asked = false;
  while (!linked()) {
    if (!dialling_ && asked && refusal_.has_value()) {
      co_return base::Pass(*refusal_);
    }
    if (!dialling_) {
      dialling_ = true;
      asked = true;
      refusal_.reset();
      tasks_.Spawn("dial the coordinator", [this, start] { return DialTask(start); });
    }
    if (!dialling_) {
      continue;  // it had its end in its first turn
    }
    const bool woken = co_await changed_.Wait();
    if (!woken) {
      co_return base::Fail(base::ErrorKind::kCancelled, "cancelled", "the call was given up");
    }
  }
  co_return client_;
}

awaitable<base::Result<std::shared_ptr<surface::Client>>> LiveCheckout::ReachToLook() {
  face::Start start = face::Start::kNever;
  if (!linked()) {
    const auto adoption = world_.store.NeedsAdoption(toplevel());
    if (!adoption) {
      co_return base::Pass(adoption.error());
    }
    start = *adoption ? face::Start::kIfNeeded : face::Start::kNever;
  }
  auto client = co_await Reach(start);
  co_return client;
}

awaitable<void> LiveCheckout::DialTask(face::Start start) {
  const base::Result<void> linked = co_await Link(start);
  if (!linked) {
    refusal_ = linked.error();
  }
  dialling_ = false;
  changed_.Fire();
}

awaitable<base::Result<void>> LiveCheckout::Link(face::Start start) {
  auto dialled = co_await Dial(start);
  if (!dialled) {
    co_return base::Pass(dialled.error());
  }
  const std::shared_ptr<surface::Client> client = std::move(*dialled);
  Subscribe(*client);
  const async::Duration until = world_.clock.Now() + kFirstState;
  while (missing_ > 0 && !client->closed()) {
    const async::Duration left = until - world_.clock.Now();
    if (left <= async::Duration::zero()) {
      co_return base::Pass(async::Timeout("the coordinator's state", kFirstState));
    }
    std::move_only_function<awaitable<void>()> wait = [this]() -> awaitable<void> {
      co_await changed_.Wait();
    };
    co_await async::RunBounded(world_.clock, left, std::move(wait));
  }
  if (client->closed()) {
    co_return base::Fail(base::ErrorKind::kGone, "closed", "the coordinator closed the link",
                         "call again");
  }
  old_client_ = std::move(client_);
  client_ = client;
  tasks_.Spawn("watch the link", [this, client] { return WatchLink(client); });
  if (!std::exchange(keeping_, true)) {
    tasks_.Spawn("keep the link", [this] { return Keep(); });
  }
  co_return base::Result<void>();
}

void LiveCheckout::Subscribe(surface::Client& client) {
  missing_ = 3;
  const auto first = [this](const std::shared_ptr<bool>& seen) {
    if (!std::exchange(*seen, true) && missing_ > 0) {
      --missing_;
    }
  };
  const auto run_seen = std::make_shared<bool>(false);
  client.Subscribe(Odu::kRun, std::function<void(const model::Run&)>(
                                  [this, first, run_seen](const model::Run& run) {
                                    view_.run = run;
                                    first(run_seen);
                                    Changed();
                                  }));
  const auto nodes_seen = std::make_shared<bool>(false);
  surface::CollectionHandler<model::Node> nodes;
  nodes.on_snapshot = [this, first, nodes_seen](std::map<std::string, model::Node> items, bool) {
    view_.nodes = std::move(items);
    first(nodes_seen);
    if (replaced_) {
      replaced_();
    }
    Changed();
  };
  nodes.on_upsert = [this](const std::string& key, model::Node node) {
    const auto [place, added] = view_.nodes.insert_or_assign(key, std::move(node));
    if (added && replaced_) {
      replaced_();
    }
  };
  nodes.on_remove = [this](const std::string& key) { view_.nodes.erase(key); };
  nodes.on_batch = [this] { Changed(); };
  client.Subscribe(Odu::kNodes, std::move(nodes));
  const auto lanes_seen = std::make_shared<bool>(false);
  surface::CollectionHandler<model::Lane> lanes;
  lanes.on_snapshot = [this, first, lanes_seen](std::map<std::string, model::Lane> items, bool) {
    view_.lanes = std::move(items);
    first(lanes_seen);
    Changed();
  };
  lanes.on_upsert = [this](const std::string& key, model::Lane lane) {
    view_.lanes.insert_or_assign(key, std::move(lane));
  };
  lanes.on_remove = [this](const std::string& key) { view_.lanes.erase(key); };
  lanes.on_batch = [this] { Changed(); };
  client.Subscribe(Odu::kLanes, std::move(lanes));
}

void LiveCheckout::Changed() {
  const std::vector<Listener*> told(listeners_.begin(), listeners_.end());
  for (Listener* listener : told) {
    if (listeners_.contains(listener)) {
      listener->changed_();
    }
  }
  changed_.Fire();
}

awaitable<void> LiveCheckout::WatchLink(std::shared_ptr<surface::Client> client) {
  static_cast<void>(co_await client->Closed());
  changed_.Fire();
}

awaitable<void> LiveCheckout::Keep() {
  for (;;) {
    const bool passed = co_await world_.clock.Sleep(kLookEvery);
    if (!passed) {
      co_return;
    }
    if (!listeners_.empty() && !linked()) {
      static_cast<void>(co_await ReachToLook());
    }
    if (listeners_.empty() && linked() && world_.clock.Now() - used_at_ > kUnused) {
      client_->Close();
    }
  }
}

awaitable<bool> LiveCheckout::Until(std::function<bool()> done, async::Duration bound) {
  const async::Duration until = world_.clock.Now() + bound;
  while (!done()) {
    const async::Duration left = until - world_.clock.Now();
    if (left <= async::Duration::zero() || !linked()) {
      co_return false;
    }
    std::move_only_function<awaitable<void>()> wait = [this]() -> awaitable<void> {
      co_await changed_.Wait();
    };
    co_await async::RunBounded(world_.clock, left, std::move(wait));
  }
  co_return true;
}

awaitable<void> LiveCheckout::Close() {
  tasks_.Kill();
  co_await tasks_.Join();
  client_.reset();
  old_client_.reset();
}

LiveCheckout::Listener::Listener(LiveCheckout& owner, std::function<void()> changed)
    : owner_(owner), changed_(std::move(changed)) {
  owner_.listeners_.insert(this);
  if (!std::exchange(owner_.keeping_, true)) {
    owner_.tasks_.Spawn("keep the link", [&checkout = owner_] { return checkout.Keep(); });
  }
}

LiveCheckout::Listener::~Listener() {
  owner_.listeners_.erase(this);
}

}  // namespace odu::agent
