#include "odu/terminal/live_feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "odu/terminal/event_line.h"

namespace odu::terminal {
namespace {

using Odu = model::OduSurface;

constexpr async::Duration kFirstRedial = std::chrono::milliseconds(250);
constexpr async::Duration kSlowestRedial = std::chrono::seconds(5);

/// No use in trying again: a person has to change something.
bool IsFinal(const base::Error& error) {
  return error.kind() == base::ErrorKind::kUsage || error.kind() == base::ErrorKind::kInput ||
         error.kind() == base::ErrorKind::kRefused || error.kind() == base::ErrorKind::kVersion;
}

}  // namespace

LiveFeed::LiveFeed(face::FaceContext& context, State& state, std::function<void()> changed)
    : context_(context), state_(state), changed_(std::move(changed)) {}

LiveFeed::~LiveFeed() = default;

void LiveFeed::Start(async::TaskGroup& tasks, std::unique_ptr<surface::Client> client) {
  tasks_ = &tasks;
  client_ = std::move(client);
  Subscribe();
}

void LiveFeed::Close() {
  if (client_) {
    client_->Close();
  }
}

surface::Client* LiveFeed::client() const {
  return client_ && !client_->closed() && !state_.link_lost.has_value() ? client_.get() : nullptr;
}

void LiveFeed::Continue() {
  if (lost_.has_value()) {
    state_.link_lost = lost_->message();
    state_.link_lost_at = context_.clock.WallMs();
    lost_.reset();
    const bool lasted = context_.clock.Now() - linked_at_ > std::chrono::seconds(1);
    const async::Duration delay = lasted ? async::Duration::zero() : kFirstRedial;
    tasks_->Spawn("redial", [this, delay] { return Redial(delay); });
  }
  if (next_) {
    constexpr size_t kOld = 4;
    old_.push_back(std::exchange(client_, std::move(next_)));
    if (old_.size() > kOld) {
      old_.erase(old_.begin());
    }
    state_.link_lost.reset();
    Subscribe();
  }
  TakeTransitions();
}

void LiveFeed::Subscribe() {
  linked_at_ = context_.clock.Now();
  nodes_subscription_.reset();
  client_->Subscribe(Odu::kRun, std::function<void(const model::Run&)>(
                                    [this](const model::Run& run) { TakeRun(run); }));
  SubscribeNodes();
  surface::CollectionHandler<model::Lane> lanes;
  lanes.on_snapshot = [this](std::map<std::string, model::Lane> items, bool) {
    state_.live.lanes = std::move(items);
  };
  lanes.on_upsert = [this](const std::string& key, model::Lane lane) {
    state_.live.lanes.insert_or_assign(key, std::move(lane));
  };
  lanes.on_remove = [this](const std::string& key) { state_.live.lanes.erase(key); };
  lanes.on_batch = [this] { changed_(); };
  client_->Subscribe(Odu::kLanes, std::move(lanes));
  client_->Subscribe(Odu::kNotices,
                     std::function<void(const model::Notice&)>([this](const model::Notice& notice) {
                       EventLine event;
                       event.at = context_.clock.WallMs();
                       event.level = notice.level;
                       event.text = notice.source + ": " + notice.text;
                       AddEvent(state_, std::move(event));
                       changed_();
                     }));
  client_->Subscribe(Odu::kPipeline, std::function<void(const model::PlannedPipeline&)>(
                                         [this](const model::PlannedPipeline& pipeline) {
                                           state_.idle.pipeline = pipeline;
                                           state_.plan = PlanView(pipeline);
                                           changed_();
                                         }));
  surface::CollectionHandler<model::RunSummary> runs;
  runs.on_snapshot = [this](std::map<std::string, model::RunSummary> items, bool) {
    runs_ = std::move(items);
  };
  runs.on_upsert = [this](const std::string& key, model::RunSummary run) {
    runs_.insert_or_assign(key, std::move(run));
  };
  runs.on_remove = [this](const std::string& key) { runs_.erase(key); };
  runs.on_batch = [this] {
    // Run ids sort by time.
    state_.idle.runs.clear();
    for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
      state_.idle.runs.push_back(run->second);
    }
    changed_();
  };
  client_->Subscribe(Odu::kRuns, std::move(runs));
  tasks_->Spawn("watch the link", [this, client = client_.get()] { return WatchLink(client); });
}

void LiveFeed::SubscribeNodes() {
  if (nodes_subscription_.has_value()) {
    client_->Unsubscribe(*nodes_subscription_);
  }
  surface::CollectionHandler<model::Node> nodes;
  nodes.on_snapshot = [this](std::map<std::string, model::Node> items, bool) {
    state_.live.nodes = std::move(items);
    for (const auto& [name, node] : state_.live.nodes) {
      news_.insert(name);
    }
    state_.known = true;
  };
  nodes.on_upsert = [this](const std::string& key, model::Node node) {
    state_.live.nodes.insert_or_assign(key, std::move(node));
    news_.insert(key);
  };
  nodes.on_remove = [this](const std::string& key) { state_.live.nodes.erase(key); };
  nodes.on_batch = [this] { changed_(); };
  nodes_subscription_ = client_->Subscribe(Odu::kNodes, std::move(nodes));
}

void LiveFeed::TakeRun(const model::Run& run) {
  const std::string run_id = run.run_id.value_or("");
  if (run_id.empty() && !run_id_.empty() && !state_.past.has_value() &&
      !state_.live.nodes.empty()) {
    // What was on the screen stays there: the run has only been closed.
    state_.past = Past{state_.live, 0, state_.events};
  }
  if (run_id != run_id_) {
    transitions_ = face::Transitions();
    state_.events.clear();
    news_.clear();
    first_nodes_ = true;
    if (!run_id.empty() && !run_id_.empty()) {
      state_.live.nodes.clear();
    }
    if (!state_.owns_run) {  // who owns one has only that
      state_.cancels = 0;    // those were another run's
    }
    if (!run_id.empty() && run.phase != model::RunPhase::kSettled && run_id_.empty()) {
      // Something begins: that is what one came for.
      state_.past.reset();
      state_.focus_is_chosen = false;
    }
    run_id_ = run_id;
  } else if (state_.live.run.phase == model::RunPhase::kSettled &&
             run.phase != model::RunPhase::kSettled) {
    state_.cancels = 0;  // nodes run again
  }
  state_.live.run = run;
  changed_();
}

void LiveFeed::TakeTransitions() {
  if (run_id_.empty()) {
    news_.clear();
    return;
  }
  std::vector<model::Node> batch;
  batch.reserve(news_.size());
  for (const std::string& name : news_) {
    if (const auto node = state_.live.nodes.find(name); node != state_.live.nodes.end()) {
      batch.push_back(node->second);
    }
  }
  news_.clear();
  // What was before anybody looked is told by its time; what has none is no news.
  const bool first = !batch.empty() && std::exchange(first_nodes_, false);
  const int64_t now_ms = context_.clock.WallMs();
  for (const model::Node& node : transitions_.Take(batch)) {
    if (!first || node.started_at.has_value()) {
      AddEvent(state_, EventOf(node, now_ms));
    }
  }
}

boost::asio::awaitable<void> LiveFeed::WatchLink(surface::Client* client) {
  lost_ = co_await client->Closed();
  changed_();
}

boost::asio::awaitable<void> LiveFeed::Redial(async::Duration delay) {
  for (;;) {
    if (delay > async::Duration::zero()) {
      const bool passed = co_await context_.clock.Sleep(delay);
      if (!passed) {
        co_return;
      }
    }
    auto client = co_await face::Reach(context_, face::Start::kIfNeeded);
    if (client) {
      next_ = std::move(*client);
      changed_();
      co_return;
    }
    if (IsFinal(client.error())) {
      failure_ = client.error();
      changed_();
      co_return;
    }
    state_.link_lost = client.error().message();
    delay = std::clamp(delay * 2, kFirstRedial, kSlowestRedial);
  }
}

}  // namespace odu::terminal
