#include "odu/face/follow.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "odu/face/summary.h"
#include "odu/face/tails.h"
#include "odu/model/run_id.h"

namespace odu::face {
namespace {

using Odu = model::OduSurface;

/// A second ^C within this is meant to end the run at once.
constexpr async::Duration kSecondInterrupt = std::chrono::seconds(2);
/// How long a coordinator that went away is looked for.
constexpr async::Duration kGiveUpAfter = std::chrono::seconds(60);
constexpr async::Duration kFirstRedial = std::chrono::milliseconds(250);
constexpr async::Duration kSlowestRedial = std::chrono::seconds(2);
/// A run whose verdict is there may be this far ahead of its last nodes.
constexpr async::Duration kLastNodes = std::chrono::seconds(2);
/// Whoever started a run is kept for so long after its verdict, so that what comes next (a merge)
/// finds its statuses at the forge.
constexpr async::Duration kStatusesBound = std::chrono::seconds(3);
constexpr async::Duration kStopGrace = std::chrono::seconds(1);

/// No use in trying again: a person has to change something.
bool IsFinal(const base::Error& error) {
  return error.kind() == base::ErrorKind::kUsage || error.kind() == base::ErrorKind::kInput ||
         error.kind() == base::ErrorKind::kRefused || error.kind() == base::ErrorKind::kVersion;
}

}  // namespace

Follower::Follower(FaceContext& context, Watcher& watcher, os::SignalSource& signals,
                   FollowOptions options)
    : context_(context),
      watcher_(watcher),
      signals_(signals),
      options_(std::move(options)),
      tasks_(context.executor),
      changed_(context.executor) {}

boost::asio::awaitable<base::Result<FollowEnd>> Follower::Run(
    std::unique_ptr<surface::Client> client) {
  client_ = std::move(client);
  Subscribe();
  SpawnListeners();
  End end;
  while (!end.has_value()) {
    const bool woken = co_await changed_.Wait();
    end = woken ? HandleSignals() : EndAs(FollowEnd::Kind::kLeft);
    if (!end.has_value()) {
      HandleLink();
      end = given_up_.has_value() ? End(base::Pass(*given_up_)) : Show();
    }
    if (!end.has_value() && context_.console.failure().has_value()) {
      end = context_.console.reader_left() ? EndAs(FollowEnd::Kind::kLeft)
                                           : End(base::Pass(*context_.console.failure()));
    }
    if (!end.has_value()) {
      end = co_await CheckSettled();
    }
  }
  client_->Close();
  co_await tasks_.Stop(context_.clock, kStopGrace);
  co_return std::move(*end);
}

void Follower::Subscribe() {
  linked_at_ = context_.clock.Now();
  link_is_down_ = false;
  nodes_subscription_.reset();
  subscriptions_.clear();
  const auto subscribe = [this](const auto& member, auto handler) {
    subscriptions_.push_back(client_->Subscribe(member, std::move(handler)));
  };
  subscribe(Odu::kRun, std::function<void(const model::Run&)>([this](const model::Run& run) {
              view_.run = run;
              run_known_ = true;
              ticked_ = true;
              changed_.Notify();
            }));
  subscribe(Odu::kCoordinator, std::function<void(const model::Coordinator&)>(
                                   [this](const model::Coordinator& coordinator) {
                                     view_.coordinator = coordinator;
                                   }));
  SubscribeNodes();
  surface::CollectionHandler<model::Lane> lanes;
  lanes.on_snapshot = [this](std::map<std::string, model::Lane> items, bool) {
    view_.lanes = std::move(items);
  };
  lanes.on_upsert = [this](const std::string& key, model::Lane lane) {
    view_.lanes.insert_or_assign(key, std::move(lane));
  };
  lanes.on_remove = [this](const std::string& key) { view_.lanes.erase(key); };
  lanes.on_batch = [this] { changed_.Notify(); };
  subscribe(Odu::kLanes, std::move(lanes));
  subscribe(Odu::kNotices,
            std::function<void(const model::Notice&)>([this](const model::Notice& notice) {
              watcher_.Noticed(notice);
              gate_told_ = gate_told_ || notice.source == "gate";
              changed_.Notify();
            }));
  if (options_.run_id.empty()) {
    subscribe(Odu::kPipeline, std::function<void(const model::PlannedPipeline&)>(
                                  [this](const model::PlannedPipeline& pipeline) {
                                    idle_.pipeline = pipeline;
                                    pipeline_known_ = true;
                                    changed_.Notify();
                                  }));
    surface::CollectionHandler<model::RunSummary> runs;
    const auto known = std::make_shared<std::map<std::string, model::RunSummary>>();
    runs.on_snapshot = [known](std::map<std::string, model::RunSummary> items, bool) {
      *known = std::move(items);
    };
    runs.on_upsert = [known](const std::string& key, model::RunSummary run) {
      known->insert_or_assign(key, std::move(run));
    };
    runs.on_remove = [known](const std::string& key) { known->erase(key); };
    runs.on_batch = [this, known] {
      // Run ids sort by time.
      idle_.runs.clear();
      for (auto run = known->rbegin(); run != known->rend(); ++run) {
        idle_.runs.push_back(run->second);
      }
      runs_known_ = true;
      changed_.Notify();
    };
    subscribe(Odu::kRuns, std::move(runs));
  }
  tasks_.Spawn("watch the link", [this, client = client_.get()] { return WatchLink(client); });
}

void Follower::SubscribeNodes() {
  if (nodes_subscription_.has_value()) {
    client_->Unsubscribe(*nodes_subscription_);
  }
  nodes_known_ = false;
  surface::CollectionHandler<model::Node> nodes;
  nodes.on_snapshot = [this](std::map<std::string, model::Node> items, bool) {
    view_.nodes = std::move(items);
    for (const auto& [name, node] : view_.nodes) {
      news_.insert(name);
    }
    nodes_known_ = true;
  };
  nodes.on_upsert = [this](const std::string& key, model::Node node) {
    view_.nodes.insert_or_assign(key, std::move(node));
    news_.insert(key);
  };
  nodes.on_remove = [this](const std::string& key) { view_.nodes.erase(key); };
  nodes.on_batch = [this] { changed_.Notify(); };
  nodes_subscription_ = client_->Subscribe(Odu::kNodes, std::move(nodes));
}

void Follower::SpawnListeners() {
  tasks_.Spawn("tick", [this] { return Tick(); });
  tasks_.Spawn("listen to signals", [this] { return ListenToSignals(); });
}

boost::asio::awaitable<void> Follower::WatchLink(surface::Client* client) {
  lost_ = co_await client->Closed();
  changed_.Notify();
}

boost::asio::awaitable<void> Follower::Tick() {
  for (;;) {
    const bool passed = co_await context_.clock.Sleep(watcher_.TickEvery());
    if (!passed) {
      co_return;
    }
    ticked_ = true;
    changed_.Notify();
  }
}

boost::asio::awaitable<void> Follower::ListenToSignals() {
  for (;;) {
    const std::optional<int> signal = co_await signals_.Next();
    if (!signal.has_value()) {
      co_return;
    }
    signals_in_.push_back(*signal);
    changed_.Notify();
  }
}

boost::asio::awaitable<void> Follower::Redial(async::Duration delay) {
  const async::Duration since = context_.clock.Now();
  for (;;) {
    if (delay > async::Duration::zero()) {
      const bool passed = co_await context_.clock.Sleep(delay);
      if (!passed) {
        co_return;
      }
    }
    auto client = co_await Reach(context_, Start::kIfNeeded);
    if (client) {
      next_client_ = std::move(*client);
      changed_.Notify();
      co_return;
    }
    if (IsFinal(client.error()) || context_.clock.Now() - since > kGiveUpAfter) {
      given_up_ = client.error();
      changed_.Notify();
      co_return;
    }
    delay = std::clamp(delay * 2, kFirstRedial, kSlowestRedial);
  }
}

boost::asio::awaitable<void> Follower::CancelRun(bool at_once) {
  model::RunCancelRequest request;
  request.request_id = model::NewRunId(context_.clock.WallMs());
  request.run_id = options_.run_id;
  request.at_once = at_once;
  const auto reply = co_await client_->Call(Odu::kRunCancel, request);
  if (!reply) {
    Say(model::NoticeLevel::kError, "cancelling: " + reply.error().message());
  }
}

boost::asio::awaitable<void> Follower::AskVerdict() {
  model::NextRequest request;
  request.run_id = options_.run_id;
  request.settle = true;
  const auto reply = co_await client_->Call(Odu::kRunNext, request);
  asking_ = false;
  if (reply && reply->verdict.has_value()) {
    told_verdict_ = reply->verdict;
  } else if (!reply && reply.error().code() != "closed" && reply.error().code() != "closing") {
    given_up_ = reply.error();
  }
  changed_.Notify();
}

Follower::End Follower::EndAs(FollowEnd::Kind kind) const {
  FollowEnd end;
  end.kind = kind;
  end.verdict = view_.run.verdict;
  end.view = view_;
  end.idle = idle_;
  return end;
}

void Follower::Say(model::NoticeLevel level, std::string text) {
  watcher_.Noticed(model::Notice{level, "odu", std::move(text)});
}

Follower::End Follower::HandleSignals() {
  End end;
  while (!signals_in_.empty() && !end.has_value()) {
    const int signal = signals_in_.front();
    signals_in_.pop_front();
    if (signal == SIGHUP) {
      end = EndAs(FollowEnd::Kind::kHungUp);
    } else if (signal == SIGINT || signal == SIGTERM) {
      end = HandleInterrupt();
    }
  }
  return end;
}

Follower::End Follower::HandleInterrupt() {
  if (!options_.owns_run) {
    return EndAs(FollowEnd::Kind::kLeft);
  }
  const async::Duration now = context_.clock.Now();
  const bool again = interrupts_ > 0 && now - interrupted_at_ <= kSecondInterrupt;
  interrupts_ = again ? interrupts_ + 1 : 1;
  interrupted_at_ = now;
  interrupted_ = true;
  if (interrupts_ > 2) {
    return EndAs(FollowEnd::Kind::kInterrupted);
  }
  const bool at_once = interrupts_ == 2;
  Say(model::NoticeLevel::kWarning,
      at_once ? fmt::format("ending run {} at once; again leaves it", view_.run.ref)
              : fmt::format("cancelling run {}; again within 2 s ends it at once", view_.run.ref));
  tasks_.Spawn("cancel the run", [this, at_once] { return CancelRun(at_once); });
  return std::nullopt;
}

void Follower::HandleLink() {
  if (lost_.has_value()) {
    lost_.reset();
    link_is_down_ = true;
    const bool lasted = context_.clock.Now() - linked_at_ > std::chrono::seconds(1);
    const async::Duration delay = lasted ? async::Duration::zero() : kFirstRedial;
    tasks_.Spawn("redial", [this, delay] { return Redial(delay); });
  }
  if (next_client_) {
    old_clients_.push_back(std::exchange(client_, std::move(next_client_)));
    Subscribe();
  }
}

bool Follower::OursIsCurrent() const {
  return run_known_ && !options_.run_id.empty() && view_.run.run_id == options_.run_id;
}

bool Follower::AllTerminal() const {
  return std::all_of(view_.nodes.begin(), view_.nodes.end(),
                     [](const auto& entry) { return model::IsTerminal(entry.second.status); });
}

Follower::End Follower::Show() {
  if (!run_known_) {
    return std::nullopt;
  }
  if (options_.run_id.empty()) {
    if (!view_.run.run_id.has_value() || view_.run.phase == model::RunPhase::kSettled) {
      return ShowIdle();
    }
    // What is known of nodes may be of the run before: begin with a snapshot of this one's.
    options_.run_id = *view_.run.run_id;
    view_.nodes.clear();
    news_.clear();
    SubscribeNodes();
  }
  ShowRun();
  return std::nullopt;
}

Follower::End Follower::ShowIdle() {
  return pipeline_known_ && runs_known_ && nodes_known_ ? EndAs(FollowEnd::Kind::kIdle)
                                                        : std::nullopt;
}

void Follower::ShowRun() {
  if (!OursIsCurrent()) {
    return;
  }
  const auto expected = static_cast<size_t>(std::max(view_.run.expected, 1));
  if (!began_ && nodes_known_ && view_.nodes.size() >= expected) {
    began_ = true;
    watcher_.Began(view_);
  }
  if (!began_) {
    if (std::exchange(ticked_, false)) {
      watcher_.Waiting(view_, idle_);
    }
    return;
  }
  std::vector<model::Node> changed;
  changed.reserve(news_.size());
  for (const std::string& name : news_) {
    if (const auto node = view_.nodes.find(name); node != view_.nodes.end()) {
      changed.push_back(node->second);
    }
  }
  news_.clear();
  if (const std::vector<model::Node> happened = transitions_.Take(changed); !happened.empty()) {
    watcher_.Changed(view_, happened);
  }
  if (std::exchange(ticked_, false)) {
    watcher_.Ticked(view_);
  }
}

boost::asio::awaitable<Follower::End> Follower::CheckSettled() {
  if (!run_known_ || options_.run_id.empty() || link_is_down_) {
    co_return std::nullopt;
  }
  if (OursIsCurrent()) {
    if (view_.run.phase != model::RunPhase::kSettled || !view_.run.verdict.has_value()) {
      settled_seen_at_.reset();
      co_return std::nullopt;
    }
    if (!settled_seen_at_.has_value()) {
      settled_seen_at_ = context_.clock.Now();
    }
    const bool complete = began_ && AllTerminal();
    if (!complete && context_.clock.Now() - *settled_seen_at_ < kLastNodes) {
      co_return std::nullopt;
    }
    co_return co_await Finish(*view_.run.verdict);
  }
  // Another run is current, or none: ours has ended while nobody told us.
  if (view_.run.last_run_id == options_.run_id && view_.run.last_verdict.has_value()) {
    told_verdict_ = view_.run.last_verdict;
  }
  if (told_verdict_.has_value()) {
    co_return co_await FinishFromStore(*told_verdict_);
  }
  if (!std::exchange(asking_, true)) {
    tasks_.Spawn("ask for the verdict", [this] { return AskVerdict(); });
  }
  co_return std::nullopt;
}

boost::asio::awaitable<void> Follower::AwaitStatuses() {
  const async::Duration until = context_.clock.Now() + kStatusesBound;
  const auto owes = [this] { return OursIsCurrent() && !view_.run.unposted.empty(); };
  if (owes()) {
    tasks_.Spawn("statuses", [this]() -> boost::asio::awaitable<void> {
      static_cast<void>(co_await context_.clock.Sleep(kStatusesBound));
      changed_.Notify();
    });
  }
  // When the gate has told why it does not get on, waiting helps nobody.
  while (owes() && !gate_told_ && !lost_.has_value() && signals_in_.empty() &&
         context_.clock.Now() < until) {
    const bool woken = co_await changed_.Wait();
    if (!woken) {
      co_return;
    }
  }
  if (owes()) {
    const size_t count = view_.run.unposted.size();
    Say(model::NoticeLevel::kWarning, base::Counted(count, "status", "statuses") +
                                          " not posted yet; posting goes on ('odu status')");
  }
}

/// The coordinator shows another run, or none: what is left to tell of ours is in its folder.
boost::asio::awaitable<Follower::End> Follower::FinishFromStore(model::Verdict told) {
  for (const int64_t subscription : subscriptions_) {
    client_->Unsubscribe(subscription);
  }
  if (nodes_subscription_.has_value()) {
    client_->Unsubscribe(*nodes_subscription_);
  }
  auto stored = context_.load_run ? context_.load_run(options_.run_id)
                                  : base::Result<View>(base::Fail(base::ErrorKind::kGone, "no_run",
                                                                  "its folder is not known here"));
  if (!stored) {
    view_ = View{view_.coordinator, {}, {}, {}};
    view_.run.run_id = options_.run_id;
    view_.run.verdict = told;
    Say(model::NoticeLevel::kWarning,
        fmt::format("run {} has ended ({}), and what its nodes were can not be told: {}",
                    options_.run_id, surface::EnumWord(told), stored.error().message()));
    co_return EndAs(interrupted_ ? FollowEnd::Kind::kInterrupted : FollowEnd::Kind::kSettled);
  }
  from_store_ = true;
  stored->coordinator = view_.coordinator;
  view_ = std::move(*stored);
  for (const auto& [name, node] : view_.nodes) {
    news_.insert(name);
  }
  nodes_known_ = true;
  ShowRun();
  co_return co_await Finish(view_.run.verdict.value_or(told));
}

boost::asio::awaitable<Follower::End> Follower::Finish(model::Verdict verdict) {
  std::map<std::string, std::string> tails;
  if (OursIsCurrent()) {
    tails = co_await FetchTails(context_, *client_, view_);
  }
  View shown = view_;
  if (options_.owns_run && OursIsCurrent()) {
    shown.run.unposted.clear();  // the verdict is told at once; they are most likely on their way
  }
  watcher_.Settled(shown, tails);
  if (options_.owns_run && !from_store_) {
    co_await AwaitStatuses();
  }
  End end = EndAs(interrupted_ ? FollowEnd::Kind::kInterrupted : FollowEnd::Kind::kSettled);
  (*end)->verdict = verdict;
  co_return end;
}

}  // namespace odu::face
