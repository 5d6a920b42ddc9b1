#include "async/shielded.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "support/loop.h"

namespace async {
namespace {

using Work = std::move_only_function<boost::asio::awaitable<base::Result<int>>()>;

/// Half of the work, a wait, the other half.
boost::asio::awaitable<base::Result<int>> TwoHalves(Notifier& middle, int& done) {
  ++done;
  const bool woken = co_await middle.Wait();
  if (woken) {
    ++done;
  }
  co_return done;
}

boost::asio::awaitable<void> Ask(TaskGroup& tasks, Work work,
                                 std::optional<base::Result<int>>& answer) {
  answer = co_await Shielded<int>(tasks, "work", std::move(work));
}

struct Fixture : testing::Test {
  support::Loop loop;
  TaskGroup owner{loop.executor()};
  TaskGroup callers{loop.executor()};
  Notifier middle{loop.executor()};
  int done = 0;
  std::optional<base::Result<int>> answer;

  void Start(Work work) {
    callers.Spawn("caller", [this, work = std::move(work)]() mutable {
      return Ask(owner, std::move(work), answer);
    });
    loop.RunUntilIdle();
  }
};

using ShieldedWork = Fixture;

TEST_F(ShieldedWork, GivesItsResultToTheCaller) {
  Start([this] { return TwoHalves(middle, done); });
  EXPECT_FALSE(answer.has_value());
  middle.Notify();
  loop.RunUntilIdle();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(**answer, 2);
}

TEST_F(ShieldedWork, GoesOnWhenItsCallerIsGone) {
  Start([this] { return TwoHalves(middle, done); });
  callers.Kill();
  loop.RunUntilIdle();
  EXPECT_EQ(done, 1) << "the work waits, and was not cut";
  EXPECT_EQ(callers.size(), 0U);
  middle.Notify();
  loop.RunUntilIdle();
  EXPECT_EQ(done, 2);
  EXPECT_EQ(owner.size(), 0U);
}

TEST_F(ShieldedWork, EndsWithItsOwner) {
  Start([this] { return TwoHalves(middle, done); });
  owner.Kill();
  loop.RunUntilIdle();
  EXPECT_EQ(owner.size(), 0U);
  EXPECT_TRUE(answer.has_value());
}

TEST_F(ShieldedWork, IsNotStartedByAnOwnerThatStops) {
  owner.RequestStop();
  Start([this] { return TwoHalves(middle, done); });
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->error().code(), "stopped");
  EXPECT_EQ(done, 0);
}

}  // namespace
}  // namespace async
