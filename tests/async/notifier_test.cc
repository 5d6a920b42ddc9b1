#include "async/notifier.h"

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "async/task_group.h"
#include "support/loop.h"

namespace async {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> CountWakeups(Notifier& notifier, int& count) {
  for (;;) {
    const bool woken = co_await notifier.Wait();
    if (!woken) {
      break;
    }
    ++count;
  }
}

TEST(Notifier, ManyNotificationsBeforeAWaitEndOneWait) {
  support::Loop loop;
  Notifier notifier(loop.executor());
  TaskGroup group(loop.executor());
  notifier.Notify();
  notifier.Notify();
  int count = 0;
  group.Spawn("count", [&] { return CountWakeups(notifier, count); });
  loop.RunUntilIdle();
  EXPECT_EQ(count, 1);
}

TEST(Notifier, WakesTheWaiterOncePerTurn) {
  support::Loop loop;
  Notifier notifier(loop.executor());
  TaskGroup group(loop.executor());
  int count = 0;
  group.Spawn("count", [&] { return CountWakeups(notifier, count); });
  loop.RunUntilIdle();
  EXPECT_EQ(count, 0);
  notifier.Notify();
  EXPECT_EQ(count, 0) << "the waiter runs in the loop, not inside Notify";
  loop.RunUntilIdle();
  EXPECT_EQ(count, 1);
  notifier.Notify();
  loop.RunUntilIdle();
  EXPECT_EQ(count, 2);
}

TEST(Notifier, ANotificationThatComesWhileTheWaiterIsOnItsWayIsNotLost) {
  support::Loop loop;
  Notifier notifier(loop.executor());
  TaskGroup group(loop.executor());
  int count = 0;
  group.Spawn("count", [&] { return CountWakeups(notifier, count); });
  loop.RunUntilIdle();
  notifier.Notify();
  notifier.Notify();
  loop.RunUntilIdle();
  EXPECT_EQ(count, 2);
}

TEST(Notifier, CancellationEndsTheWaitWithFalse) {
  support::Loop loop;
  Notifier notifier(loop.executor());
  TaskGroup group(loop.executor());
  int count = 0;
  group.Spawn("count", [&] { return CountWakeups(notifier, count); });
  loop.RunUntilIdle();
  group.RequestStop();
  loop.RunUntilIdle();
  EXPECT_EQ(group.size(), 0U);
  EXPECT_EQ(count, 0);
}

TEST(Notifier, DestroyingItEndsTheWait) {
  support::Loop loop;
  auto notifier = std::make_unique<Notifier>(loop.executor());
  TaskGroup group(loop.executor());
  bool woken = true;
  group.Spawn("wait", [&]() -> asio::awaitable<void> { woken = co_await notifier->Wait(); });
  loop.RunUntilIdle();
  notifier.reset();
  loop.RunUntilIdle();
  EXPECT_FALSE(woken);
  EXPECT_EQ(group.size(), 0U);
}

TEST(Notifier, AWaiterThatStillWaitsWhenTheLoopGoesIsFreed) {
  auto held = std::make_shared<int>(1);
  {
    support::Loop loop;
    TaskGroup group(loop.executor());
    group.Spawn("wait", [&loop, copy = held]() -> asio::awaitable<void> {
      Notifier own(loop.executor());
      co_await own.Wait();
    });
    loop.RunUntilIdle();
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace async
