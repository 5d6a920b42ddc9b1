#include "async/deadline.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "async/task_group.h"
#include "support/fake_clock.h"
#include "support/loop.h"

namespace async {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

asio::awaitable<int> Answer(Clock& clock, Duration after) {
  co_await clock.Sleep(after);
  co_return 42;
}

asio::awaitable<base::Result<std::string>> Refuse(Clock& clock) {
  co_await clock.Sleep(seconds(1));
  co_return base::Fail(base::ErrorKind::kRefused, "no", "not today");
}

asio::awaitable<int> Throw() {
  throw std::runtime_error("boom");
  co_return 1;
}

TEST(Deadline, AnAnswerInTimeIsPassedOn) {
  support::Loop loop;
  support::FakeClock clock;
  TaskGroup group(loop.executor());
  std::optional<base::Result<int>> got;
  group.Spawn("call", [&]() -> asio::awaitable<void> {
    got = co_await WithDeadline(clock, seconds(10), Answer(clock, seconds(9)), "host");
  });
  loop.Advance(clock, seconds(9));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->value(), 42);
  EXPECT_EQ(clock.sleepers(), 0U) << "the deadline's own timer is gone";
}

TEST(Deadline, TheBoundEndsTheWorkAndSaysWhatWasWaitedFor) {
  support::Loop loop;
  support::FakeClock clock;
  TaskGroup group(loop.executor());
  std::optional<base::Result<int>> got;
  group.Spawn("call", [&]() -> asio::awaitable<void> {
    got = co_await WithDeadline(clock, seconds(10), Answer(clock, seconds(11)), "mac-1");
  });
  loop.Advance(clock, milliseconds(9999));
  EXPECT_FALSE(got.has_value());
  loop.Advance(clock, milliseconds(1));
  ASSERT_TRUE(got.has_value());
  ASSERT_FALSE(got->has_value());
  EXPECT_EQ(got->error().code(), "timeout");
  EXPECT_EQ(got->error().message(), "mac-1: no answer within 10 s");
  EXPECT_EQ(clock.sleepers(), 0U);
}

TEST(Deadline, AResultStaysOneResult) {
  support::Loop loop;
  support::FakeClock clock;
  TaskGroup group(loop.executor());
  std::optional<base::Result<std::string>> got;
  group.Spawn("call", [&]() -> asio::awaitable<void> {
    got = co_await WithDeadline(clock, seconds(10), Refuse(clock), "host");
  });
  loop.Advance(clock, seconds(1));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->error().code(), "no");
}

TEST(Deadline, AnExceptionPassesThrough) {
  support::Loop loop;
  support::FakeClock clock;
  EXPECT_THROW((void)loop.Run(WithDeadline(clock, seconds(10), Throw(), "host")),
               std::runtime_error);
}

TEST(Deadline, ACancelledCallerCancelsTheWork) {
  support::Loop loop;
  support::FakeClock clock;
  TaskGroup group(loop.executor());
  bool reached = false;
  group.Spawn("call", [&]() -> asio::awaitable<void> {
    (void)co_await WithDeadline(clock, seconds(10), Answer(clock, seconds(5)), "host");
    reached = true;
    co_await clock.Sleep(seconds(1));
    ADD_FAILURE() << "a cancelled task must not go on waiting";
  });
  loop.RunUntilIdle();
  EXPECT_EQ(clock.sleepers(), 2U);
  group.RequestStop();
  loop.RunUntilIdle();
  EXPECT_EQ(group.size(), 0U);
  EXPECT_EQ(clock.sleepers(), 0U);
  EXPECT_TRUE(reached);
}

TEST(Deadline, WorkWithoutAValueWorksTheSame) {
  support::Loop loop;
  support::FakeClock clock;
  TaskGroup group(loop.executor());
  bool ok = false;
  group.Spawn("call", [&]() -> asio::awaitable<void> {
    auto work = [](Clock& on) -> asio::awaitable<void> { co_await on.Sleep(seconds(1)); };
    ok = (co_await WithDeadline(clock, seconds(2), work(clock), "host")).has_value();
  });
  loop.Advance(clock, seconds(1));
  EXPECT_TRUE(ok);
}

}  // namespace
}  // namespace async
