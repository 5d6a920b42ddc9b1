#include "service/gate.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "async/task_group.h"
#include "os/file_system.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace service {
namespace {

class GateTest : public testing::Test {
 protected:
  /// A child that owns the gate and waits; its pid.
  pid_t Hold() {
    auto ready = os::MakePipe().value();
    const pid_t pid = fork();
    if (pid == 0) {
      const auto gate = Gate::Enter(dir_.path());
      ready.write_end.Reset();
      pause();
      _exit(gate ? 0 : 1);
    }
    ready.write_end.Reset();
    char byte = 0;
    EXPECT_EQ(os::ReadSome(ready.read_end.get(), std::span(&byte, 1)), 0U);
    return pid;
  }
  static void Kill(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }

  support::TempDir dir_;
};

TEST_F(GateTest, LetsOneInAtATime) {
  {
    const auto first = Gate::Enter(dir_.path());
    ASSERT_TRUE(first.has_value());
    EXPECT_TRUE(first->StillHeld());
    const auto second = Gate::Enter(dir_.path());
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code(), "locked");
    EXPECT_EQ(second.error().kind(), base::ErrorKind::kBusy);
  }
  EXPECT_TRUE(Gate::Enter(dir_.path()).has_value());
}

TEST_F(GateTest, EveryOwnerHasAHigherEpoch) {
  uint64_t last = 0;
  for (int i = 0; i < 5; ++i) {
    const auto gate = Gate::Enter(dir_.path());
    ASSERT_TRUE(gate.has_value());
    EXPECT_EQ(gate->epoch(), last + 1);
    last = gate->epoch();
  }
  EXPECT_EQ(dir_.Read("epoch"), "5\n");
}

TEST_F(GateTest, ADamagedCountNeverLeadsBack) {
  for (const char* text : {"", "x", "12", "-1\n", "99999999999999999999999\n"}) {
    dir_.Write("epoch", text);
    const auto gate = Gate::Enter(dir_.path());
    ASSERT_TRUE(gate.has_value()) << text;
    EXPECT_GT(gate->epoch(), 1700000000000U) << text;
  }
}

TEST_F(GateTest, ADeadOwnersGateIsOpenAtOnce) {
  const pid_t pid = Hold();
  Owner owner = OwnerOf(dir_.path()).value();
  EXPECT_TRUE(owner.held);
  EXPECT_EQ(owner.process->pid, pid);
  EXPECT_FALSE(owner.stopped);
  Kill(pid);
  owner = OwnerOf(dir_.path()).value();
  EXPECT_FALSE(owner.held);
  EXPECT_EQ(owner.process, std::nullopt);
  EXPECT_EQ(Gate::Enter(dir_.path())->epoch(), 2U);
}

TEST_F(GateTest, AStoppedOwnerIsSeenAndNamed) {
  const pid_t pid = Hold();
  kill(pid, SIGSTOP);
  int status = 0;
  waitpid(pid, &status, WUNTRACED);
  const Owner owner = OwnerOf(dir_.path()).value();
  EXPECT_TRUE(owner.held);
  EXPECT_TRUE(owner.stopped);
  const base::Error error = OwnerTrouble("coordinator", owner);
  const std::string number = std::to_string(pid);
  EXPECT_EQ(error.code(), "owner_stopped");
  EXPECT_EQ(error.message(), "the coordinator (pid " + number + ") is stopped");
  EXPECT_EQ(error.hint(),
            "continue it with: kill -CONT " + number + "; or end it with: kill -KILL " + number);
  Kill(pid);
}

TEST_F(GateTest, AnOwnerThatIsStoppedForAnInstantIsNotCalledStopped) {
  const pid_t pid = Hold();
  kill(pid, SIGSTOP);
  int status = 0;
  waitpid(pid, &status, WUNTRACED);
  support::Loop loop;
  support::FakeClock clock;
  std::optional<base::Result<Owner>> owner;
  async::TaskGroup tasks(loop.executor());
  const auto look = [&]() -> boost::asio::awaitable<void> {
    owner = co_await PatientOwnerOf(clock, dir_.path());
  };
  tasks.Spawn("look", look);
  loop.RunUntilIdle();
  EXPECT_FALSE(owner.has_value());
  loop.Advance(clock, std::chrono::seconds(1));
  EXPECT_TRUE((*owner)->stopped);
  owner.reset();
  tasks.Spawn("look", look);
  loop.RunUntilIdle();
  kill(pid, SIGCONT);
  waitpid(pid, &status, WCONTINUED);
  loop.Advance(clock, std::chrono::seconds(1));
  EXPECT_FALSE((*owner)->stopped);
  Kill(pid);
}

TEST_F(GateTest, ASilentOwnerIsNamedIfItCanBe) {
  Owner owner;
  owner.held = true;
  EXPECT_EQ(OwnerTrouble("coordinator", owner).message(), "the coordinator does not answer");
  owner.process = os::ProcessIdentity{12, 34};
  EXPECT_EQ(OwnerTrouble("coordinator", owner).message(),
            "the coordinator (pid 12) does not answer");
}

TEST_F(GateTest, NobodyOwnsWhatDoesNotExist) {
  EXPECT_FALSE(OwnerOf(dir_ / "nope")->held);
}

TEST_F(GateTest, AnOwnerNoticesThatItsLockWasTakenAway) {
  const auto gate = Gate::Enter(dir_.path());
  ASSERT_TRUE(os::RemoveTree(dir_ / "lock").has_value());
  EXPECT_FALSE(gate->StillHeld());
}

}  // namespace
}  // namespace service
