#include "async/clock.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

#include "async/task_group.h"
#include "support/fake_clock.h"
#include "support/loop.h"

namespace async {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// One law for the real clock and the fake one.
class ClockLaw : public testing::TestWithParam<bool> {
 protected:
  ClockLaw() {
    if (!GetParam()) {
      fake_ = std::make_shared<support::FakeClock>();
    }
  }
  Clock& clock() { return fake_ ? static_cast<Clock&>(*fake_) : system_; }
  /// Lets time pass until `done`.
  bool Until(const std::function<bool()>& done) {
    if (!fake_) {
      return loop_.RunUntil(done);
    }
    loop_.Advance(*fake_, seconds(60));
    return done();
  }

  SystemClock system_;
  support::Loop loop_;
  std::shared_ptr<support::FakeClock> fake_;
};

TEST_P(ClockLaw, ASleepTakesAtLeastItsTime) {
  TaskGroup group(loop_.executor());
  Duration woke{};
  bool passed = false;
  const Duration start = clock().Now();
  group.Spawn("sleep", [&]() -> asio::awaitable<void> {
    passed = co_await clock().Sleep(milliseconds(5));
    woke = clock().Now();
  });
  ASSERT_TRUE(Until([&] { return group.size() == 0; }));
  EXPECT_TRUE(passed);
  EXPECT_GE(woke - start, milliseconds(5));
}

TEST_P(ClockLaw, SleepersWakeInOrderOfTheirDeadlines) {
  TaskGroup group(loop_.executor());
  std::vector<int> order;
  for (const int ms : {30, 10, 20}) {
    group.Spawn("sleep", [&, ms]() -> asio::awaitable<void> {
      co_await clock().Sleep(milliseconds(ms));
      order.push_back(ms);
    });
  }
  ASSERT_TRUE(Until([&] { return group.size() == 0; }));
  EXPECT_EQ(order, (std::vector<int>{10, 20, 30}));
}

TEST_P(ClockLaw, ACancelledSleepSaysSo) {
  TaskGroup group(loop_.executor());
  bool passed = true;
  group.Spawn("sleep",
              [&]() -> asio::awaitable<void> { passed = co_await clock().Sleep(Duration::max()); });
  loop_.RunUntilIdle();
  ASSERT_EQ(group.size(), 1U);
  group.RequestStop();
  loop_.RunUntilIdle();
  EXPECT_EQ(group.size(), 0U);
  EXPECT_FALSE(passed);
}

TEST_P(ClockLaw, ASleepOfNothingReturnsAtOnce) {
  EXPECT_TRUE(loop_.Run(clock().Sleep(Duration::zero())));
  EXPECT_TRUE(loop_.Run(clock().Sleep(-seconds(1))));
}

INSTANTIATE_TEST_SUITE_P(SystemAndFake, ClockLaw, testing::Bool(),
                         [](const auto& law) { return law.param ? "System" : "Fake"; });

TEST(SystemClock, WallTimeIsOurs) {
  SystemClock clock;
  EXPECT_GT(clock.WallMs(), int64_t{1'700'000'000'000});
  EXPECT_GT(clock.Now(), Duration::zero());
}

}  // namespace
}  // namespace async
