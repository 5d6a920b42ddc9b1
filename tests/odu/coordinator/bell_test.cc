#include "odu/coordinator/bell.h"

#include <gtest/gtest.h>

#include "async/task_group.h"
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

}  // namespace
}  // namespace odu::coordinator
