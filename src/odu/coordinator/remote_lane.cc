#include "odu/coordinator/remote_lane.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "odu/coordinator/last_words.h"
#include "odu/coordinator/remote_agent.h"
#include "odu/coordinator/remote_source.h"
#include "odu/model/forge_tokens.h"
#include "odu/model/ids.h"
#include "os/file_digest.h"
#include "provision/wake_detector.h"

namespace odu::coordinator {
namespace {

using base::Pass;
using base::Result;
using boost::asio::awaitable;
using model::Attempt;
using model::NodeStatus;

/// design.md section 2.2: without contact for so long a lane is lost.
constexpr async::Duration kLostAfter = std::chrono::minutes(30);
/// A cancelled run settles although a lane of it does not answer.
constexpr async::Duration kCancelBound = std::chrono::seconds(30);
/// Between two tries of a host that refuses a lane which is there.
constexpr async::Duration kLongestDelay = std::chrono::seconds(30);
/// Clocks that differ by less are left to differ.
constexpr int64_t kClockToleranceMs = 5'000;

double ScaleOf(const World& world) {
  constexpr auto kUnit = std::chrono::hours(1);
  return std::chrono::duration<double>(kUnit) /
         std::chrono::duration<double>(std::max(world.scale(kUnit), async::Duration(1)));
}

/// By the lane's clock, when what it tells of the attempt happened: it began, or it ended (of a
/// short one nothing else is told). Nothing for one that never ran.
std::optional<int64_t> HappenedAt(const Attempt& attempt) {
  if (attempt.started_at == 0) {
    return std::nullopt;
  }
  if (attempt.status == NodeStatus::kRunning) {
    return attempt.started_at;
  }
  return model::IsTerminal(attempt.status) && attempt.duration_ms
             ? std::optional(attempt.started_at + *attempt.duration_ms)
             : std::nullopt;
}

provision::HostWorld HostWorldOf(World& world) {
  const auto environment = [&world] {
    os::Environment now = world.environment;
    if (const auto agent = world.ssh_agents->Newest()) {
      now.Set("SSH_AUTH_SOCK", *agent);
    }
    return now.entries();
  };
  provision::HostWorld hosts{world.executor, world.clock,      world.reaper,
                             world.worker,   world.home.state, environment};
  return hosts;
}

LogPull::Handlers PullHandlers(World& world, std::function<void()> on_batch, NeedsGate& gate,
                               const std::string& platform) {
  LogPull::Handlers handlers;
  handlers.on_attempt = [&gate](const Attempt& attempt) { gate.Heard(attempt); };
  handlers.on_batch = std::move(on_batch);
  handlers.owned = [&world] { return world.Owns(); };
  handlers.on_trouble = [platform](const std::string& text) {
    base::LogWarning("lane " + platform, "{}", text);
  };
  return handlers;
}

git::ShipRequest ShipOf(const ledger::RunHeader& header, const ledger::RunLane& lane) {
  git::ShipRequest ship;
  ship.common_dir = lane.git_dir;
  ship.toplevel = header.checkout;
  ship.objects = lane.objects;
  ship.sha = lane.sha.empty() ? header.sha : lane.sha;
  return ship;
}

std::string FirstLine(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

RemoteLane::RemoteLane(World& world, const ledger::RunHeader& header, ledger::RunLane lane,
                       const ledger::RunFolder& folder)
    : world_(world),
      run_id_(header.run_id),
      cache_id_(CacheId(lane.origin, header.checkout_id)),
      lane_(std::move(lane)),
      folder_(folder.lane(lane_.platform)),
      host_world_(HostWorldOf(world)),
      story_(folder_.log(model::kSetupRecipe, 1), "host:" + lane_.host),
      pull_(world.executor, world.clock, world.worker, folder_,
            PullHandlers(
                world,
                [this] {
                  run_.on_batch();
                  LookWhetherItDied();
                },
                gate_, lane_.platform)),
      supply_(world.executor, world.git, folder_.path(), ShipOf(header, lane_), world.epoch,
              SourceSupply::Handlers{[this](uint64_t sent, uint64_t total) {
                                       LaneNews news = shown_;
                                       news.detail = "sending the commit";
                                       news.bytes = sent;
                                       news.total_bytes = total;
                                       run_.on_news(news);
                                     },
                                     [this] { run_.on_news(shown_); },
                                     [this](const base::Error& error) {
                                       LaneEnd end;
                                       end.kind = LaneEnd::Kind::kNeverCame;
                                       end.reason = "source";
                                       end.why = error.hint().empty()
                                                     ? error.message()
                                                     : error.message() + "\n  " + error.hint();
                                       link_->GiveUp(std::move(end));
                                     }}) {}

RemoteLane::~RemoteLane() = default;

Result<std::unique_ptr<LaneLink>> RemoteLane::MakeLink(model::ConfigureRequest configure,
                                                       bool adopt, LaneHandlers run) {
  auto address = LaneAddress(lane_.host, lane_.command);
  if (!address) {
    return Pass(address.error());
  }
  run_ = std::move(run);
  adopted_ = adopt;
  plan_ = configure.plan;
  gate_.SetPlan(plan_);
  LaneTimes times;
  times.longest_delay = world_.scale(kLongestDelay);
  times.lost_after = lane_.lost_after_ms > 0
                         ? world_.scale(std::chrono::milliseconds(lane_.lost_after_ms))
                         : world_.scale(kLostAfter);
  times.cancel_bound = world_.scale(kCancelBound);
  provision::AgentSpec agent = LaneAgentSpec(world_.runner, lane_.provision, world_.environment);
  agent.recorded_sha256 = runner_sha256_;
  RemoteRoute route{std::move(*address), std::move(agent), run_id_,        lane_.platform,
                    cache_id_,           lane_.durable,    ScaleOf(world_)};
  std::unique_ptr<LaneCarrier> carrier;
  if (world_.carrier) {
    carrier = world_.carrier(lane_, &story_);
  } else {
    carrier = std::make_unique<RemoteCarrier>(
        host_world_, std::move(route), story_, [this](const LaneNews& news) {
          // Whether its failure is the end is for the link to say.
          if (link_ != nullptr && !link_->dead() && news.state != "failed") {
            run_.on_news(news);
          }
        });
  }
  LaneHandlers between = run_;
  between.on_news = [this](const LaneNews& news) {
    shown_ = news;
    run_.on_news(news);
  };
  between.on_cell = [this](const model::LaneCell& cell) {
    supply_.OnCell(cell);
    settled_there_ = cell.phase == model::LanePhase::kSettled;
    run_.on_cell(cell);
    LookWhetherItDied();
  };
  between.on_attempt = [this](const Attempt& attempt) { OnAttempt(attempt); };
  between.on_batch = [this] {
    live_ = true;
    run_.on_batch();
    LookWhetherItDied();
  };
  between.on_link = [this](const std::shared_ptr<surface::Client>& client) {
    live_ = settled_there_ = false;
    pull_.Attach(client);
    supply_.Attach(client);
  };
  auto link =
      std::make_unique<LaneLink>(LaneWorld{world_.executor, world_.clock}, std::move(carrier),
                                 std::move(configure), adopt, times, std::move(between));
  link_ = link.get();
  return link;
}

void RemoteLane::Begin(async::TaskGroup& group) {
  group.Spawn("logs of " + lane_.platform, [this] { return pull_.Run(); });
  group.Spawn("source of " + lane_.platform, [this] { return supply_.Run(); });
  group.Spawn("watch " + lane_.platform, [this] { return link_->Watch(); });
  group.Spawn("wake " + lane_.platform, [this]() -> awaitable<void> {
    provision::WakeDetector detector(world_.clock, [this] { link_->Woke(); });
    co_await detector.Run();
  });
  if (adopted_) {
    story_.End();  // the lane has it, or as much of it as it will have
    return;
  }
  setup_began_ = world_.clock.WallMs();
  story_.Tell("run " + run_id_ + ": " + lane_.platform);
  for (const std::string& name : lane_.pass_env) {
    if (model::IsForgeToken(name)) {
      story_.Tell(name + " is named in pass_env and is not sent: a forge's token stays here");
    }
  }
  Attempt setup;
  setup.node = model::kSetupRecipe;
  setup.status = NodeStatus::kRunning;
  setup.started_at = setup_began_;
  run_.on_attempt(setup);
  run_.on_batch();
}

void RemoteLane::LookWhetherItDied() {
  const bool all_heard_of = heard_of_.size() > plan_.nodes.size();  // and `_ci-setup`
  if (!settled_there_ || !live_ || all_heard_of || pull_.held() > 0 || link_->dead()) {
    return;
  }
  LaneEnd end;
  end.reason = end.why = "lane died";
  link_->GiveUp(std::move(end));
}

void RemoteLane::OnAttempt(Attempt attempt) {
  heard_of_.insert(attempt.node);
  const bool first_setup = attempt.node == model::kSetupRecipe && attempt.n == 1;
  if (const auto happened = HappenedAt(attempt); live_ && happened) {
    const int64_t behind = world_.clock.WallMs() - *happened;
    if (!behind_ms_ || std::abs(behind) < std::abs(*behind_ms_)) {
      behind_ms_ = behind;
    }
  }
  if (attempt.started_at != 0 && behind_ms_ && std::abs(*behind_ms_) > kClockToleranceMs) {
    attempt.started_at += *behind_ms_;
  }
  if (first_setup && setup_began_ != 0 && model::IsTerminal(attempt.status)) {
    // It began with the way there, and ended when the lane says: before its nodes began.
    const int64_t now = world_.clock.WallMs();
    int64_t ended = attempt.started_at != 0 && attempt.duration_ms
                        ? attempt.started_at + *attempt.duration_ms
                        : now;
    if (ended < setup_began_ || ended > now + kClockToleranceMs) {
      ended = now;  // the host's clock is off, and nothing has begun there before our eyes
    }
    attempt.started_at = setup_began_;
    attempt.duration_ms = std::max<int64_t>(0, ended - setup_began_);
  }
  pull_.OnAttempt(attempt);
}

Attempt RemoteLane::Record(const std::string& instance, int32_t n, NodeStatus status,
                           std::string reason) const {
  Attempt attempt;
  attempt.node = instance;
  attempt.n = n;
  attempt.status = status;
  attempt.reason = std::move(reason);
  attempt.duration_ms = 0;
  attempt.log_complete = true;
  return attempt;
}

std::vector<Attempt> RemoteLane::LastAttempts(
    const LaneEnd& end,
    const std::function<std::optional<int32_t>(const std::string& instance)>& attempt_of) {
  std::vector<Attempt> attempts;
  if (end.kind == LaneEnd::Kind::kDied || end.kind == LaneEnd::Kind::kGivenUp) {
    return attempts;
  }
  const bool cancelled = end.kind == LaneEnd::Kind::kCancelled;
  const auto keep = [&](Attempt attempt, const std::string& words) {
    const std::string log = folder_.log(attempt.node, attempt.n);
    attempt.log_bytes = WriteEpitaph(log, words);
    attempt.log_sha256 = os::DigestOfFile(log).value_or("");
    attempts.push_back(std::move(attempt));
  };
  const std::string setup(model::kSetupRecipe);
  if (const auto n = attempt_of(setup)) {
    Attempt first = Record(setup, *n, cancelled ? NodeStatus::kCancelled : NodeStatus::kErrored,
                           FirstLine(end.why));
    first.started_at = setup_began_;
    first.duration_ms =
        setup_began_ == 0 ? 0 : std::max<int64_t>(0, world_.clock.WallMs() - setup_began_);
    keep(std::move(first), base::Sanitised(end.why, false));
  }
  for (const model::PlanNode& node : plan_.nodes) {
    if (const auto n = attempt_of(node.id)) {
      const std::string reason = cancelled ? end.reason : fmt::format("skipped: {} errored", setup);
      keep(Record(node.id, *n, cancelled ? NodeStatus::kCancelled : NodeStatus::kSkipped, reason),
           reason);
    }
  }
  return attempts;
}

}  // namespace odu::coordinator
