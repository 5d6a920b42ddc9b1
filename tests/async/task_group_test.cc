#include "async/task_group.h"

#include <gtest/gtest.h>

#include <boost/asio/this_coro.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "async/notifier.h"
#include "support/fake_clock.h"
#include "support/loop.h"

namespace async {
namespace {

namespace asio = boost::asio;
using std::chrono::seconds;

struct Reports {
  std::vector<std::string> lines;
  FailureReport Into() {
    return [this](std::string_view task, std::string_view what) {
      lines.push_back(std::string(task) + ": " + std::string(what));
    };
  }
};

TEST(TaskGroup, JoinReturnsWhenTheLastTaskHasEnded) {
  support::Loop loop;
  support::FakeClock clock;
  TaskGroup group(loop.executor());
  group.Spawn("short", [&]() -> asio::awaitable<void> { co_await clock.Sleep(seconds(1)); });
  group.Spawn("long", [&]() -> asio::awaitable<void> { co_await clock.Sleep(seconds(3)); });
  TaskGroup outer(loop.executor());
  bool joined = false;
  outer.Spawn("join", [&]() -> asio::awaitable<void> {
    co_await group.Join();
    joined = true;
  });
  loop.Advance(clock, seconds(2));
  EXPECT_FALSE(joined);
  EXPECT_EQ(group.Names(), std::vector<std::string>{"long"});
  loop.Advance(clock, seconds(1));
  EXPECT_TRUE(joined);
}

TEST(TaskGroup, JoinOfAnEmptyGroupReturnsAtOnce) {
  support::Loop loop;
  TaskGroup group(loop.executor());
  loop.Run(group.Join());
  loop.Run(group.Join());
}

TEST(TaskGroup, TwoJoinersBothReturn) {
  support::Loop loop;
  support::FakeClock clock;
  TaskGroup group(loop.executor());
  group.Spawn("task", [&]() -> asio::awaitable<void> { co_await clock.Sleep(seconds(1)); });
  TaskGroup outer(loop.executor());
  outer.Spawn("first", [&] { return group.Join(); });
  outer.Spawn("second", [&] { return group.Join(); });
  loop.Advance(clock, seconds(1));
  EXPECT_EQ(outer.size(), 0U);
}

TEST(TaskGroup, AFailureIsReportedWithTheTasksName) {
  support::Loop loop;
  Reports reports;
  TaskGroup group(loop.executor(), reports.Into());
  group.Spawn("pump", []() -> asio::awaitable<void> {
    throw std::runtime_error("boom");
    co_return;
  });
  loop.RunUntilIdle();
  EXPECT_EQ(reports.lines, std::vector<std::string>{"pump: boom"});
  EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, ACancelledTaskIsNotAFailure) {
  support::Loop loop;
  support::FakeClock clock;
  Reports reports;
  TaskGroup group(loop.executor(), reports.Into());
  group.Spawn("sleep", [&]() -> asio::awaitable<void> {
    co_await clock.Sleep(seconds(1));
    co_await clock.Sleep(seconds(1));
    ADD_FAILURE() << "the second wait must throw";
  });
  loop.RunUntilIdle();
  group.RequestStop();
  loop.RunUntilIdle();
  EXPECT_EQ(group.size(), 0U);
  EXPECT_TRUE(reports.lines.empty());
  EXPECT_EQ(clock.sleepers(), 0U);
}

TEST(TaskGroup, CapturesOfALambdaCoroutineLiveAsLongAsTheTask) {
  support::Loop loop;
  support::FakeClock clock;
  std::string out;
  TaskGroup group(loop.executor());
  {
    const std::string text(100, 'x');
    group.Spawn("copy", [&clock, &out, text]() -> asio::awaitable<void> {
      co_await clock.Sleep(seconds(1));
      out = text;
    });
  }
  loop.Advance(clock, seconds(1));
  EXPECT_EQ(out, std::string(100, 'x'));
}

TEST(TaskGroup, StopAsksFirstAndEndsWhoeverIsLeftAfterTheGrace) {
  support::Loop loop;
  support::FakeClock clock;
  TaskGroup group(loop.executor());
  bool cleaned = false;
  group.Spawn("polite", [&]() -> asio::awaitable<void> { co_await clock.Sleep(seconds(100)); });
  group.Spawn("slow", [&]() -> asio::awaitable<void> {
    co_await clock.Sleep(seconds(100));
    co_await asio::this_coro::reset_cancellation_state();
    const bool passed = co_await clock.Sleep(seconds(50));
    cleaned = !passed;
  });
  TaskGroup outer(loop.executor());
  outer.Spawn("stop", [&] { return group.Stop(clock, seconds(10)); });
  loop.Advance(clock, seconds(9));
  EXPECT_EQ(group.Names(), std::vector<std::string>{"slow"});
  EXPECT_EQ(outer.size(), 1U);
  loop.Advance(clock, seconds(1));
  EXPECT_TRUE(cleaned);
  EXPECT_EQ(group.size(), 0U);
  EXPECT_EQ(outer.size(), 0U);
}

TEST(TaskGroup, StopDoesNotWaitForTheGraceWhenAllEndEarlier) {
  support::Loop loop;
  support::FakeClock clock;
  TaskGroup group(loop.executor());
  group.Spawn("polite", [&]() -> asio::awaitable<void> { co_await clock.Sleep(seconds(100)); });
  loop.RunUntilIdle();
  loop.Run(group.Stop(clock, seconds(10)));
  EXPECT_EQ(group.size(), 0U);
  EXPECT_EQ(clock.sleepers(), 0U);
}

TEST(TaskGroup, AStoppingGroupDoesNotGrow) {
  support::Loop loop;
  TaskGroup group(loop.executor());
  group.RequestStop();
  EXPECT_FALSE(group.Spawn("late", []() -> asio::awaitable<void> { co_return; }));
  EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, ATaskMaySpawnAnother) {
  support::Loop loop;
  TaskGroup group(loop.executor());
  int ran = 0;
  group.Spawn("outer", [&]() -> asio::awaitable<void> {
    group.Spawn("inner", [&]() -> asio::awaitable<void> {
      ++ran;
      co_return;
    });
    co_return;
  });
  loop.RunUntilIdle();
  EXPECT_EQ(ran, 1);
}

TEST(TaskGroup, AKillFromOutsideTheLoopMayMeetATaskThatIsJustEnding) {
  support::Loop loop;
  TaskGroup group(loop.executor());
  Notifier notifier(loop.executor());
  group.Spawn("wait", [&]() -> asio::awaitable<void> { co_await notifier.Wait(); });
  loop.RunUntilIdle();
  notifier.Notify();  // its end is on its way
  group.Kill();
  loop.RunUntilIdle();
  EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, DestroyingItAsksItsTasksToEnd) {
  support::Loop loop;
  support::FakeClock clock;
  bool passed = true;
  {
    TaskGroup group(loop.executor());
    group.Spawn("sleep",
                [&]() -> asio::awaitable<void> { passed = co_await clock.Sleep(seconds(1)); });
    loop.RunUntilIdle();
  }
  loop.RunUntilIdle();
  EXPECT_FALSE(passed);
}

TEST(TaskGroup, ATaskKilledBeforeItsFirstTurnHasItAndIsCancelledAtItsFirstWait) {
  support::Loop loop;
  support::FakeClock clock;
  Reports reports;
  TaskGroup group(loop.executor(), reports.Into());
  std::vector<std::string> told;
  group.Spawn("wait", [&]() -> asio::awaitable<void> {
    told.emplace_back("begun");
    const bool passed = co_await clock.Sleep(seconds(1));
    told.emplace_back(passed ? "passed" : "cancelled");
  });
  group.Spawn("no wait", [&]() -> asio::awaitable<void> {
    told.emplace_back("done");
    co_return;
  });
  group.Kill();
  loop.RunUntilIdle();
  EXPECT_EQ(told, (std::vector<std::string>{"begun", "done", "cancelled"}));
  EXPECT_EQ(group.size(), 0U);
  EXPECT_TRUE(reports.lines.empty());
}

TEST(TaskGroup, ARequestBeforeTheFirstTurnIsHeardToo) {
  support::Loop loop;
  support::FakeClock clock;
  TaskGroup group(loop.executor());
  bool passed = true;
  group.Spawn("wait",
              [&]() -> asio::awaitable<void> { passed = co_await clock.Sleep(seconds(1)); });
  group.RequestStop();
  loop.RunUntilIdle();
  EXPECT_FALSE(passed);
  EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, ATaskMayKillItsOwnGroupInItsFirstTurn) {
  support::Loop loop;
  support::FakeClock clock;
  TaskGroup group(loop.executor());
  group.Spawn("end all", [&]() -> asio::awaitable<void> {
    group.Kill();
    co_await clock.Sleep(seconds(1));
  });
  group.Spawn("other", [&]() -> asio::awaitable<void> { co_await clock.Sleep(seconds(1)); });
  loop.RunUntilIdle();
  EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, WhatHasNotBegunWhenItsGroupIsDestroyedNeverDoes) {
  support::Loop loop;
  bool begun = false;
  {
    TaskGroup group(loop.executor());
    group.Spawn("late", [&]() -> asio::awaitable<void> {
      begun = true;
      co_return;
    });
  }
  loop.RunUntilIdle();
  EXPECT_FALSE(begun);
}

}  // namespace
}  // namespace async
