#include "provision/wake_detector.h"

#include <gtest/gtest.h>

#include "async/task_group.h"
#include "support/loop.h"

namespace provision {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

/// A clock whose wall may be moved apart from it.
class OddClock final : public async::Clock {
 public:
  async::Duration Now() const override { return boot; }
  int64_t WallMs() const override { return wall_ms; }
  boost::asio::awaitable<bool> Sleep(async::Duration) override { co_return false; }
  void Pass(async::Duration time) {
    boot += time;
    steady += time;
    wall_ms += std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  }

  async::Duration boot = hours(1);
  async::Duration steady = hours(1);
  int64_t wall_ms = 1'000'000;
};

class WakeDetectorTest : public testing::Test {
 protected:
  OddClock clock;
  int wakes = 0;
  WakeDetector detector{clock, [this] { return clock.steady; }, [this] { ++wakes; }};
};

TEST_F(WakeDetectorTest, TimeThatPassesIsNoSleep) {
  for (int i = 0; i < 100; ++i) {
    clock.Pass(seconds(5));
    EXPECT_FALSE(detector.Look());
  }
  clock.Pass(hours(5));  // a stopped process
  EXPECT_FALSE(detector.Look());
  EXPECT_EQ(wakes, 0);
}

TEST_F(WakeDetectorTest, ASleepIsSeenOnce) {
  clock.Pass(seconds(5));
  clock.boot += hours(8);
  clock.wall_ms += 8 * 3'600'000;
  EXPECT_TRUE(detector.Look());
  clock.Pass(seconds(5));
  EXPECT_FALSE(detector.Look());
  EXPECT_EQ(wakes, 1);
}

TEST_F(WakeDetectorTest, APausedMachineShowsInTheWallClockAlone) {
  clock.wall_ms += 90'000;
  EXPECT_TRUE(detector.Look());
  clock.wall_ms -= 90'000;
  EXPECT_TRUE(detector.Look());
}

TEST_F(WakeDetectorTest, ASlewedClockIsNoSleep) {
  for (int i = 0; i < 100; ++i) {
    clock.Pass(seconds(5));
    clock.wall_ms += 2000;
    EXPECT_FALSE(detector.Look());
  }
}

TEST(WakeDetectorRun, AProcessThatAloneStoodStillHasSlept) {
  support::Loop loop;
  support::FakeClock clock;
  int wakes = 0;
  WakeDetector detector(clock, [&] { return clock.Now(); }, [&] { ++wakes; });
  async::TaskGroup tasks(loop.executor());
  tasks.Spawn("wake", [&] { return detector.Run(); });
  loop.RunUntilIdle();
  // Late, as on a busy machine; then so late that it cannot have run. All clocks agree.
  clock.Advance(seconds(19));
  loop.RunUntilIdle();
  EXPECT_EQ(wakes, 0);
  clock.Advance(seconds(20));
  loop.RunUntilIdle();
  EXPECT_EQ(wakes, 1);
  loop.Advance(clock, seconds(50));
  EXPECT_EQ(wakes, 1);
  tasks.Kill();
  loop.RunUntilIdle();
}

TEST(WakeDetectorRun, ItLooksEveryFewSecondsUntilCancelled) {
  support::Loop loop;
  support::FakeClock clock;
  int looks = 0;
  WakeDetector detector(
      clock,
      [&] {
        ++looks;
        return clock.Now();
      },
      [] { ADD_FAILURE() << "nobody slept"; });
  async::TaskGroup tasks(loop.executor());
  tasks.Spawn("wake", [&] { return detector.Run(); });
  loop.RunUntilIdle();
  loop.Advance(clock, seconds(50));
  // Once when it is made; then before and after each sleep, and in each look.
  EXPECT_EQ(looks, 1 + 10 * 3 + 1);
  tasks.Kill();
  loop.RunUntilIdle();
  EXPECT_EQ(tasks.size(), 0U);
}

}  // namespace
}  // namespace provision
