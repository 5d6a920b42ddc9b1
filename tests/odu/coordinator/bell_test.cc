#include "odu/coordinator/bell.h"

#include <gtest/gtest.h>

#include "async/task_group.h"
#include "support/fake_clock.h"
#include "support/loop.h"

namespace odu::coordinator {
namespace {

TEST(Bell, WakesEveryWaiterOnceAndForgetsThoseWhoLeft) {
  support::Loop loop;
  Bell bell(loop.executor());
  async::TaskGroup group(loop.executor());
  int woken = 0;
  for (int i = 0; i < 3; ++i) {
    group.Spawn("waiter", [&]() -> boost::asio::awaitable<void> {
      co_await bell.Wait();
      ++woken;
    });
  }
  loop.RunUntilIdle();
  EXPECT_EQ(bell.waiting(), 3);
  EXPECT_EQ(woken, 0);
  bell.Ring();
  loop.RunUntilIdle();
  EXPECT_EQ(woken, 3);
  group.Spawn("cancelled", [&]() -> boost::asio::awaitable<void> { co_await bell.Wait(); });
  loop.RunUntilIdle();
  group.Kill();
  loop.RunUntilIdle();
  EXPECT_EQ(bell.waiting(), 0);
  bell.Ring();
}

TEST(Bell, IsWaitedForNoLongerThanItsBound) {
  support::Loop loop;
  support::FakeClock clock;
  Bell bell(loop.executor());
  async::TaskGroup group(loop.executor());
  int woken = 0;
  const auto wait = [&]() -> boost::asio::awaitable<void> {
    co_await bell.WaitUntil(clock, clock.Now() + std::chrono::seconds(5));
    ++woken;
  };
  group.Spawn("rung for", wait);
  loop.Advance(clock, std::chrono::seconds(4));
  EXPECT_EQ(woken, 0);
  bell.Ring();
  loop.RunUntilIdle();
  EXPECT_EQ(woken, 1);
  group.Spawn("not rung for", wait);
  loop.Advance(clock, std::chrono::seconds(5));
  EXPECT_EQ(woken, 2);
  EXPECT_EQ(bell.waiting(), 0);
}

}  // namespace
}  // namespace odu::coordinator
