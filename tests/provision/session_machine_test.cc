#include "provision/session_machine.h"

#include <gtest/gtest.h>

namespace provision {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

HostFault FaultIn(FaultPhase phase, bool authentication = false) {
  return HostFault{phase,
                   base::Error(base::ErrorKind::kHost, "host_refused", "ci-1: no", "look there"),
                   authentication};
}

class SessionMachineTest : public testing::Test {
 protected:
  double random = 0.5;  ///< no jitter
  SessionMachine machine{SessionBounds(), [this] { return random; }};
};

TEST_F(SessionMachineTest, TheFirstAttemptBeginsAtOnce) {
  EXPECT_EQ(machine.Begin(seconds(1), 1000), async::Duration::zero());
  machine.Attempt(1000);
  EXPECT_EQ(machine.state().phase, HostPhase::kProbing);
  EXPECT_EQ(machine.state().attempt, 1);
  EXPECT_EQ(machine.state().since, 1000);
}

TEST_F(SessionMachineTest, ANetworkFaultIsTriedForEverWithWaitsUpToAMinute) {
  (void)machine.Begin({}, 0);
  std::vector<int64_t> waits;
  for (int i = 0; i < 100; ++i) {
    machine.Attempt(0);
    const auto decision = machine.Fault(FaultIn(FaultPhase::kNetwork), 5000);
    ASSERT_FALSE(decision.give_up.has_value());
    waits.push_back(std::chrono::duration_cast<seconds>(decision.wait).count());
    EXPECT_EQ(machine.state().phase, HostPhase::kRetrying);
    EXPECT_EQ(machine.state().cause, "ci-1: no");
    EXPECT_EQ(machine.state().retry_at, 5000 + waits.back() * 1000);
  }
  const std::vector<int64_t> first(waits.begin(), waits.begin() + 8);
  EXPECT_EQ(first, (std::vector<int64_t>{1, 2, 4, 8, 16, 32, 60, 60}));
  EXPECT_EQ(waits.back(), 60);
}

TEST_F(SessionMachineTest, WaitsDifferByAFifthAtMost) {
  (void)machine.Begin({}, 0);
  random = 0;
  EXPECT_EQ(machine.Fault(FaultIn(FaultPhase::kNetwork), 0).wait, milliseconds(800));
  random = 0.999999;
  const auto wait = machine.Fault(FaultIn(FaultPhase::kNetwork), 0).wait;
  EXPECT_GT(wait, milliseconds(2399));
  EXPECT_LE(wait, milliseconds(2400));
}

TEST_F(SessionMachineTest, ARemoteFaultEndsAfterFive) {
  (void)machine.Begin({}, 0);
  for (int i = 1; i <= 4; ++i) {
    machine.Attempt(0);
    EXPECT_EQ(machine.state().attempt, i);
    EXPECT_FALSE(machine.Fault(FaultIn(FaultPhase::kRemote), 0).give_up.has_value());
  }
  machine.Attempt(0);
  const auto decision = machine.Fault(FaultIn(FaultPhase::kRemote), 0);
  ASSERT_TRUE(decision.give_up.has_value());
  EXPECT_EQ(decision.give_up->message(), "gave up after 5 attempts: ci-1: no");
  EXPECT_EQ(decision.give_up->hint(), "look there");
  EXPECT_EQ(machine.state().phase, HostPhase::kFailed);
}

TEST_F(SessionMachineTest, ABadNetworkInBetweenDoesNotForgiveRefusals) {
  (void)machine.Begin({}, 0);
  for (int i = 0; i < 4; ++i) {
    (void)machine.Fault(FaultIn(FaultPhase::kRemote), 0);
    EXPECT_FALSE(machine.Fault(FaultIn(FaultPhase::kNetwork), 0).give_up.has_value());
  }
  EXPECT_TRUE(machine.Fault(FaultIn(FaultPhase::kRemote), 0).give_up.has_value());
}

TEST_F(SessionMachineTest, WhatOnlyAPersonCanFixEndsAtOnce) {
  (void)machine.Begin({}, 0);
  machine.Attempt(0);
  const auto decision = machine.Fault(FaultIn(FaultPhase::kPlace), 7);
  ASSERT_TRUE(decision.give_up.has_value());
  EXPECT_EQ(decision.give_up->message(), "ci-1: no");
  EXPECT_EQ(machine.state().phase, HostPhase::kFailed);
  EXPECT_EQ(machine.state().since, 7);
}

TEST_F(SessionMachineTest, AfterAFailureSomebodyMayAskAfresh) {
  (void)machine.Begin({}, 0);
  for (int i = 0; i < 5; ++i) {
    (void)machine.Fault(FaultIn(FaultPhase::kRemote), 0);
  }
  EXPECT_EQ(machine.Begin({}, 0), async::Duration::zero());
  EXPECT_FALSE(machine.Fault(FaultIn(FaultPhase::kRemote), 0).give_up.has_value());
}

TEST_F(SessionMachineTest, AConnectionForgivesWhatWentBefore) {
  (void)machine.Begin({}, 0);
  for (int i = 0; i < 4; ++i) {
    (void)machine.Fault(FaultIn(FaultPhase::kRemote), 0);
  }
  machine.Connected(seconds(100), 0);
  EXPECT_EQ(machine.state().phase, HostPhase::kConnected);
  machine.Lost("cut", seconds(110), 9);
  EXPECT_EQ(machine.state().phase, HostPhase::kLost);
  EXPECT_EQ(machine.state().cause, "cut");
  EXPECT_EQ(machine.Begin(seconds(110), 0), async::Duration::zero());
  EXPECT_EQ(machine.Fault(FaultIn(FaultPhase::kRemote), 0).wait, seconds(1));
}

TEST_F(SessionMachineTest, AConnectionThatDiesAtOnceIsNotASpin) {
  async::Duration now = seconds(1);
  EXPECT_EQ(machine.Begin(now, 0), async::Duration::zero());
  std::vector<int64_t> waits;
  for (int i = 0; i < 8; ++i) {
    machine.Attempt(0);
    machine.Connected(now, 0);
    now += milliseconds(1);
    machine.Lost("cut", now, 0);
    const async::Duration wait = machine.Begin(now, 0);
    EXPECT_EQ(machine.state().phase, HostPhase::kRetrying);
    EXPECT_EQ(machine.state().cause, "cut");
    waits.push_back(std::chrono::duration_cast<milliseconds>(wait).count());
    now += wait;
  }
  EXPECT_EQ(waits, (std::vector<int64_t>{100, 200, 400, 800, 1000, 1000, 1000, 1000}));
  machine.Attempt(0);
  machine.Connected(now, 0);
  machine.Lost("cut", now + seconds(1), 0);
  EXPECT_EQ(machine.Begin(now, 0), async::Duration::zero()) << "this one held";
}

TEST_F(SessionMachineTest, ARefusedLoginAfterOneThatWorkedNeedsItsAgentAndIsNeverFinal) {
  (void)machine.Begin({}, 0);
  machine.Attempt(0);
  machine.Connected(seconds(1), 0);
  machine.Lost("cut", seconds(60), 0);
  (void)machine.Begin(seconds(60), 0);
  for (int i = 0; i < 20; ++i) {
    machine.Attempt(0);
    EXPECT_FALSE(machine.Fault(FaultIn(FaultPhase::kRemote, true), 0).give_up.has_value());
    EXPECT_TRUE(machine.state().cause.starts_with("needs agent: ci-1")) << machine.state().cause;
  }
}

TEST_F(SessionMachineTest, ARefusedLoginThatNeverWorkedIsARefusal) {
  (void)machine.Begin({}, 0);
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(machine.Fault(FaultIn(FaultPhase::kRemote, true), 0).give_up.has_value());
  }
  EXPECT_TRUE(machine.Fault(FaultIn(FaultPhase::kRemote, true), 0).give_up.has_value());
}

TEST_F(SessionMachineTest, ARecheckMakesWaitsShortAgain) {
  (void)machine.Begin({}, 0);
  for (int i = 0; i < 10; ++i) {
    (void)machine.Fault(FaultIn(FaultPhase::kNetwork), 0);
  }
  machine.Recheck();
  EXPECT_EQ(machine.Fault(FaultIn(FaultPhase::kNetwork), 0).wait, seconds(1));
}

TEST_F(SessionMachineTest, PhasesCarryTheirOwnBytesAndTheirOwnBeginning) {
  (void)machine.Begin({}, 0);
  machine.Attempt(10);
  machine.Enter(HostPhase::kCopying, 20);
  machine.Copied(5, 100);
  EXPECT_EQ(machine.state().since, 20);
  EXPECT_EQ(machine.state().bytes, 5U);
  machine.Enter(HostPhase::kCopying, 30);
  EXPECT_EQ(machine.state().since, 20) << "it is the same phase";
  EXPECT_EQ(machine.state().total_bytes, 100U);
  machine.Enter(HostPhase::kStarting, 40);
  EXPECT_EQ(machine.state().since, 40);
  EXPECT_EQ(machine.state().bytes, 0U);
}

TEST_F(SessionMachineTest, ALinkThatWasNotThereCannotBeLost) {
  (void)machine.Begin({}, 0);
  machine.Attempt(1);
  machine.Lost("cut", {}, 2);
  EXPECT_EQ(machine.state().phase, HostPhase::kProbing);
}

TEST(SessionBoundsTest, TheTimeScaleDividesThemAll) {
  const SessionBounds scaled = Scaled(SessionBounds(), 60);
  EXPECT_EQ(scaled.silence, seconds(2));
  EXPECT_EQ(scaled.backoff_cap, seconds(1));
  EXPECT_EQ(scaled.ceiling, seconds(45));
  EXPECT_EQ(scaled.remote_attempts, 5);
}

}  // namespace
}  // namespace provision
