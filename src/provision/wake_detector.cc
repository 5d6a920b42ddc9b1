#include "provision/wake_detector.h"

#include <cstdlib>
#include <ctime>
#include <utility>

namespace provision {
namespace {

async::Duration SteadyNow() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

WakeDetector::WakeDetector(async::Clock& clock, std::function<async::Duration()> steady,
                           std::function<void()> on_wake)
    : clock_(clock),
      steady_(std::move(steady)),
      on_wake_(std::move(on_wake)),
      last_steady_(steady_()),
      last_boot_(clock.Now()),
      last_wall_ms_(clock.WallMs()) {}

WakeDetector::WakeDetector(async::Clock& clock, std::function<void()> on_wake)
    : WakeDetector(clock, SteadyNow, std::move(on_wake)) {}

bool WakeDetector::Look() {
  const async::Duration steady = steady_();
  const async::Duration boot = clock_.Now();
  const int64_t wall_ms = clock_.WallMs();
  const async::Duration awake = steady - last_steady_;
  const async::Duration slept = (boot - last_boot_) - awake;
  // A virtual machine that was paused, or a clock set by hand, shows in the wall clock alone.
  const async::Duration jumped = std::chrono::milliseconds(wall_ms - last_wall_ms_) - awake;
  last_steady_ = steady;
  last_boot_ = boot;
  last_wall_ms_ = wall_ms;
  if (slept < kGap && jumped < kGap && jumped > -kGap) {
    return false;
  }
  on_wake_();
  return true;
}

boost::asio::awaitable<void> WakeDetector::Run() {
  for (;;) {
    const async::Duration began = steady_();
    const bool passed = co_await clock_.Sleep(kEvery);
    if (!passed) {
      co_return;
    }
    const bool stood_still = steady_() - began >= kEvery + kGap;
    if (!Look() && stood_still) {
      on_wake_();
    }
  }
}

}  // namespace provision
