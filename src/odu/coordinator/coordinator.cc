#include "odu/coordinator/coordinator.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include "async/deadline.h"
#include "base/log.h"
#include "odu/coordinator/index_keeper.h"
#include "odu/coordinator/recipe_environment.h"
#include "odu/coordinator/run_commands.h"
#include "odu/coordinator/sweep.h"
#include "odu/ledger/run_list.h"
#include "odu/ledger/stillborn.h"
#include "odu/model/odu_contract.h"

namespace odu::coordinator {

using base::Pass;
using base::Result;
using boost::asio::awaitable;
using model::OduSurface;
using std::chrono::seconds;

namespace {

/// How many runs the collection `runs` shows.
constexpr size_t kShownRuns = 20;
/// A run that has closed stays on the board for a moment, so that a face which looks seldom still
/// sees how it ended.
constexpr async::Duration kShownAfterClose = seconds(10);
/// For a run of a checkout that is gone; its lanes end their nodes within their own grace.
constexpr async::Duration kCancelBound = seconds(30);
/// A run that is being closed is waited for so long: else it would be left unfinished for nothing.
constexpr async::Duration kCloseBound = seconds(5);
/// So long a lane that was given up is dialled after its run, to be told to go; then it ends itself
/// for want of a coordinator.
constexpr async::Duration kFarewellBound = std::chrono::minutes(30);
constexpr async::Duration kLookAtFarewell = seconds(1);
/// Faces wait so long for what the lanes of an adopted run have to tell.
constexpr async::Duration kCatchUpBound = seconds(2);

awaitable<void> UntilCaughtUp(std::shared_ptr<LiveRun> run) {
  while (!run->caught_up()) {
    co_await run->bell().Wait();
  }
}

}  // namespace

Coordinator::Coordinator(World& world, std::string started_by, std::vector<std::string> environment)
    : world_(world),
      durations_(LoadDurations(world.checkout.path + "/durations.json")),
      pipeline_(world, board_, environment),
      publisher_(world, board_),
      started_by_(std::move(started_by)),
      started_at_(world.clock.WallMs()),
      last_environment_(RecipeEnvironment(environment, {})),
      changed_(world.executor),
      last_activity_(world.clock.Now()) {
  world_.publisher = &publisher_;
  publisher_.OnChange([this](const std::string& run_id) { ShowDebt(run_id); });
}

Coordinator::~Coordinator() {
  world_.publisher = nullptr;
}

awaitable<std::optional<model::RunStartRequest>> Coordinator::Begin() {
  ShowSelf(std::nullopt);
  ShowIdle();
  auto sweep = [this] {
    return ledger::RemoveStillbornRuns(world_.home.state, world_.checkout_id);
  };
  const auto swept = co_await world_.worker.Run(std::move(sweep));
  if (!swept) {
    base::LogError("coordinator", "runs that never began: {}", swept.error().message());
  }
  co_await RefreshRuns();
  world_.tasks.Spawn("sweep", [this] { return SweepWorkTrees(world_); });
  world_.tasks.Spawn("debts", [this] { return publisher_.TakeUpDebts(); });
  auto find = [this] { return ledger::FindUnfinishedRun(world_.home.state, world_.checkout_id); };
  const auto unfinished = co_await world_.worker.Run(std::move(find));
  if (!unfinished) {
    base::LogError("coordinator", "adoption: {}", unfinished.error().message());
    co_return std::nullopt;
  }
  if (!unfinished->has_value()) {
    co_return std::nullopt;
  }
  const std::string run_id = **unfinished;
  auto parts = co_await AdoptRun(world_, run_id, durations_);
  if (!parts) {
    base::LogError("coordinator", "adoption of {}: {}", run_id, parts.error().message());
    co_return std::nullopt;
  }
  base::LogInfo("coordinator", "adopting run {} ({})", parts->header.ref, run_id);
  std::optional<model::RunStartRequest> request = parts->record->request;
  Hold(std::move(*parts));
  co_await CatchUp();
  co_return request;
}

awaitable<void> Coordinator::CatchUp() {
  std::move_only_function<awaitable<void>()> wait = [run = run_]() -> awaitable<void> {
    return UntilCaughtUp(run);
  };
  const bool in_time = co_await async::RunBounded(world_.clock, kCatchUpBound, std::move(wait));
  if (!in_time) {
    base::LogWarning("coordinator", "a lane does not answer: its nodes are shown as last heard of");
  }
}

void Coordinator::Hold(RunParts parts) {
  pipeline_.Pause(true);
  if (!parts.environment.empty()) {
    last_environment_ = std::move(parts.environment);
  }
  run_ = std::make_shared<LiveRun>(world_, board_, durations_, std::move(parts.header),
                                   std::move(parts.folder), std::move(parts.journal),
                                   [this] { OnClosed(); });
  if (last_) {
    run_->Remember(*last_);
  }
  if (parts.record) {
    run_->Restore(*parts.record);
  }
  run_->Watched(sessions_ > 0);
  run_->Begin(std::move(parts.lanes));
  Activity();
}

void Coordinator::Activity() {
  last_activity_ = world_.clock.Now();
  changed_.Ring();
}

void Coordinator::OnSessions(size_t sessions) {
  const bool came = sessions > sessions_;
  sessions_ = sessions;
  Activity();
  if (run_ != nullptr) {
    run_->Watched(sessions > 0);
  }
  if (came) {
    pipeline_.LookSoon();
  }
}

void Coordinator::OnClosed() {
  Activity();
  pipeline_.Pause(false);
  const std::string run_id = run_->header().run_id;
  world_.tasks.Spawn("closed run", [this, run_id] { return AfterClose(run_id); });
}

awaitable<void> Coordinator::AfterClose(std::string run_id) {
  const ledger::RunFolder folder = ledger::FolderOf(world_.home.state, run_id);
  auto summarise = [folder]() -> Result<model::RunSummary> {
    const auto record = ledger::ReadRun(folder);
    if (!record) {
      return Pass(record.error());
    }
    model::RunSummary summary = ledger::SummaryOf(*record);
    auto written = ledger::WriteSummary(folder, summary);
    if (!written) {
      return Pass(written.error());
    }
    return summary;
  };
  auto summary = co_await world_.worker.Run(std::move(summarise));
  if (summary) {
    last_ = std::move(*summary);
  } else {
    base::LogError("coordinator", "summary of {}: {}", run_id, summary.error().message());
  }
  co_await RefreshRuns();
  world_.tasks.Spawn("index", [this] { return KeepIndex(world_, board_); });
  co_await SweepWorkTrees(world_);
  world_.tasks.Spawn("prune", [this] { return SweepOldRuns(world_); });
  co_await world_.clock.Sleep(kShownAfterClose);
  if (run_ == nullptr || run_->header().run_id != run_id || turn_taken_) {
    co_return;
  }
  const std::shared_ptr<LiveRun> closed = std::exchange(run_, nullptr);
  ShowIdle();
  co_await LetGo(closed);
}

awaitable<void> Coordinator::LetGo(std::shared_ptr<LiveRun> run) {
  if (leaving_ || !run->owes_farewell()) {
    co_await run->Stop();
    changed_.Ring();
    co_return;
  }
  parting_.push_back(run);
  world_.tasks.Spawn("farewell", [this, run] { return Farewell(run); });
}

awaitable<void> Coordinator::Farewell(std::shared_ptr<LiveRun> run) {
  const async::Duration until = world_.clock.Now() + world_.scale(kFarewellBound);
  while (!leaving_ && run->owes_farewell() && world_.clock.Now() < until) {
    co_await world_.clock.Sleep(kLookAtFarewell);
  }
  if (std::erase(parting_, run) > 0) {
    co_await run->Stop();
  }
  Activity();
}

void Coordinator::ShowIdle() {
  model::Run idle;
  if (last_) {
    idle.last_run_id = last_->run_id;
    idle.last_ref = last_->ref;
    idle.last_verdict = last_->verdict;
    idle.last_finished_at = last_->finished_at;
    idle.unposted = publisher_.Unposted(last_->run_id);
  }
  // The run first: who looks at it keeps its nodes on the screen.
  base::Logged("run", board_.run.Set(idle));
  board_.nodes.Clear();
  board_.lanes.Clear();
}

awaitable<void> Coordinator::RefreshRuns() {
  auto list = [this] {
    return ledger::ListRuns(world_.home.state, world_.checkout_id, kShownRuns);
  };
  auto runs = co_await world_.worker.Run(std::move(list));
  if (!runs) {
    base::LogError("coordinator", "runs: {}", runs.error().message());
    co_return;
  }
  std::set<std::string> shown;
  for (model::RunSummary& run : runs->runs) {
    shown.insert(run.run_id);
    run.unposted = publisher_.Unposted(run.run_id);
    base::Logged("run", board_.runs.Put(run.run_id, run));
    if (!last_ && run.verdict) {
      last_ = run;
    }
  }
  std::vector<std::string> gone;
  for (const auto& item : board_.runs.state().items()) {
    if (!item.json.empty() && !shown.contains(item.key)) {
      gone.push_back(item.key);
    }
  }
  for (const std::string& key : gone) {
    board_.runs.Remove(key);
  }
}

void Coordinator::ShowDebt(const std::string& run_id) {
  Activity();
  if (run_ != nullptr && run_->header().run_id == run_id) {
    run_->ShowAgain();
  } else if (run_ == nullptr && last_ && last_->run_id == run_id) {
    ShowIdle();
  }
  const auto& items = board_.runs.state().items();
  const auto found = std::ranges::find(items, run_id, [](const auto& item) { return item.key; });
  if (found == items.end() || found->json.empty()) {
    return;
  }
  auto run = surface::DecodeText<model::RunSummary>(found->json, "run");
  if (run) {
    run->unposted = publisher_.Unposted(run_id);
    base::Logged("run", board_.runs.Put(run_id, *run));
  }
}

void Coordinator::ShowSelf(std::optional<int64_t> idle_exit_at) {
  model::Coordinator self;
  self.pid = getpid();
  self.build = world_.build;
  self.contract =
      fmt::format("{} {}.{}", OduSurface::kName, OduSurface::kMajor, OduSurface::kMinor);
  self.checkout = world_.toplevel;
  self.epoch = world_.epoch;
  self.started_at = started_at_;
  self.started_by = started_by_;
  self.idle_exit_at = idle_exit_at;
  base::Logged("coordinator", board_.coordinator.Set(self));
}

awaitable<std::unique_ptr<Coordinator::Turn>> Coordinator::TakeTurn() {
  while (turn_taken_) {
    co_await changed_.Wait();
  }
  co_return std::make_unique<Turn>(*this);
}

awaitable<void> Coordinator::Retire(std::string reason) {
  const std::shared_ptr<LiveRun> run = run_;
  if (run == nullptr) {
    co_return;
  }
  run->Hurry();
  run->Close(std::move(reason));
  while (!run->closed()) {
    co_await run->bell().Wait();
  }
  if (run_ == run) {
    run_ = nullptr;
  }
  co_await LetGo(run);
}

awaitable<void> Coordinator::WaitIdle(async::Duration bound) {
  while (true) {
    const bool held = publisher_.busy() || !parting_.empty() ||
                      (run_ != nullptr && (!run_->closed() || run_->owes_farewell()));
    const bool idle = sessions_ == 0 && !turn_taken_ && !held;
    const async::Duration left = last_activity_ + bound - world_.clock.Now();
    if (!idle) {
      ShowSelf(std::nullopt);
      co_await changed_.Wait();
      continue;
    }
    if (left <= async::Duration::zero()) {
      co_return;
    }
    const auto left_ms = std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
    ShowSelf(world_.clock.WallMs() + left_ms);
    co_await changed_.WaitUntil(world_.clock, last_activity_ + bound);
  }
}

awaitable<void> Coordinator::CancelAll() {
  leaving_ = true;
  const std::shared_ptr<LiveRun> run = run_;
  if (run == nullptr) {
    co_return;
  }
  const async::Duration until = world_.clock.Now() + kCancelBound;
  if (run->live()) {
    const std::string id = "gone-" + run->header().run_id;
    const auto cancelled = co_await CancelRun(run, id, false);
    if (!cancelled) {
      base::LogError("coordinator", "{}", cancelled.error().message());
    }
  }
  while (!run->closed() && world_.clock.Now() < until) {
    run->Close("the checkout is gone");
    co_await run->bell().WaitUntil(world_.clock, until);
  }
}

awaitable<void> Coordinator::Leave() {
  leaving_ = true;
  for (const std::shared_ptr<LiveRun>& run : std::exchange(parting_, {})) {
    co_await run->Stop();
  }
  co_await publisher_.Stop();
  const std::shared_ptr<LiveRun> run = run_;
  if (run == nullptr) {
    co_return;
  }
  const async::Duration until = world_.clock.Now() + kCloseBound;
  while (run->closing() && world_.clock.Now() < until) {
    run->Hurry();
    co_await run->bell().WaitUntil(world_.clock, until);
  }
  co_await run->Leave();
}

}  // namespace odu::coordinator
