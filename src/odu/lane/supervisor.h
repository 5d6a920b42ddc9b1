#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "async/clock.h"
#include "async/task_group.h"
#include "os/process.h"
#include "os/reaper.h"

namespace odu::lane {

/// How patient a supervisor is.
struct SupervisorTimes {
  /// A leader has ended: what it left may end by itself (`> >(tee log)`) before it is told to.
  async::Duration linger = std::chrono::milliseconds(200);
  /// Between TERM and KILL.
  async::Duration grace = std::chrono::seconds(10);
  /// After KILL, what still is there (another user's, stuck in the kernel) is left alone and told.
  async::Duration give_up = std::chrono::seconds(5);
};

/// Ends what attempts leave behind: the rest of an attempt's process group, and orphans that fell
/// to this process (a subreaper) because they left the group.
///
/// An orphan whose ODU_ATTEMPT_ID names an attempt belongs to it. One without (its environment was
/// cleared, or may not be read) belongs to the last to end of the attempts that ran when it was
/// found; one of an attempt that is long over is ended at once.
///
///   running --LeaderEnded()--> lingering --(linger over)--> terminating --(grace over)--> killing
///      |                           |                            |                           |
///      +--Stop()--> terminating    +----------(nothing left, leader ended)------> gone -----+
///
/// While nothing is left behind an attempt costs one kill(2) and one look at this process's
/// children; no timer runs.
class Supervisor {
 public:
  using AttemptId = uint64_t;
  using Gone = std::move_only_function<void()>;

  /// All must outlive the supervisor; the reaper's unknown exits are its own.
  Supervisor(async::TaskGroup& tasks, async::Clock& clock, os::Reaper& reaper,
             SupervisorTimes times);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// A leader of a group of its own was started, with `marker` as its ODU_ATTEMPT_ID.
  AttemptId Began(pid_t leader, std::string marker);

  /// TERM to everything of the attempt now, KILL after the grace; `at_once`: KILL now.
  void Stop(AttemptId attempt, bool at_once);

  /// The leader has been reaped. `gone` is called when nothing of the attempt is left, at once
  /// (inside this call) if that is so already. The attempt is forgotten then.
  void LeaderEnded(AttemptId attempt, Gone gone);

  /// While the result lives, children that carry no attempt's id are not orphans: this process runs
  /// programs of its own (git).
  [[nodiscard]] std::shared_ptr<void> Spare();

  /// Attempts that are not gone.
  size_t size() const { return attempts_.size(); }

 private:
  struct Attempt {
    pid_t group = 0;
    std::string marker;
    bool leader_ended = false;
    bool termed = false;
    bool killed = false;
    std::optional<async::Duration> term_at;
    std::optional<async::Duration> kill_at;
    std::optional<async::Duration> give_up_at;
    Gone gone;
    bool ending() const { return leader_ended || term_at.has_value() || kill_at.has_value(); }
  };
  struct Orphan {
    os::ProcessIdentity identity;
    std::optional<AttemptId> owner;
    std::set<AttemptId> waits_for;              ///< only without an owner
    std::optional<async::Duration> kill_at;     ///< TERM was sent
    std::optional<async::Duration> give_up_at;  ///< KILL was sent
    bool given_up = false;
    bool stray() const { return !owner && waits_for.empty() && !given_up; }
  };

  void FindOrphans();
  bool IsGone(AttemptId id, const Attempt& attempt) const;
  void Press(AttemptId id, Attempt& attempt);
  void PressOrphan(Orphan& orphan, bool kill_now);
  Gone Forget(AttemptId id);
  void Look();
  void LookSoon();
  bool NeedsTicks() const;
  void StartTicks();
  boost::asio::awaitable<void> Ticks();

  async::TaskGroup& tasks_;
  async::Clock& clock_;
  os::Reaper& reaper_;
  SupervisorTimes times_;
  AttemptId next_ = 1;
  std::map<AttemptId, Attempt> attempts_;
  std::unordered_map<std::string, AttemptId> by_marker_;
  std::set<pid_t> leaders_;
  std::map<pid_t, Orphan> orphans_;
  os::OwnChildren children_;
  bool ticking_ = false;
  bool looking_ = false;
  /// Copies of it are what Spare() gave; and callbacks that outlive this object see it gone.
  std::shared_ptr<bool> spare_ = std::make_shared<bool>(true);
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace odu::lane
