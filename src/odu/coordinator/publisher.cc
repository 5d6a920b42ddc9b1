#include "odu/coordinator/publisher.h"

#include <algorithm>
#include <random>
#include <utility>

#include "async/deadline.h"
#include "base/log.h"
#include "base/logged.h"
#include "odu/coordinator/forge_desk.h"
#include "odu/coordinator/gate_target.h"
#include "odu/coordinator/old_debts.h"
#include "os/file_system.h"

namespace odu::coordinator {
namespace {

using boost::asio::awaitable;
using Ms = GateBook::Ms;

/// GitHub takes 100 at once; a checkout's share of that.
constexpr size_t kAtOnce = 8;
/// Times are cut to milliseconds: what seems a whole window may be a little less.
constexpr Ms kCutOff{1};
constexpr Ms kShowEvery{200};
constexpr Ms kLookAgain{1'000};
constexpr Ms kLongestBackoff = GateBook::kLongestBackoff;
constexpr async::Duration kStopBound = std::chrono::seconds(2);

}  // namespace

Publisher::Publisher(World& world, Board& board)
    : world_(world),
      board_(board),
      environment_(world.forge_environment),
      pacer_(forge::Pacer::kMost,
             std::chrono::duration_cast<Ms>(world.scale(std::chrono::minutes(1))) + kCutOff),
      work_(world.executor),
      changed_(world.executor),
      group_(world.executor) {}

Publisher::~Publisher() = default;

Ms Publisher::Now() const {
  return std::chrono::duration_cast<Ms>(world_.clock.Now());
}

double Publisher::Dice() {
  thread_local std::minstd_rand random{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(random);
}

void Publisher::Wake() {
  if (!working_ && !stopping_ && !runs_.empty()) {
    working_ = true;
    group_.Spawn("gate", [this] { return Work(); });
  }
  work_.Notify();
  changed_.Ring();
}

awaitable<void> Publisher::Rung(async::Duration bound) {
  std::move_only_function<awaitable<void>()> rung = [this] { return changed_.Wait(); };
  bound = std::min<async::Duration>(bound, kShowEvery);
  static_cast<void>(co_await async::RunBounded(world_.clock, bound, std::move(rung)));
}

void Publisher::Offer(std::span<const std::string> environment) {
  if (!environment.empty()) {
    environment_ =
        os::Environment(std::vector<std::string>(environment.begin(), environment.end()));
  }
  // A token that was refused, or not there, may be another now.
  for (auto& [key, desk] : desks_) {
    desk->LookAnew(environment_);
  }
  for (const auto& [run_id, run] : runs_) {
    run->told.clear();
    run->book().RetryNow(Now());
  }
  Wake();
}

void Publisher::Begin(const ledger::RunHeader& header, std::function<awaitable<void>()> sync) {
  if (!PostsStatuses(header.scope)) {
    return;
  }
  Run& run = runs_[header.run_id];
  if (run == nullptr) {
    run = std::make_shared<GateRun>(header, world_.scale.divisor());
    // Whoever comes after this process sees that there is something to say.
    base::Logged(header.ref, ledger::MarkOwing(ledger::FolderOf(world_.home.state, header.run_id)));
  }
  run->SetOver(false);
  run->sync_run = std::move(sync);
  Open(run);
}

void Publisher::Open(Run run) {
  if (run->opening || run->open() || stopping_) {
    return;
  }
  run->opening = true;
  group_.Spawn("open gate", [this, run] { return OpenRun(run); });
}

awaitable<void> Publisher::OpenRun(Run run) {
  const ledger::RunFolder folder = ledger::FolderOf(world_.home.state, run->run_id());
  for (int tries = 1; !run->open() && !stopping_; ++tries) {
    const auto target = co_await FindGateTarget(world_, folder, environment_);
    if (!world_.Owns()) {
      run->opening = false;
      co_return;
    }
    auto opened = target ? run->Open(folder, *target, world_.clock.WallMs())
                         : base::Result<void>(base::Pass(target.error()));
    if (opened) {
      break;
    }
    if (run->over() && !os::Exists(folder.path)) {
      runs_.erase(run->run_id());  // removed meanwhile, and what it owed with it
      co_return;
    }
    Tell(run, opened.error());
    const async::Duration until =
        world_.clock.Now() + world_.scale(forge::Backoff(tries, Dice(), kLongestBackoff));
    while (!run->told.empty() && world_.clock.Now() < until) {
      std::move_only_function<awaitable<void>()> rung = [this] { return changed_.Wait(); };
      const async::Duration left = until - world_.clock.Now();
      static_cast<void>(co_await async::RunBounded(world_.clock, left, std::move(rung)));
    }
  }
  run->opening = false;
  run->Take(model::Node(), Now(), world_.clock.WallMs());
  Wake();
}

void Publisher::Changed(const std::string& run_id, const model::Node& node) {
  const auto run = runs_.find(run_id);
  if (run == runs_.end() || !world_.Owns()) {
    return;
  }
  run->second->Take(node, Now(), world_.clock.WallMs());
  Wake();
}

void Publisher::Over(const std::string& run_id) {
  if (const auto run = runs_.find(run_id); run != runs_.end()) {
    run->second->SetOver(true);
    run->second->sync_run = {};
    Wake();
  }
}

awaitable<void> Publisher::TakeUpDebts() {
  auto find = [this] { return FindOldRuns(world_.home.state, world_.checkout_id); };
  const auto old_runs = co_await world_.worker.Run(std::move(find));
  for (const OldRun& old : old_runs) {
    if (old.record.target) {
      Remember(*old.record.target, old.record, old.header.seq, old.header.run_id);
    }
    if (!old.owes || runs_.contains(old.header.run_id)) {
      continue;
    }
    const Run run = Reopen(old.header);
    for (const model::Node& node : old.nodes) {
      run->Take(node, Now(), world_.clock.WallMs());
    }
  }
}

Publisher::Run Publisher::Reopen(const ledger::RunHeader& header) {
  Run run = std::make_shared<GateRun>(header, world_.scale.divisor());
  run->SetOver(true);
  runs_[header.run_id] = run;
  Open(run);
  return run;
}

void Publisher::Remember(const ledger::GateTarget& target, const ledger::GateRecord& record,
                         int32_t seq, const std::string& run_id) {
  for (const std::string& context : SpokenOf(record)) {
    Turn& newest = spoken_[KeyOf(target, context)];
    newest = std::max(newest, Turn(seq, run_id));
  }
}

ForgeDesk& Publisher::DeskOf(const ledger::GateTarget& target) {
  std::unique_ptr<ForgeDesk>& desk = desks_[KeyOf(target)];
  if (desk == nullptr) {
    desk = std::make_unique<ForgeDesk>(target, environment_);
  }
  return *desk;
}

std::optional<std::string> Publisher::NewerThan(const GateRun& run,
                                                std::string_view context) const {
  Turn newest(run.seq(), run.run_id());
  const std::string key = KeyOf(run.target(), context);
  if (const auto spoken = spoken_.find(key); spoken != spoken_.end()) {
    newest = std::max(newest, spoken->second);
  }
  for (const auto& [run_id, other] : runs_) {
    if (other->open() && other->target().sha == run.target().sha &&
        Turn(other->seq(), run_id) > newest && other->book().Claims(context) &&
        KeyOf(other->target(), context) == key) {
      newest = Turn(other->seq(), run_id);
    }
  }
  return newest.second != run.run_id() ? std::optional(newest.second) : std::nullopt;
}

bool Publisher::OnItsWay(const ledger::GateTarget& target, std::string_view context) const {
  return std::ranges::any_of(runs_, [&](const auto& entry) {
    const GateRun& run = *entry.second;
    return run.open() && run.target().sha == target.sha && run.book().OnItsWay(context);
  });
}

awaitable<void> Publisher::Work() {
  while (!stopping_ && world_.OwnsNow()) {
    const std::optional<Ms> again = Pump();
    LetGoOfFinished();
    ShowChanges();
    if (std::exchange(was_busy_, busy()) && !was_busy_ && on_change_) {
      on_change_(std::string());
    }
    if (runs_.empty()) {
      break;
    }
    Ms wait = again ? std::max(*again - Now(), Ms(1)) : Ms(60'000);
    wait = show_later_ ? std::min(wait, kShowEvery) : wait;
    std::move_only_function<awaitable<void>()> notified = [this]() -> awaitable<void> {
      static_cast<void>(co_await work_.Wait());
    };
    static_cast<void>(co_await async::RunBounded(world_.clock, wait, std::move(notified)));
  }
  working_ = false;
}

std::optional<Ms> Publisher::Pump() {
  struct Ready {
    Run run;
    GateBook::Due due;
  };
  const Ms now = Now();
  std::optional<Ms> again;
  const auto later = [&](Ms at) { again = again ? std::min(*again, at) : at; };
  std::vector<Ready> ready;
  HandOver();
  for (const auto& [run_id, run] : runs_) {
    if (!run->open()) {
      continue;
    }
    if (!run->Flush()) {
      later(now + kLookAgain);
      continue;
    }
    ForgeDesk& desk = DeskOf(run->target());
    const bool has_work = run->book().WantsReading(now) || !run->book().Ready(now).empty();
    if (has_work && desk.forge == nullptr) {
      if (!desk.finding && !desk.no_token) {
        desk.finding = true;
        group_.Spawn("forge token", [this, &desk] { return FindToken(desk); });
      }
      continue;
    }
    if (has_work && desk.quiet_until > now) {
      later(desk.quiet_until);
      continue;
    }
    if (run->book().WantsReading(now)) {
      StartReading(run, desk);
    }
    for (GateBook::Due& due : run->book().Ready(now)) {
      ready.push_back(Ready{run, std::move(due)});
    }
    if (const auto next = run->book().NextTime(now); next && !run->reading) {
      later(*next);
    }
  }
  std::ranges::stable_sort(ready, [](const Ready& one, const Ready& other) {
    return one.due.urgent != other.due.urgent ? one.due.urgent : one.due.since < other.due.since;
  });
  for (const Ready& one : ready) {
    GateRun& run = *one.run;
    const std::string& context = one.due.context;
    if (const auto newer = NewerThan(run, context)) {
      HandOver(one.run, context, *newer);
      continue;
    }
    if (on_their_way_ >= kAtOnce) {
      break;  // whoever comes back rings
    }
    const Ms wait = pacer_.Wait(now, one.due.urgent);
    if (wait > Ms(0)) {
      later(now + wait);
      if (one.due.urgent) {
        break;
      }
      continue;
    }
    ForgeDesk& desk = DeskOf(run.target());
    if (OnItsWay(run.target(), context) || (desk.limits > 0 && desk.on_their_way > 0)) {
      continue;  // whoever comes back rings
    }
    if (!one.due.written) {
      run.Write(run.book().Owe(context, now), world_.clock.WallMs());
    }
    pacer_.Begun();
    ++on_their_way_;
    ++desk.on_their_way;
    forge::CommitStatus status = run.book().Try(context);
    group_.Spawn("post", [this, held = one.run, &desk, forge = desk.forge, status] {
      return PostOne(held, desk, forge, status);
    });
  }
  return again;
}

awaitable<void> Publisher::FindToken(ForgeDesk& desk) {
  do {
    desk.asked_anew = false;
    co_await desk.FindToken(world_, environment_);
  } while (desk.asked_anew);
  desk.finding = false;
  for (const auto& [run_id, run] : runs_) {
    if (desk.no_token && run->open() && &DeskOf(run->target()) == &desk) {
      Tell(run, *desk.no_token);
    }
  }
  Wake();
}

void Publisher::StartReading(const Run& run, ForgeDesk& desk) {
  if (run->reading) {
    return;
  }
  run->reading = true;
  group_.Spawn("read forge", [this, run, forge = desk.forge] { return ReadForge(run, forge); });
}

awaitable<void> Publisher::ReadForge(Run run, std::shared_ptr<forge::Forge> forge) {
  if (threads_ == nullptr) {
    threads_ = std::make_unique<async::Worker>(kAtOnce);
  }
  auto ask = [forge, sha = run->target().sha] { return forge->Statuses(sha); };
  const auto shown = co_await threads_->Run(std::move(ask));
  run->reading = false;
  if (!world_.Owns()) {
    co_return;
  }
  if (shown) {
    const int64_t local_s = world_.clock.WallMs() / 1000;
    const int64_t now_s = shown->now_s == 0 ? local_s : shown->now_s;
    for (GateBook::Line& line : run->book().Read(shown->statuses, now_s, local_s, Now())) {
      run->Write(std::move(line), world_.clock.WallMs());
    }
  } else {
    forge::Failure failure = shown.error();
    DeskOf(run->target()).Heed(failure, Now(), world_.scale);
    run->book().ReadFailed(failure, Dice(), Now());
    Tell(run, failure.error);
  }
  Wake();
}

awaitable<void> Publisher::PostOne(Run run, ForgeDesk& desk, std::shared_ptr<forge::Forge> forge,
                                   forge::CommitStatus status) {
  if (threads_ == nullptr) {
    threads_ = std::make_unique<async::Worker>(kAtOnce);
  }
  if (const auto sync = run->sync_run) {
    co_await sync();
  }
  const auto synced = co_await run->Sync(world_.worker);
  forge::Answer<int64_t> answer = std::unexpected(forge::Failure());
  if (!synced) {
    answer = std::unexpected(forge::FailureOf(synced.error()));
  } else {
    // Looked at where it is sent: a successor may have said more since this process was stopped.
    auto post = [forge, sha = run->target().sha, &status,
                 &world = world_]() -> forge::Answer<int64_t> {
      return world.OwnsNow() ? forge->Post(sha, status) : std::unexpected(forge::Failure());
    };
    answer = co_await threads_->Run(std::move(post));
  }
  --on_their_way_;
  --desk.on_their_way;
  const Ms now = Now();
  pacer_.Ended(now);
  if (!world_.OwnsNow()) {
    co_return;  // what it owes is its successor's to say and to write down
  }
  if (answer) {
    ++confirmed_;
    desk.limits = 0;
    run->Write(run->book().Confirmed(status.context, *answer, now), world_.clock.WallMs());
    run->told.clear();
  } else {
    forge::Failure failure = answer.error();
    desk.Heed(failure, now, world_.scale);
    if (failure.remedy == forge::Remedy::kPerson && desk.forge != forge) {
      failure.remedy = forge::Remedy::kRetry;  // somebody has brought another token meanwhile
    }
    run->book().Failed(status.context, failure, Dice(), now);
    Tell(run, failure.error);
  }
  Wake();
}

void Publisher::Tell(const Run& run, const base::Error& error) {
  if (error.code() == "stopped" || run->told == error.message()) {
    return;
  }
  run->told = error.message();
  const std::string hint = error.hint().empty() ? "" : "; " + error.hint();
  base::LogWarning("gate", "{}: {}{}", run->ref(), error.message(), hint);
  board_.Notify(model::NoticeLevel::kWarning, "gate",
                "statuses of " + run->ref() + " are not posted yet: " + error.message() + hint);
}

void Publisher::LetGoOfFinished() {
  for (auto entry = runs_.begin(); entry != runs_.end();) {
    GateRun& run = *entry->second;
    if (!run.Finished() || run.reading) {
      ++entry;
      continue;
    }
    if (const auto finished = run.Finish(); !finished) {
      base::LogError("gate", "{}: {}", run.ref(), finished.error().message());
    }
    const ledger::RunFolder folder = ledger::FolderOf(world_.home.state, run.run_id());
    if (const auto record = ledger::ReadGate(folder)) {
      Remember(run.target(), *record, run.seq(), run.run_id());
    }
    const std::string run_id = run.run_id();
    entry = runs_.erase(entry);
    changed_.Ring();
    const bool was_ahead = ahead_.erase(run_id) > 0;
    if ((shown_.erase(run_id) > 0 || was_ahead) && on_change_) {
      on_change_(run_id);
    }
  }
}

void Publisher::ShowChanges() {
  const Ms now = Now();
  const bool paid = std::ranges::any_of(runs_, [this](const auto& entry) {
    return (shown_.contains(entry.first) || ahead_.contains(entry.first)) &&
           entry.second->Unposted().empty();
  });
  show_later_ = !paid && now - shown_at_ < kShowEvery;  // somebody may wait for that
  if (show_later_) {
    return;
  }
  shown_at_ = now;
  for (const auto& [run_id, run] : runs_) {
    std::vector<std::string> unposted = run->Unposted();
    const bool was_ahead = ahead_.erase(run_id) > 0;
    if (Shown(run_id) == unposted && !was_ahead) {
      continue;
    }
    if (unposted.empty()) {
      shown_.erase(run_id);
    } else {
      shown_[run_id] = std::move(unposted);
    }
    if (on_change_) {
      on_change_(run_id);
    }
  }
}

awaitable<void> Publisher::Stop() {
  stopping_ = true;
  changed_.Ring();
  const async::Duration until = world_.clock.Now() + kStopBound;
  while (on_their_way_ > 0 && world_.clock.Now() < until) {
    co_await Rung(until - world_.clock.Now());
  }
  for (auto& [key, desk] : desks_) {
    desk->http.Stop();
  }
  co_await group_.Stop(world_.clock, kStopBound);
}

}  // namespace odu::coordinator
