#include "faults/sim_world.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "faults/sim_stop.h"
#include "odu/coordinator/lane_carrier.h"
#include "odu/coordinator/setup_story.h"
#include "odu/ledger/checkout_folder.h"
#include "odu/ledger/journal.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/ids.h"
#include "odu/model/run_id.h"
#include "os/file_system.h"
#include "service/home.h"
#include "support/no_file_grows.h"

namespace odu::faults {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::string_view kSha = "0123456789abcdef0123456789abcdef01234567";
constexpr size_t kLimit = size_t{64} << 20;
/// A turn of a slow process.
constexpr auto kSlowTurn = milliseconds(20);
/// What happens after the last line (index, summary, sweeps) is over by then.
constexpr auto kAfterClose = seconds(30);
/// One that could not be told to go ends by itself within this.
constexpr auto kMostLaneAfterClose = std::chrono::minutes(40);
constexpr auto kMostTime = std::chrono::hours(12);
constexpr int kMostTurns = 2'000'000;

bool IsDeath(SimDeed deed) {
  return deed == SimDeed::kKillOwner || deed == SimDeed::kKillLane || deed == SimDeed::kKillBoth;
}

bool IsCut(SimDeed deed) {
  return deed == SimDeed::kCutLaneLinks || deed == SimDeed::kCutFaceLinks;
}

}  // namespace

/// The way to the one lane of this world.
class SimWorld::Carrier final : public coordinator::LaneCarrier {
 public:
  Carrier(SimWorld& world, SimOwner& owner, bool remote, coordinator::SetupStory* story)
      : world_(world), owner_(owner), remote_(remote), story_(story) {}

  boost::asio::awaitable<base::Result<void>> Start() override {
    if (!remote_ && !world_.lane_ && world_.dying_ != &owner_) {
      world_.BearLane();
      if (!world_.lane_) {
        co_return base::Fail(base::ErrorKind::kHost, "disk_full", "the lane cannot be made");
      }
    }
    co_return base::Result<void>();
  }

  boost::asio::awaitable<base::Result<std::unique_ptr<surface::Link>>> Dial() override {
    if (remote_ && !world_.lane_ && world_.dying_ != &owner_) {
      // A front finds the lane dead and makes another over its folder.
      world_.BearLane();
    }
    if (!world_.lane_) {
      co_return base::Fail(base::ErrorKind::kGone, "closed", "nobody answers");
    }
    auto [near, far] = world_.net_.Connect(WireKind::kLane, &owner_, world_.lane_.get());
    world_.lane_->Serve(std::move(far));
    co_return std::move(near);
  }

  std::optional<coordinator::LaneEnd> EndOf(const base::Error& cause, bool connected,
                                            bool configured) override {
    static_cast<void>(cause);
    static_cast<void>(connected);
    static_cast<void>(configured);
    if (remote_ || world_.lane_) {
      return std::nullopt;
    }
    coordinator::LaneEnd end;
    end.reason = end.why = "lane died";
    return end;
  }

  void Complete(model::ConfigureRequest& configure) override {
    configure.source = model::LaneSource();
    configure.source.repository = world_.place_.toplevel;
    if (story_ != nullptr) {
      configure.story = story_->Text();
    }
  }
  void Configured() override {
    if (story_ != nullptr) {
      story_->End();
    }
  }
  void Recheck() override {}

 private:
  SimWorld& world_;
  SimOwner& owner_;
  bool remote_;
  coordinator::SetupStory* story_;
};

SimWorld::SimWorld(const SimSchedule& schedule, const StepPipeline& pipeline, std::string root)
    : schedule_(schedule),
      pipeline_(pipeline),
      root_(std::move(root)),
      platform_(model::ThisPlatform()),
      dice_(schedule.seed + 0xd1ce),
      net_(net_loop_.executor(),
           [this](WireKind kind, std::string_view frame) { return OnFrame(kind, frame); }) {
  place_.state = root_ + "/state";
  place_.cache = root_ + "/cache";
  place_.toplevel = root_ + "/checkout";
  for (const std::string& folder : {root_, place_.state, place_.cache, place_.toplevel}) {
    static_cast<void>(os::MakeDirs(folder, 0700).value());
  }
  place_.checkout_id = ledger::CheckoutId(place_.toplevel).value();
  const auto checkout = ledger::CheckoutFolderOf(place_.state, place_.checkout_id);
  static_cast<void>(service::MakeOwnDir(checkout.path).value());
  FoundRun();
}

SimWorld::~SimWorld() = default;

std::string SimWorld::sha7() const {
  return std::string(kSha.substr(0, 7));
}

std::string SimWorld::witness() const {
  std::string text;
  for (const std::string& line : witness_) {
    text += line + "\n";
  }
  return text;
}

/// Written down as an owner does that died right afterwards: the first one here adopts it.
void SimWorld::FoundRun() {
  SimClock clock;
  clock.AdvanceTo(now_);
  ledger::RunHeader header;
  run_id_ = header.run_id = model::NewRunId(clock.WallMs());
  header.sha = kSha;
  header.checkout = place_.toplevel;
  header.checkout_id = place_.checkout_id;
  header.started_at = clock.WallMs();
  header.started_by = "a simulated face";
  header.epoch = epoch_;
  header.pipeline.name = "ci";
  model::LanePlan plan;
  plan.platform = platform_;
  header.expected.push_back(model::NodeId(model::kSetupRecipe, platform_));
  for (const Step& step : pipeline_.steps) {
    model::PlanNode node{step.name, step.name, {"step", step.name}, {}};
    for (const size_t need : step.needs) {
      node.needs.push_back(pipeline_.steps[need].name);
    }
    header.expected.push_back(model::NodeId(step.name, platform_));
    plan.nodes.push_back(std::move(node));
  }
  header.pipeline.lanes.push_back(std::move(plan));
  ledger::RunLane lane;
  lane.platform = platform_;
  lane.remote = schedule_.remote;
  lane.host = schedule_.remote ? "far" : "localhost";
  lane.workspace = schedule_.remote ? std::string() : place_.toplevel;
  lane.jobs = 2;
  header.lanes.push_back(std::move(lane));
  const auto checkout = ledger::CheckoutFolderOf(place_.state, place_.checkout_id);
  header.seq = ledger::MintRun(checkout, run_id_, header.sha, header.started_at).value().seq;
  header.ref = ledger::RefOf(header.sha, header.seq);
  ledger::RunEnvironment environment;
  environment.common = os::Environment({"PATH=/usr/bin:/bin"});
  const auto folder = ledger::CreateRun(place_.state, header, environment).value();
  ledger::RequestLine request;
  request.request.request_id = "start-" + run_id_;
  static_cast<void>(ledger::Journal::Create(folder.journal(), header.started_at, request).value());
  lane_folder_ = schedule_.remote ? root_ + "/far" : folder.lane(platform_);
}

void SimWorld::BearLane() {
  lane_ = SimLane::Born(now_, lane_folder_, pipeline_, witness_);
  lane_born_ = now_;
}

void SimWorld::StartOwner() {
  ++epoch_;
  owner_ = SimOwner::Born(
      now_, place_, epoch_, [this](uint64_t epoch) { return epoch == epoch_; },
      [this](SimOwner& owner, const ledger::RunLane& lane, coordinator::SetupStory* story) {
        return std::make_unique<Carrier>(*this, owner, lane.remote, story);
      });
  next_owner_ = now_ + milliseconds(200);
}

/// `killed`: what it does from now on reaches nothing and nobody.
void SimWorld::BuryOwner(bool killed) {
  if (!owner_) {
    return;
  }
  if (!killed) {
    owner_->End([this] { TurnNet(); });
    owner_.reset();
    return;
  }
  TakeAway(FilesHeldBelow(place_.state, schedule_.remote ? std::string() : lane_folder_));
  net_.HangUp(owner_.get());
  const Hidden hidden(root_);
  dying_ = owner_.get();
  owner_->End([this] { TurnNet(); });
  owner_.reset();
  dying_ = nullptr;
}

void SimWorld::BuryLane(bool killed) {
  if (!lane_) {
    return;
  }
  if (!killed) {
    lane_->End([this] { TurnNet(); });
    lane_.reset();
    return;
  }
  lane_killed_ = true;
  TakeAway(FilesHeldBelow(lane_folder_, std::string()));
  net_.HangUp(lane_.get());
  const Hidden hidden(root_);
  lane_->End([this] { TurnNet(); });
  lane_.reset();
}

/// The owner is stopped; another one comes although it is not dead (its lock was taken away).
void SimWorld::Replace(const SimBlow& blow) {
  if (!owner_ || replaced_) {
    return;
  }
  replaced_files_ = FilesHeldBelow(place_.state, schedule_.remote ? std::string() : lane_folder_);
  owner_->process.stopped = true;
  replaced_ = std::move(owner_);
  StartOwner();
  At(now_ + milliseconds(blow.lasts_ms), [this] { WakeReplaced(); });
}

void SimWorld::WakeReplaced() {
  replaced_->process.stopped = false;
  replaced_->process.clock.AdvanceTo(now_);
  // A real one notices within a second and goes.
  At(now_ + seconds(3), [this] { LetGoOfReplaced(); });
}

void SimWorld::LetGoOfReplaced() {
  for (const HeldFile& before : replaced_files_) {
    for (const HeldFile& file : FilesHeldBelow(place_.state, std::string())) {
      if (file.fd == before.fd && file.path.starts_with(before.path) &&
          file.path.ends_with("journal.ndjson (deleted)") && file.size != before.size) {
        complaints_.push_back("the coordinator that was replaced wrote into " + before.path);
      }
    }
  }
  net_.HangUp(replaced_.get());
  replaced_->End([this] { TurnNet(); });
  replaced_.reset();
}

size_t SimWorld::OnFrame(WireKind kind, std::string_view frame) {
  const int count = ++frames_[kind];
  if (blow_ >= schedule_.blows.size() || struck_) {
    return frame.size();
  }
  const SimBlow& blow = schedule_.blows[blow_];
  const bool counted = (blow.point == SimPoint::kLaneFrames && kind == WireKind::kLane) ||
                       (blow.point == SimPoint::kFaceFrames && kind == WireKind::kFace);
  if (!counted || count < blow.at) {
    return frame.size();
  }
  struck_ = true;
  if (!IsDeath(blow.deed) && !IsCut(blow.deed)) {
    return frame.size();
  }
  return static_cast<size_t>(dice_.Between(0, static_cast<int>(frame.size()) - 1));
}

size_t SimWorld::LinesIn(const std::string& path) {
  const auto status = os::StatusOf(path);
  auto& [size, lines] = lines_[path];
  if (status && status->size != size) {
    const auto text = os::ReadFile(path, kLimit);
    size = status->size;
    lines = text ? static_cast<size_t>(std::ranges::count(*text, '\n')) : 0;
  }
  return lines;
}

bool SimWorld::Closed() {
  const std::string path = run_folder() + "/journal.ndjson";
  if (!closed_at_) {
    LinesIn(path);
    const auto text = os::ReadFile(path, kLimit);
    if (text && text->find("{\"t\":\"closed\"") != std::string::npos) {
      closed_at_ = now_;
    }
  }
  return closed_at_.has_value();
}

bool SimWorld::Reached(const SimBlow& blow) {
  const auto count = static_cast<size_t>(blow.at);
  switch (blow.point) {
    case SimPoint::kRunLines:
      return LinesIn(run_folder() + "/journal.ndjson") >= count;
    case SimPoint::kLaneLines:
      return LinesIn(lane_folder_ + "/journal.ndjson") >= count;
    case SimPoint::kLaneFrames:
    case SimPoint::kFaceFrames:
      return struck_;
    case SimPoint::kNodeStates:
      return witness_.size() >= count;
    case SimPoint::kMoment:
      return now_ - began_ >= milliseconds(blow.at);
  }
  return false;
}

void SimWorld::At(async::Duration when, std::function<void()> what) {
  agenda_.emplace(when, std::move(what));
}

/// What it does, it does to the process that is there now.
void SimWorld::StopFor(SimProcess& process, int64_t ms) {
  process.stopped = true;
  SimProcess* stopped = &process;
  At(now_ + milliseconds(ms), [this, stopped] {
    for (SimProcess* alive : Processes()) {
      if (alive == stopped) {
        alive->stopped = false;
        alive->clock.AdvanceTo(now_);
      }
    }
  });
}

std::unique_ptr<surface::Link> SimWorld::DialOwner(SimFace& face) {
  if (!owner_ || !owner_->ready()) {
    return nullptr;
  }
  auto [near, far] = net_.Connect(WireKind::kFace, &face, owner_.get());
  owner_->Serve(std::move(far));
  return std::move(near);
}

void SimWorld::AskForCancel(const SimBlow& blow) {
  cancelled_ = true;
  model::NodesRequest request;
  request.request_id = fmt::format("cancel-{}", askers_.size());
  const size_t which = static_cast<size_t>(blow.which) % pipeline_.steps.size();
  request.targets = {pipeline_.steps[which].name};
  askers_.push_back(
      std::make_unique<SimFace>(now_, [this](SimFace& face) { return DialOwner(face); }));
  askers_.back()->Ask(
      blow.deed == SimDeed::kCancelRun ? SimFace::Verb::kCancelRun : SimFace::Verb::kCancelNodes,
      request);
}

void SimWorld::Do(const SimBlow& blow) {
  const auto lasts = milliseconds(blow.lasts_ms);
  switch (blow.deed) {
    case SimDeed::kKillBoth:
      BuryLane(true);
      [[fallthrough]];
    case SimDeed::kKillOwner:
      BuryOwner(true);
      next_owner_ = now_ + lasts;
      break;
    case SimDeed::kKillLane:
      BuryLane(true);
      break;
    case SimDeed::kCutLaneLinks:
      net_.CutAll(WireKind::kLane);
      break;
    case SimDeed::kCutFaceLinks:
      net_.CutAll(WireKind::kFace);
      break;
    case SimDeed::kStopOwner:
      if (owner_) {
        StopFor(owner_->process, blow.lasts_ms);
      }
      break;
    case SimDeed::kStopLane:
      if (lane_) {
        StopFor(lane_->process, blow.lasts_ms);
      }
      break;
    case SimDeed::kReplaceOwner:
      Replace(blow);
      break;
    case SimDeed::kFillOwner:
    case SimDeed::kFillLane: {
      disk_filled_ = true;
      SimProcess* full = blow.deed == SimDeed::kFillOwner ? (owner_ ? &owner_->process : nullptr)
                                                          : (lane_ ? &lane_->process : nullptr);
      if (full != nullptr) {
        full->disk_full = true;
        At(now_ + lasts, [this] {
          for (SimProcess* alive : Processes()) {
            alive->disk_full = false;
          }
        });
      }
      break;
    }
    case SimDeed::kJumpOwner:
      if (owner_) {
        owner_->process.clock.wall_offset_ms += blow.jump_ms;
      }
      break;
    case SimDeed::kJumpLane:
      if (lane_) {
        lane_->process.clock.wall_offset_ms += blow.jump_ms;
      }
      break;
    case SimDeed::kSlowOwner:
    case SimDeed::kSlowLane: {
      SimProcess* slow = blow.deed == SimDeed::kSlowOwner ? (owner_ ? &owner_->process : nullptr)
                                                          : (lane_ ? &lane_->process : nullptr);
      if (slow != nullptr) {
        slow->slow = true;
        At(now_ + lasts, [this] {
          for (SimProcess* alive : Processes()) {
            alive->slow = false;
          }
        });
      }
      break;
    }
    case SimDeed::kCancelNode:
    case SimDeed::kCancelRun:
      AskForCancel(blow);
      break;
  }
}

std::vector<SimProcess*> SimWorld::Processes() {
  std::vector<SimProcess*> processes;
  if (owner_) {
    processes.push_back(&owner_->process);
  }
  if (replaced_) {
    processes.push_back(&replaced_->process);
  }
  if (lane_) {
    processes.push_back(&lane_->process);
  }
  if (watcher_) {
    processes.push_back(&watcher_->process);
  }
  for (const auto& asker : askers_) {
    processes.push_back(&asker->process);
  }
  return processes;
}

bool SimWorld::TurnNet() {
  net_loop_.context().restart();
  return net_loop_.context().poll_one() != 0;
}

bool SimWorld::Turn(SimProcess& process) {
  if (process.stopped) {
    return false;
  }
  process.loop.context().restart();
  size_t turned = 0;
  if (process.disk_full) {
    const support::NoFileGrows full;
    turned = process.loop.context().poll_one();
  } else {
    turned = process.loop.context().poll_one();
  }
  if (turned != 0 && process.slow) {
    AdvanceTo(now_ + kSlowTurn);
  }
  return turned != 0;
}

bool SimWorld::TurnOne() {
  const std::vector<SimProcess*> processes = Processes();
  const size_t count = processes.size() + 1;
  const auto first = static_cast<size_t>(dice_.Between(0, static_cast<int>(count) - 1));
  for (size_t step = 0; step < count; ++step) {
    const size_t index = (first + step) % count;
    if (index == processes.size() ? TurnNet() : Turn(*processes[index])) {
      return true;
    }
  }
  return false;
}

void SimWorld::AdvanceTo(async::Duration now) {
  now_ = now;
  for (SimProcess* process : Processes()) {
    if (!process->stopped) {
      process->clock.AdvanceTo(now_);
    }
  }
}

bool SimWorld::Wait() {
  async::Duration next = async::Duration::max();
  for (SimProcess* process : Processes()) {
    if (!process->stopped) {
      next = std::min(next, process->clock.NextDeadline());
    }
  }
  if (!agenda_.empty()) {
    next = std::min(next, agenda_.begin()->first);
  }
  if (!owner_) {
    next = std::min(next, next_owner_);
  }
  if (closed_at_) {
    for (const async::Duration due : {*closed_at_ + kAfterClose, LaneGoneBy()}) {
      next = due > now_ ? std::min(next, due) : next;
    }
  }
  if (next == async::Duration::max()) {
    return false;
  }
  AdvanceTo(std::max(next, now_));
  return true;
}

void SimWorld::Look() {
  while (!agenda_.empty() && agenda_.begin()->first <= now_) {
    const std::function<void()> what = std::move(agenda_.begin()->second);
    agenda_.erase(agenda_.begin());
    what();
  }
  // While one that was replaced still sleeps or wakes, the descriptors would be anybody's.
  if (blow_ < schedule_.blows.size() && !replaced_ && Reached(schedule_.blows[blow_])) {
    const SimBlow blow = schedule_.blows[blow_++];
    struck_ = false;
    ++landed_;
    Do(blow);
  }
  if (lane_ && lane_->over() && !lane_->process.stopped) {
    BuryLane(false);
  }
  if (!owner_ && now_ >= next_owner_) {
    StartOwner();
  }
}

async::Duration SimWorld::LaneGoneBy() const {
  return std::max(*closed_at_, lane_born_) + kMostLaneAfterClose;
}

bool SimWorld::Finished() {
  const bool told = Closed() && now_ >= *closed_at_ + kAfterClose && agenda_.empty() &&
                    watcher_->done() && owner_ != nullptr;
  return told && (lane_ == nullptr || now_ >= LaneGoneBy());
}

bool SimWorld::Play() {
  watcher_ = std::make_unique<SimFace>(now_, [this](SimFace& face) { return DialOwner(face); });
  watcher_->Watch(run_id_, schedule_.rerun);
  bool finished = false;
  for (int turns = 0; turns < kMostTurns && now_ < began_ + kMostTime && !finished; ++turns) {
    Look();
    if (!TurnOne()) {
      finished = Finished();
      if (!finished && !Wait()) {
        break;
      }
    }
  }
  for (const auto& asker : askers_) {
    asker->End([this] { TurnNet(); });
  }
  watcher_->End([this] { TurnNet(); });
  if (finished && lane_) {
    complaints_.emplace_back("the lane lives");
  }
  if (replaced_) {
    LetGoOfReplaced();
  }
  BuryOwner(false);
  BuryLane(false);
  return finished;
}

}  // namespace odu::faults
