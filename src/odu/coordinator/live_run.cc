#include "odu/coordinator/live_run.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "base/log.h"
#include "base/logged.h"
#include "git/worktree.h"
#include "odu/coordinator/eta.h"
#include "odu/coordinator/flaky.h"
#include "odu/coordinator/index_keeper.h"
#include "odu/coordinator/remote_source.h"
#include "odu/coordinator/run_cell.h"
#include "odu/coordinator/tree_check.h"
#include "odu/ledger/log_store.h"
#include "odu/model/ids.h"
#include "odu/model/lane_folder.h"
#include "os/file_lock.h"
#include "os/file_system.h"

namespace odu::coordinator {

using boost::asio::awaitable;
using model::Node;
using model::NoticeLevel;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

/// design.md section 5, "After settle".
constexpr async::Duration kOpenTime = minutes(10);
constexpr async::Duration kEstimateEvery = seconds(1);
/// A guess that moved by less is no news.
constexpr int64_t kEtaNewsMs = 1000;
constexpr async::Duration kStopGrace = seconds(2);

}  // namespace

LiveRun::LiveRun(World& world, Board& board, Durations& durations, ledger::RunHeader header,
                 ledger::RunFolder folder, ledger::Journal journal, std::function<void()> on_closed)
    : world_(world),
      board_(board),
      durations_(durations),
      header_(std::move(header)),
      folder_(std::move(folder)),
      on_closed_(std::move(on_closed)),
      fan_in_(header_.run_id, header_.sha.substr(0, 7), header_.pipeline.lanes),
      logs_(folder_, world.watch),
      log_names_(world.toplevel, header_.sha.substr(0, 7), fan_in_.expected()),
      bell_(world.executor),
      gate_(world, header_.run_id),
      run_(RunCellOf(header_)),
      touched_(fan_in_.expected(), false),
      journal_(world, board, header_.ref, std::move(journal), group_, [this] { Publish(); }),
      group_(world.executor) {}

LiveRun::~LiveRun() = default;

void LiveRun::Remember(const model::RunSummary& last) {
  run_.last_run_id = last.run_id;
  run_.last_ref = last.ref;
  run_.last_verdict = last.verdict;
  run_.last_finished_at = last.finished_at;
}

void LiveRun::Restore(const ledger::RunRecord& record) {
  settlements_ = record.revisions;
  run_.revision = std::max(0, record.revisions - 1);
  if (record.settled) {
    run_.tree_changed = record.settled->tree_changed;
    run_.phase = model::RunPhase::kSettled;
    run_.settled_at = record.settled_at;
    run_.verdict = record.settled->verdict;
    run_.flaky = record.settled->flaky;
  }
  for (const auto& [key, line] : record.logs) {
    if (const auto node = fan_in_.Find(line.node)) {
      logs_written_.emplace(*node, line.attempt);
    }
  }
  // In the journal's order, so that cursors given out by the earlier owner keep their meaning.
  const auto replay = [this](ledger::JournalLine&& line) {
    if (auto* node = std::get_if<Node>(&line.body)) {
      fan_in_.Restore(*node);
    }
  };
  const auto read = ledger::ReadJournal(folder_.journal(), replay);
  if (!read) {
    base::LogError("run", "{}: {}", header_.ref, read.error().message());
  }
}

void LiveRun::Begin(std::vector<LaneStart> lanes) {
  board_.nodes.Clear();
  board_.lanes.Clear();
  gate_.Begin(header_, fan_in_.nodes(), [weak = weak_from_this()] { return SyncForGate(weak); });
  for (const Node& node : fan_in_.nodes()) {
    base::Logged("node", board_.nodes.Put(node.name, node));
  }
  for (const LaneStart& lane : lanes) {
    secrets_.Add(lane.configure.masked);
  }
  group_.Spawn("sync", [this] { return journal_.SyncNowAndThen(); });
  group_.Spawn("estimate", [this] { return EstimateNowAndThen(); });
  for (LaneStart& lane : lanes) {
    BeginLane(std::move(lane));
  }
  if (run_.verdict && stage_ == Stage::kRunning && changed_.empty()) {
    // It had settled under the earlier owner; if a lane knows of a rerun since, its news reopen it.
    EndOrStayOpen();
  }
  PublishRun();
  CheckSettled();
}

void LiveRun::OnAttempt(const std::string& platform, const model::Attempt& attempt,
                        bool log_final) {
  if (stage_ == Stage::kClosing || stage_ == Stage::kClosed || stage_ == Stage::kLeft) {
    return;
  }
  uint64_t log_here = 0;
  if (model::IsTerminal(attempt.status) && attempt.log_bytes > 0) {
    const auto status = os::StatusOf(ledger::LogFileOf(folder_, platform, attempt.node, attempt.n));
    log_here = status ? status->size : 0;
  }
  model::Attempt shown = attempt;
  shown.reason = secrets_.Masked(attempt.reason);
  const Applied applied = fan_in_.Apply(platform, shown, log_here, log_final);
  if (applied == Applied::kUnknown) {
    base::LogError("run", "{}: lane {} speaks of a node that the run does not have: {}",
                   header_.ref, platform, attempt.node);
    return;
  }
  const size_t node = *fan_in_.Find(platform, attempt.node);
  if (attempt.log_complete && !attempt.log_sha256.empty() && log_here == attempt.log_bytes) {
    WriteLog(node, attempt);
  }
  if (applied == Applied::kChanged) {
    Touch(node);
  }
}

void LiveRun::WriteLog(size_t node, const model::Attempt& attempt) {
  if (!logs_written_.emplace(node, attempt.n).second) {
    return;
  }
  ledger::LogLine line;
  line.node = fan_in_.nodes()[node].name;
  line.attempt = attempt.n;
  line.bytes = attempt.log_bytes;
  line.sha256 = attempt.log_sha256;
  journal_.Append(ledger::JournalBody(std::move(line)));
}

void LiveRun::Touch(size_t node) {
  if (stage_ == Stage::kOpen || stage_ == Stage::kSettling) {
    stage_ = Stage::kRunning;
  }
  if (!touched_[node]) {
    touched_[node] = true;
    changed_.push_back(node);
  }
}

void LiveRun::WriteChanged() {
  for (const size_t node : changed_) {
    touched_[node] = false;
    journal_.Append(fan_in_.nodes()[node]);
    unpublished_.push_back(node);
  }
  changed_.clear();
}

void LiveRun::Publish() {
  WriteChanged();
  if (!journal_.Flush()) {
    return;
  }
  if (unpublished_.empty()) {
    CheckSettled();
    return;
  }
  for (const size_t index : unpublished_) {
    const Node& node = fan_in_.nodes()[index];
    log_names_.Name(node, logs_.PathOf(node, node.attempt));
    base::Logged("node", board_.nodes.Put(node.name, node));
    logs_.Published(node);
    gate_.Changed(node);
  }
  unpublished_.clear();
  PublishRun();
  CheckSettled();
}

void LiveRun::PublishRun() {
  run_.cursor = fan_in_.Cursor();
  run_.unposted = gate_.Unposted();
  run_.open = stage_ == Stage::kOpen;
  const bool over = stage_ == Stage::kOpen || stage_ == Stage::kClosing || stage_ == Stage::kClosed;
  if (!over) {
    // Terminal everywhere but not written down as settled is still running, to everybody else.
    run_.phase =
        fan_in_.phase() == model::RunPhase::kSettled ? model::RunPhase::kRunning : fan_in_.phase();
    run_.settled_at.reset();
    run_.verdict.reset();
    run_.flaky.clear();
  } else {
    run_.eta_at.reset();
  }
  base::Logged("run", board_.run.Set(run_));
  bell_.Ring();
}

awaitable<void> LiveRun::SyncForGate(std::weak_ptr<LiveRun> weak) {
  if (const auto run = weak.lock()) {
    co_await run->SyncLogs();
    co_await run->journal_.Sync();
  }
}

awaitable<void> LiveRun::SyncLogs() {
  for (const auto& lane : lanes_) {
    if (lane->remote) {
      co_await lane->remote->SyncLogs();
    }
  }
}

void LiveRun::Watched(bool watched) {
  watched_ = watched;
  bell_.Ring();
}

awaitable<void> LiveRun::EstimateNowAndThen() {
  const Eta eta = EtaOf(header_, durations_);
  while (true) {
    if (!watched_ || !live()) {
      co_await bell_.Wait();
      continue;
    }
    const int64_t now = world_.clock.WallMs();
    const auto remaining = eta.RemainingMs(fan_in_.nodes(), now);
    const bool was_known = run_.eta_at.has_value();
    const bool moved =
        remaining && was_known && std::abs(now + *remaining - *run_.eta_at) >= kEtaNewsMs;
    if (remaining.has_value() != was_known || moved) {
      run_.eta_at.reset();
      if (remaining) {
        run_.eta_at = now + *remaining;
      }
      PublishRun();
    }
    co_await world_.clock.Sleep(kEstimateEvery);
  }
}

bool LiveRun::owes_farewell() const {
  return std::ranges::any_of(lanes_, [](const auto& lane) {
    return lane->link != nullptr && lane->link->owes_farewell();
  });
}

bool LiveRun::caught_up() const {
  return std::ranges::all_of(lanes_, [](const auto& lane) { return lane->heard; });
}

LaneLink* LiveRun::LinkOf(std::string_view platform) {
  for (const auto& lane : lanes_) {
    if (lane->platform() == platform && lane->link != nullptr && !lane->link->dead()) {
      return lane->link.get();
    }
  }
  return nullptr;
}

void LiveRun::Reset(std::string_view platform, std::span<const std::string> nodes,
                    std::span<const int32_t> attempts_before) {
  const auto changed = fan_in_.Reset(platform, nodes, attempts_before);
  if (changed.empty()) {
    return;
  }
  for (const size_t node : changed) {
    Touch(node);
  }
  Publish();
}

std::shared_ptr<surface::ByteLog> LiveRun::OpenLog(size_t node, int32_t attempt) {
  return logs_.Open(fan_in_.nodes()[node], attempt);
}

void LiveRun::CheckSettled() {
  const bool written = changed_.empty() && unpublished_.empty();
  if (stage_ == Stage::kRunning && written && fan_in_.settled()) {
    stage_ = Stage::kSettling;
    group_.Spawn("settle", [this] { return Settle(); });
  }
}

awaitable<void> LiveRun::Settle() {
  const auto named = log_names_.NameMissing(
      fan_in_.nodes(), [this](const Node& node) { return logs_.PathOf(node, node.attempt); });
  if (!named) {
    board_.Notify(NoticeLevel::kWarning, "logs",
                  named.error().message() + "; logs stay readable with 'odu logs'");
    base::LogWarning("run", "{}: {}", header_.ref, named.error().message());
  }
  ledger::SettledLine line;
  line.tree_changed = co_await TreeHasChanged(world_, header_, line.content_id);
  if (!line.tree_changed) {  // red and then ok of the same content, or nothing is known
    line.flaky = co_await FlakyNodes(world_, header_, fan_in_);
  }
  if (stage_ != Stage::kSettling || !fan_in_.settled() || !world_.Owns()) {
    co_return;  // a rerun came in between, or another owner
  }
  line.verdict = fan_in_.verdict();
  line.revision = settlements_++;
  const int64_t now = journal_.Append(ledger::JournalBody(line));
  co_await SyncLogs();
  co_await journal_.SyncAtLast();
  run_.revision = line.revision;
  if (stage_ != Stage::kSettling || !world_.Owns()) {
    co_return;
  }
  gate_.Settled(line.verdict, line.revision, fan_in_.nodes());
  run_.tree_changed = line.tree_changed;
  run_.phase = model::RunPhase::kSettled;
  run_.settled_at = now;
  run_.verdict = line.verdict;
  run_.flaky = line.flaky;
  EndOrStayOpen();
  PublishRun();
  KeepTimes(world_.toplevel, run_.sha7, fan_in_.nodes());
  LearnTimes(world_.checkout.path + "/durations.json", fan_in_.nodes(), durations_);
  world_.tasks.Spawn("index",
                     [&world = world_, &board = board_] { return KeepIndex(world, board); });
}

void LiveRun::EndOrStayOpen() {
  if (run_.verdict == model::Verdict::kFailed) {
    stage_ = Stage::kOpen;
    group_.Spawn("open time", [this, revision = run_.revision] { return StayOpen(revision); });
    return;
  }
  stage_ = Stage::kClosing;
  group_.Spawn("close", [this] { return Finish("settled"); });
}

awaitable<void> LiveRun::StayOpen(int32_t revision) {
  co_await world_.clock.Sleep(world_.scale(kOpenTime));
  if (stage_ == Stage::kOpen && run_.revision == revision) {
    Close("open time over");
  }
}

void LiveRun::Close(std::string reason) {
  if (stage_ != Stage::kOpen) {
    return;
  }
  stage_ = Stage::kClosing;
  PublishRun();
  group_.Spawn("close", [this, reason] { return Finish(reason); });
}

bool LiveRun::LeftItsWorkTree(const LaneState& lane) const {
  if (lane.remote || lane.lane.workspace == world_.toplevel) {
    return false;
  }
  if (lane.link == nullptr || lane.link->dead()) {
    return true;
  }
  const auto lives = os::IsLocked(model::LaneFolder(folder_.lane(lane.platform())).lock());
  return lives && !*lives && os::Exists(lane.lane.workspace);
}

awaitable<void> LiveRun::Finish(std::string reason) {
  const bool red = fan_in_.has_red();
  for (const auto& lane : lanes_) {
    if (lane->link != nullptr && !lane->link->dead()) {
      const auto released = co_await lane->link->Release(red);
      base::Logged(header_.ref + " lane " + lane->platform(), released);
    }
    if (!red && LeftItsWorkTree(*lane)) {
      const auto removed =
          co_await git::RemoveWorktree(world_.git, world_.toplevel, lane->lane.workspace);
      base::Logged(header_.ref, removed);
    }
    lane->shown.lane.state = "ended";
    WriteLane(*lane, true);
  }
  if (!world_.Owns()) {
    co_return;
  }
  static_cast<void>(os::RemoveTree(SnapshotFolder(world_, header_.run_id)));
  ledger::ClosedLine line;
  line.verdict = run_.verdict.value_or(model::Verdict::kIncomplete);
  line.reason = std::move(reason);
  // Nothing of it runs any more, and the last line may have to wait for room on the disk.
  base::Logged(header_.ref, ledger::ForgetRunEnvironment(folder_));
  journal_.Append(ledger::JournalBody(line));
  co_await journal_.SyncAtLast();
  if (!world_.Owns()) {
    co_return;
  }
  logs_.FinishAll();
  gate_.Over();
  stage_ = Stage::kClosed;
  PublishRun();
  on_closed_();
}

awaitable<void> LiveRun::Leave() {
  if (stage_ != Stage::kClosed) {
    stage_ = Stage::kLeft;
  }
  bell_.Ring();
  co_await journal_.Sync();
  co_await Stop();
}

awaitable<void> LiveRun::Stop() {
  co_await group_.Stop(world_.clock, kStopGrace);
}

}  // namespace odu::coordinator
