#include "provision/watchdog.h"

#include <gtest/gtest.h>

#include <optional>

#include "async/task_group.h"
#include "support/loop.h"

namespace provision {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class WatchdogTest : public testing::Test {
 protected:
  /// Starts work that sleeps `each` time after time, `times` times, petting if asked.
  void Begin(async::Duration each, int times, bool pet) {
    tasks.Spawn("watched", [this, each, times, pet]() -> boost::asio::awaitable<void> {
      std::move_only_function<boost::asio::awaitable<void>()> work =
          [this, each, times, pet]() -> boost::asio::awaitable<void> {
        for (int i = 0; i < times; ++i) {
          co_await clock.Sleep(each);
          if (pet) {
            watchdog.Pet();
          }
        }
      };
      bound = co_await watchdog.Run(std::move(work));
    });
    loop.RunUntilIdle();
  }

  support::Loop loop;
  support::FakeClock clock;
  Watchdog watchdog{clock, minutes(2), minutes(45)};
  std::optional<Bound> bound;
  async::TaskGroup tasks{loop.executor()};
};

TEST_F(WatchdogTest, WorkThatEndsIsNotDisturbed) {
  Begin(seconds(100), 1, false);
  loop.Advance(clock, seconds(99));
  EXPECT_FALSE(bound.has_value());
  loop.Advance(clock, seconds(1));
  EXPECT_EQ(bound, Bound::kNone);
  EXPECT_EQ(clock.sleepers(), 0U);
}

TEST_F(WatchdogTest, SilenceEndsIt) {
  Begin(minutes(10), 1, false);
  loop.Advance(clock, minutes(2) - seconds(1));
  EXPECT_FALSE(bound.has_value());
  loop.Advance(clock, seconds(1));
  EXPECT_EQ(bound, Bound::kSilence);
  EXPECT_EQ(clock.sleepers(), 0U) << "the work was ended too";
}

TEST_F(WatchdogTest, EverySignOfLifeBeginsTheSilenceAnewUpToTheCeiling) {
  Begin(seconds(119), 1000, true);
  loop.Advance(clock, minutes(45) - seconds(1));
  EXPECT_FALSE(bound.has_value());
  loop.Advance(clock, seconds(1));
  EXPECT_EQ(bound, Bound::kCeiling);
}

TEST_F(WatchdogTest, MutedItHasOnlyTheCeiling) {
  Begin(minutes(60), 1, false);
  watchdog.Mute(true);
  loop.Advance(clock, minutes(44));
  EXPECT_FALSE(bound.has_value());
  loop.Advance(clock, minutes(1));
  EXPECT_EQ(bound, Bound::kCeiling);
}

TEST_F(WatchdogTest, UnmutedSilenceCountsFromThere) {
  Begin(minutes(60), 1, false);
  watchdog.Mute(true);
  loop.Advance(clock, minutes(10));
  watchdog.Mute(false);
  loop.Advance(clock, minutes(2) - seconds(1));
  EXPECT_FALSE(bound.has_value());
  loop.Advance(clock, seconds(1));
  EXPECT_EQ(bound, Bound::kSilence);
}

TEST_F(WatchdogTest, ACallerThatIsCancelledTakesTheWorkWithIt) {
  Begin(minutes(60), 1, false);
  tasks.Kill();
  loop.RunUntilIdle();
  EXPECT_EQ(tasks.size(), 0U);
  EXPECT_EQ(clock.sleepers(), 0U);
}

}  // namespace
}  // namespace provision
