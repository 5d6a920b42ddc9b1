#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "async/clock.h"
#include "support/fake_clock.h"
#include "support/loop.h"

namespace odu::faults {

/// The time of one simulated process: a fake clock, and a wall clock that may be wrong.
class SimClock final : public async::Clock {
 public:
  async::Duration Now() const override { return fake_.Now(); }
  int64_t WallMs() const override { return fake_.WallMs() + wall_offset_ms; }
  boost::asio::awaitable<bool> Sleep(async::Duration duration) override {
    return fake_.Sleep(duration);
  }

  async::Duration NextDeadline() const { return fake_.NextDeadline(); }
  void AdvanceTo(async::Duration now) {
    if (now > fake_.Now()) {
      fake_.Advance(now - fake_.Now());
    }
  }

  int64_t wall_offset_ms = 0;

 private:
  support::FakeClock fake_;
};

/// What every simulated process has: its own event loop and time, which others turn, and what can
/// be done to it from outside.
struct SimProcess {
  explicit SimProcess(async::Duration now) { clock.AdvanceTo(now); }

  support::Loop loop;
  SimClock clock;
  bool stopped = false;    ///< SIGSTOP: its loop is not turned, its time stands still until SIGCONT
  bool disk_full = false;  ///< nothing that it writes gets longer
  bool slow = false;       ///< each of its turns takes long
};

}  // namespace odu::faults
