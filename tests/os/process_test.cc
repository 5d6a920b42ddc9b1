#include "os/process.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "os/child.h"

namespace os {
namespace {

/// A real child that is ended with the test.
class Started {
 public:
  explicit Started(const std::string& script,
                   std::vector<std::string> environment = {"PATH=/usr/bin:/bin"}) {
    const std::vector<std::string> argv{"/bin/sh", "-c", script};
    SpawnSpec spec;
    spec.argv = argv;
    spec.environment = environment;
    child_ = SpawnPiped(spec).value();
  }
  ~Started() {
    SignalGroup(child_.pid, SIGKILL);
    waitpid(child_.pid, nullptr, 0);
  }
  pid_t pid() const { return child_.pid; }
  /// Waits until it has written something.
  void AwaitOutput() {
    pollfd wait{child_.output.get(), POLLIN, 0};
    poll(&wait, 1, -1);
  }

 private:
  PipedChild child_;
};

TEST(Process, KnowsItself) {
  const ProcessIdentity own = OwnIdentity();
  EXPECT_EQ(own.pid, getpid());
  EXPECT_GT(own.start_time, 0U);
  EXPECT_EQ(IdentityOf(getpid()).value(), own);
  EXPECT_TRUE(IsAlive(own));
  EXPECT_EQ(StatusOfProcess(getpid())->parent, getppid());
  EXPECT_EQ(StatusOfProcess(getpid())->group, getpgrp());
}

TEST(Process, AnotherStartTimeIsAnotherProcess) {
  ProcessIdentity other = OwnIdentity();
  other.start_time += 1;
  EXPECT_FALSE(IsAlive(other));
  EXPECT_FALSE(SendSignal(other, 0));
  EXPECT_TRUE(SendSignal(OwnIdentity(), 0));
}

TEST(Process, AZombieIsNotAlive) {
  Started child("exit 0");
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT), 0);
  EXPECT_EQ(StatusOfProcess(child.pid())->state, 'Z');
  EXPECT_FALSE(IsAlive(IdentityOf(child.pid()).value()));
}

TEST(Process, AStoppedProcessIsAliveAndStopped) {
  Started child("exec sleep 100");
  const ProcessIdentity identity = IdentityOf(child.pid()).value();
  EXPECT_FALSE(IsStopped(identity));
  ASSERT_TRUE(SendSignal(identity, SIGSTOP));
  int status = 0;
  ASSERT_EQ(waitpid(child.pid(), &status, WUNTRACED), child.pid());
  EXPECT_TRUE(IsStopped(identity));
  EXPECT_TRUE(IsAlive(identity));
}

TEST(Process, NoProcessIsGone) {
  EXPECT_EQ(StatusOfProcess(0x7ffffff0).error().code(), "no_process");
  EXPECT_EQ(IdentityOf(0).error().kind(), base::ErrorKind::kGone);
  EXPECT_TRUE(ChildrenOf(0x7ffffff0).empty());
}

TEST(Process, ANameWithBracketsDoesNotConfuse) {
  Started child("printf ') R 1 1 (' > /proc/self/comm; echo named; /bin/sleep 100; :");
  child.AwaitOutput();
  EXPECT_EQ(StatusOfProcess(child.pid())->group, child.pid());
}

TEST(Process, ChildrenAndDescendantsAreFound) {
  Started child("sh -c 'sleep 100 & echo up; wait' & wait");
  child.AwaitOutput();
  EXPECT_TRUE(std::ranges::count(ChildrenOf(getpid()), child.pid()) == 1);
  EXPECT_EQ(ChildrenOf(child.pid()).size(), 1U);
  const std::vector<pid_t> descendants = DescendantsOf(child.pid());
  ASSERT_EQ(descendants.size(), 2U);
  EXPECT_EQ(descendants[1], ChildrenOf(child.pid())[0]) << "children before their parents";
}

TEST(Process, OwnChildrenAreListedAgainAndAgain) {
  const OwnChildren own;
  const std::vector<pid_t> before = own.List();
  Started child("echo up; /bin/sleep 100; :");
  child.AwaitOutput();
  EXPECT_EQ(own.List().size(), before.size() + 1);
  EXPECT_EQ(std::ranges::count(own.List(), child.pid()), 1);
}

TEST(Process, AListOfOwnChildrenThatIsLongerThanOneReadIsWhole) {
  const OwnChildren own;
  std::vector<pid_t> started;
  for (int i = 0; i < 1500; ++i) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::pause();
      ::_exit(0);
    }
    started.push_back(pid);
  }
  const std::vector<pid_t> listed = own.List();
  for (const pid_t pid : started) {
    EXPECT_EQ(std::ranges::count(listed, pid), 1);
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
}

TEST(Process, TheEnvironmentOfAnotherIsRead) {
  Started child("echo up; /bin/sleep 100; :", {"ODU_ATTEMPT_ID=abc", "ODU_ATTEMPT=1", "EMPTY="});
  child.AwaitOutput();
  EXPECT_EQ(EnvironmentValueOf(child.pid(), "ODU_ATTEMPT_ID"), "abc");
  EXPECT_EQ(EnvironmentValueOf(child.pid(), "ODU_ATTEMPT"), "1");
  EXPECT_EQ(EnvironmentValueOf(child.pid(), "EMPTY"), "");
  EXPECT_EQ(EnvironmentValueOf(child.pid(), "ODU"), std::nullopt);
  EXPECT_EQ(EnvironmentValueOf(0x7ffffff0, "ODU"), std::nullopt);
}

TEST(Process, TheMachineNamesItsBoot) {
  EXPECT_EQ(BootId().value().size(), 36U);
  EXPECT_EQ(BootId().value(), BootId().value());
}

TEST(Process, EveryProcessIncludesThisOne) {
  const std::vector<pid_t> all = AllProcesses();
  EXPECT_EQ(std::ranges::count(all, getpid()), 1);
}

}  // namespace
}  // namespace os
