#pragma once

#include <functional>
#include <optional>
#include <string>

#include "provision/host_fault.h"
#include "provision/host_session.h"
#include "provision/host_state.h"

namespace provision {

/// The rules of a session, without doing anything: what happened goes in, what to do comes out.
///
///                       +------------- wait over, or Recheck -------------+
///                       v                                                |
///   Begin -----> probing/copying/realising/starting/handshaking ---> retrying
///     ^                 |              |        fault: network, or remote below the limit
///     |                 |              +---- fault: place, or remote at the limit ----> failed
///     |                 v                                                                 |
///     +---- lost <-- connected                                                            |
///     +-----------------------------------------------------------------------------------+
///
/// Invariants: 1. nothing spins: after a fault there is a wait of `backoff_first` or more (less the
/// jitter), after a connection that died within kHeld one of a tenth of that, and twice as long
/// each time up to `backoff_first`. 2. a network fault is never final; neither is a refused login
/// once the host has let us in: the key's agent may come back. 3. a connection forgives what went
/// before.
class SessionMachine {
 public:
  /// A connection that lived so long may be followed by another at once.
  static constexpr auto kHeld = std::chrono::seconds(1);
  /// A wait is this much longer or shorter than planned, so that many do not come at once.
  static constexpr double kJitter = 0.2;

  /// What to do after a fault: wait and try again, or give up.
  struct Decision {
    async::Duration wait{};
    std::optional<base::Error> give_up;
  };

  /// `random` gives numbers in [0, 1).
  SessionMachine(SessionBounds bounds, std::function<double()> random);

  /// A caller wants a connection. How long to wait first: nothing, unless the last one died young.
  async::Duration Begin(async::Duration now, int64_t wall_ms);
  /// An attempt begins.
  void Attempt(int64_t wall_ms);
  /// It has come to that phase.
  void Enter(HostPhase phase, int64_t wall_ms);
  void Copied(uint64_t sent, uint64_t total);
  Decision Fault(const HostFault& fault, int64_t wall_ms);
  void Connected(async::Duration now, int64_t wall_ms);
  void Lost(std::string cause, async::Duration now, int64_t wall_ms);
  /// The world has changed: waits are short again.
  void Recheck();

  const HostState& state() const { return state_; }

 private:
  async::Duration NextWait();
  async::Duration Jittered(async::Duration wait) const;
  void Wait(async::Duration wait, std::string cause, int64_t wall_ms);

  SessionBounds bounds_;
  std::function<double()> random_;
  HostState state_;
  int32_t waits_ = 0;         ///< since the last connection
  int32_t refusals_ = 0;      ///< remote faults since then
  int32_t young_deaths_ = 0;  ///< connections in a row that did not hold
  bool was_connected_ = false;
  async::Duration connected_at_{};
};

/// A fault as the session judges it: a refused login after one that worked is a missing agent.
HostFault Judged(HostFault fault, bool was_connected);

/// The bounds divided by the time scale.
SessionBounds Scaled(const SessionBounds& bounds, double time_scale);

}  // namespace provision
