#include "provision/session_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace provision {
namespace {

int64_t Milliseconds(async::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

/// `wait` doubled so many times, but not beyond `cap`.
async::Duration Doubled(async::Duration wait, int32_t times, async::Duration cap) {
  for (int32_t i = 0; i < times && wait < cap; ++i) {
    wait *= 2;
  }
  return std::min(wait, cap);
}

}  // namespace

SessionMachine::SessionMachine(SessionBounds bounds, std::function<double()> random)
    : bounds_(bounds), random_(std::move(random)) {}

async::Duration SessionMachine::Jittered(async::Duration wait) const {
  const double factor = 1 - kJitter + 2 * kJitter * random_();
  return async::Duration(static_cast<int64_t>(static_cast<double>(wait.count()) * factor));
}

async::Duration SessionMachine::NextWait() {
  const async::Duration wait = Doubled(bounds_.backoff_first, waits_, bounds_.backoff_cap);
  ++waits_;
  return Jittered(wait);
}

void SessionMachine::Wait(async::Duration wait, std::string cause, int64_t wall_ms) {
  state_.phase = HostPhase::kRetrying;
  state_.cause = std::move(cause);
  state_.since = wall_ms;
  state_.retry_at = wall_ms + Milliseconds(wait);
}

async::Duration SessionMachine::Begin(async::Duration now, int64_t wall_ms) {
  if (state_.phase == HostPhase::kFailed) {
    waits_ = 0;
    refusals_ = 0;
    young_deaths_ = 0;
  }
  if (state_.phase == HostPhase::kConnected) {
    Lost("the link was given up", now, wall_ms);
  }
  state_.attempt = 0;
  if (young_deaths_ == 0) {
    return {};
  }
  const async::Duration wait =
      Jittered(Doubled(bounds_.backoff_first / 10, young_deaths_ - 1, bounds_.backoff_first));
  Wait(wait, std::exchange(state_.cause, {}), wall_ms);
  return wait;
}

void SessionMachine::Attempt(int64_t wall_ms) {
  const int32_t attempt = state_.attempt + 1;
  state_ = HostState{};
  state_.attempt = attempt;
  state_.since = wall_ms;
}

void SessionMachine::Enter(HostPhase phase, int64_t wall_ms) {
  if (state_.phase == phase) {
    return;
  }
  state_.phase = phase;
  state_.since = wall_ms;
  state_.bytes = 0;
  state_.total_bytes = 0;
}

void SessionMachine::Copied(uint64_t sent, uint64_t total) {
  state_.bytes = sent;
  state_.total_bytes = total;
}

SessionMachine::Decision SessionMachine::Fault(const HostFault& raw, int64_t wall_ms) {
  const HostFault fault = Judged(raw, was_connected_);
  if (fault.phase == FaultPhase::kRemote) {
    ++refusals_;
  }
  const bool enough = fault.phase == FaultPhase::kRemote && refusals_ >= bounds_.remote_attempts;
  if (enough || fault.phase == FaultPhase::kPlace) {
    base::Error error = fault.error;
    if (enough && bounds_.remote_attempts > 1) {
      error = error.In(fmt::format("gave up after {} attempts", refusals_));
    }
    state_.phase = HostPhase::kFailed;
    state_.cause = error.message();
    state_.since = wall_ms;
    state_.retry_at = 0;
    return Decision{{}, std::move(error)};
  }
  const async::Duration wait = NextWait();
  Wait(wait, fault.error.message(), wall_ms);
  return Decision{wait, std::nullopt};
}

void SessionMachine::Connected(async::Duration now, int64_t wall_ms) {
  Enter(HostPhase::kConnected, wall_ms);
  state_.cause.clear();
  was_connected_ = true;
  waits_ = 0;
  refusals_ = 0;
  connected_at_ = now;
}

void SessionMachine::Lost(std::string cause, async::Duration now, int64_t wall_ms) {
  if (state_.phase != HostPhase::kConnected) {
    return;
  }
  young_deaths_ = now - connected_at_ >= kHeld ? 0 : young_deaths_ + 1;
  state_ = HostState{};
  state_.phase = HostPhase::kLost;
  state_.cause = std::move(cause);
  state_.since = wall_ms;
}

void SessionMachine::Recheck() {
  waits_ = 0;
  young_deaths_ = 0;
}

HostFault Judged(HostFault fault, bool was_connected) {
  if (fault.authentication && was_connected) {
    fault.phase = FaultPhase::kNetwork;
    fault.error =
        base::Error(fault.error.kind(), "needs_agent", "needs agent: " + fault.error.message(),
                    "the host let us in before: unlock the key, or attach from where its agent is");
  }
  return fault;
}

SessionBounds Scaled(const SessionBounds& bounds, double time_scale) {
  SessionBounds scaled = bounds;
  for (async::Duration* bound : {&scaled.handshake, &scaled.silence, &scaled.ceiling,
                                 &scaled.backoff_first, &scaled.backoff_cap}) {
    *bound = async::Duration(
        static_cast<int64_t>(static_cast<double>(bound->count()) / std::max(time_scale, 1e-6)));
  }
  return scaled;
}

}  // namespace provision
