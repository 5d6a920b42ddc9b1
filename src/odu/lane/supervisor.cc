#include "odu/lane/supervisor.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

#include "base/bug.h"
#include "base/log.h"

namespace odu::lane {

namespace {

/// How often what is being ended is looked at; ends of our own children are seen at once anyway.
constexpr async::Duration kTick = std::chrono::milliseconds(20);

/// A stopped process takes its TERM when it goes on.
void Terminate(pid_t group) {
  os::SignalGroup(group, SIGTERM);
  os::SignalGroup(group, SIGCONT);
}

}  // namespace

Supervisor::Supervisor(async::TaskGroup& tasks, async::Clock& clock, os::Reaper& reaper,
                       SupervisorTimes times)
    : tasks_(tasks), clock_(clock), reaper_(reaper), times_(times) {
  reaper_.OnUnknownExit([this, alive = alive_](pid_t, os::WaitStatus) {
    if (*alive) {
      LookSoon();
    }
  });
}

Supervisor::~Supervisor() {
  *alive_ = false;
}

Supervisor::AttemptId Supervisor::Began(pid_t leader, std::string marker) {
  const AttemptId id = next_++;
  by_marker_.emplace(marker, id);
  leaders_.insert(leader);
  Attempt attempt;
  attempt.group = leader;
  attempt.marker = std::move(marker);
  attempts_.emplace(id, std::move(attempt));
  return id;
}

std::shared_ptr<void> Supervisor::Spare() {
  return spare_;
}

void Supervisor::Stop(AttemptId id, bool at_once) {
  const auto found = attempts_.find(id);
  if (found == attempts_.end()) {
    return;
  }
  Attempt& attempt = found->second;
  const async::Duration now = clock_.Now();
  attempt.term_at = std::min(attempt.term_at.value_or(now), now);
  if (at_once) {
    attempt.kill_at = now;
  }
  FindOrphans();
  Press(id, attempt);
  StartTicks();
}

void Supervisor::LeaderEnded(AttemptId id, Gone gone) {
  const auto found = attempts_.find(id);
  BUG_IF(found == attempts_.end(), "an unknown leader ended");
  Attempt& attempt = found->second;
  attempt.leader_ended = true;
  attempt.gone = std::move(gone);
  leaders_.erase(attempt.group);
  if (!attempt.term_at) {
    attempt.term_at = clock_.Now() + times_.linger;
  }
  FindOrphans();
  if (IsGone(id, attempt)) {
    Gone done = Forget(id);
    if (NeedsTicks()) {
      StartTicks();
    }
    done();
    return;
  }
  StartTicks();
}

/// Brings orphans_ up to date with this process's children.
void Supervisor::FindOrphans() {
  const bool sparing = spare_.use_count() > 1;
  std::map<pid_t, Orphan> found;
  for (const pid_t pid : children_.List()) {
    if (leaders_.contains(pid)) {
      continue;
    }
    const auto status = os::StatusOfProcess(pid);
    if (!status || status->state == 'Z' || status->state == 'X') {
      continue;
    }
    if (const auto known = orphans_.find(pid);
        known != orphans_.end() && known->second.identity == status->identity) {
      found.insert(orphans_.extract(known));
      continue;
    }
    Orphan orphan;
    orphan.identity = status->identity;
    const auto marker = os::EnvironmentValueOf(pid, "ODU_ATTEMPT_ID");
    const auto owner = marker ? by_marker_.find(*marker) : by_marker_.end();
    if (owner != by_marker_.end()) {
      orphan.owner = owner->second;
    } else if (sparing) {
      continue;
    } else {
      for (const auto& [id, attempt] : attempts_) {
        orphan.waits_for.insert(id);
      }
    }
    found.emplace(pid, std::move(orphan));
  }
  orphans_ = std::move(found);
}

namespace {

bool BelongsTo(const auto& orphan, uint64_t attempt) {
  return !orphan.given_up &&
         (orphan.owner == attempt ||
          (!orphan.owner && orphan.waits_for.size() == 1 && *orphan.waits_for.begin() == attempt));
}

}  // namespace

bool Supervisor::IsGone(AttemptId id, const Attempt& attempt) const {
  return attempt.leader_ended && !os::SignalGroup(attempt.group, 0) &&
         std::ranges::none_of(orphans_,
                              [id](const auto& entry) { return BelongsTo(entry.second, id); });
}

/// Sends the attempt and its orphans what is due.
void Supervisor::Press(AttemptId id, Attempt& attempt) {
  const async::Duration now = clock_.Now();
  if (!attempt.term_at || now < *attempt.term_at) {
    return;
  }
  if (!attempt.termed) {
    attempt.termed = true;
    attempt.kill_at = std::min(attempt.kill_at.value_or(now + times_.grace), now + times_.grace);
    Terminate(attempt.group);
  }
  const bool kill_now = now >= *attempt.kill_at;
  if (kill_now) {
    os::SignalGroup(attempt.group, SIGKILL);
    if (!attempt.give_up_at) {
      attempt.give_up_at = now + times_.give_up;
    }
  }
  for (auto& [pid, orphan] : orphans_) {
    if (BelongsTo(orphan, id)) {
      PressOrphan(orphan, kill_now);
    }
  }
}

void Supervisor::PressOrphan(Orphan& orphan, bool kill_now) {
  const async::Duration now = clock_.Now();
  if (!orphan.kill_at) {
    orphan.kill_at = now + times_.grace;
    os::SendSignal(orphan.identity, SIGTERM);
    os::SendSignal(orphan.identity, SIGCONT);
  }
  if (kill_now || now >= *orphan.kill_at) {
    os::SendSignal(orphan.identity, SIGKILL);
    if (!orphan.give_up_at) {
      orphan.give_up_at = now + times_.give_up;
    } else if (now >= *orphan.give_up_at) {
      orphan.given_up = true;
      base::LogWarning("supervisor", "process {} of an attempt cannot be ended; left alone",
                       orphan.identity.pid);
    }
  }
}

Supervisor::Gone Supervisor::Forget(AttemptId id) {
  const auto found = attempts_.find(id);
  Gone gone = std::move(found->second.gone);
  by_marker_.erase(found->second.marker);
  attempts_.erase(found);
  for (auto& [pid, orphan] : orphans_) {
    if (orphan.owner == id) {
      orphan.owner.reset();
    }
    orphan.waits_for.erase(id);
  }
  return gone;
}

void Supervisor::Look() {
  FindOrphans();
  const async::Duration now = clock_.Now();
  std::vector<AttemptId> over;
  for (auto& [id, attempt] : attempts_) {
    if (!attempt.ending()) {
      continue;
    }
    if (!IsGone(id, attempt)) {
      Press(id, attempt);
    }
    const bool given_up = attempt.give_up_at && now >= *attempt.give_up_at;
    if (attempt.leader_ended && given_up) {
      base::LogWarning("supervisor", "process group {} cannot be ended; left alone", attempt.group);
    }
    if (attempt.leader_ended && (given_up || IsGone(id, attempt))) {
      over.push_back(id);
    }
  }
  for (auto& [pid, orphan] : orphans_) {
    if (orphan.stray()) {
      PressOrphan(orphan, false);
    }
  }
  std::vector<Gone> callbacks;
  for (const AttemptId id : over) {
    callbacks.push_back(Forget(id));
  }
  for (Gone& gone : callbacks) {
    gone();
  }
}

void Supervisor::LookSoon() {
  if (looking_) {
    return;
  }
  looking_ = true;
  boost::asio::post(tasks_.executor(), [this, alive = alive_] {
    if (*alive) {
      looking_ = false;
      if (NeedsTicks()) {
        Look();
      }
    }
  });
}

bool Supervisor::NeedsTicks() const {
  return std::ranges::any_of(attempts_, [](const auto& entry) { return entry.second.ending(); }) ||
         std::ranges::any_of(orphans_, [](const auto& entry) { return entry.second.stray(); });
}

void Supervisor::StartTicks() {
  if (!ticking_) {
    ticking_ = tasks_.Spawn("supervisor", [this] { return Ticks(); });
  }
}

boost::asio::awaitable<void> Supervisor::Ticks() {
  while (NeedsTicks()) {
    const bool passed = co_await clock_.Sleep(kTick);
    if (!passed) {
      break;
    }
    Look();
  }
  ticking_ = false;
}

}  // namespace odu::lane
