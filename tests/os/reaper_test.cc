#include "os/reaper.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>

#include <map>
#include <string>
#include <vector>

#include "async/task_group.h"
#include "os/process.h"
#include "support/loop.h"

namespace os {
namespace {

pid_t Start(const std::string& script) {
  const std::vector<std::string> argv{"/bin/sh", "-c", script};
  SpawnSpec spec;
  spec.argv = argv;
  return Spawn(spec).value();
}

TEST(Reaper, TellsEachChildsEndOnce) {
  support::Loop loop;
  Reaper reaper(loop.executor());
  std::map<pid_t, WaitStatus> ends;
  std::map<pid_t, int> expected;
  for (int code = 0; code < 20; ++code) {
    const pid_t pid = Start("exit " + std::to_string(code));
    expected[pid] = code;
    reaper.OnExit(
        pid, [&ends, pid](WaitStatus status) { EXPECT_TRUE(ends.emplace(pid, status).second); });
  }
  ASSERT_TRUE(loop.RunUntil([&] { return ends.size() == 20; }));
  for (const auto& [pid, code] : expected) {
    EXPECT_EQ(ends.at(pid), WaitStatus(Exited{code}));
  }
  EXPECT_EQ(reaper.waiting(), 0U);
}

TEST(Reaper, AChildThatEndedBeforeTheLoopTurnedIsStillTold) {
  support::Loop loop;
  Reaper reaper(loop.executor());
  const pid_t pid = Start("exit 7");
  siginfo_t info;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), 0);
  bool ended = false;
  reaper.OnExit(pid, [&](WaitStatus status) { ended = status == WaitStatus(Exited{7}); });
  EXPECT_TRUE(loop.RunUntil([&] { return ended; }));
}

TEST(Reaper, ACallbackMayStartTheNextChild) {
  support::Loop loop;
  Reaper reaper(loop.executor());
  int left = 5;
  std::function<void()> next = [&] {
    reaper.OnExit(Start("exit 0"), [&](WaitStatus) {
      if (--left > 0) {
        next();
      }
    });
  };
  next();
  EXPECT_TRUE(loop.RunUntil([&] { return left == 0; }));
}

TEST(Reaper, WaitGivesTheStatusToACoroutine) {
  support::Loop loop;
  Reaper reaper(loop.executor());
  const base::Result<WaitStatus> status = loop.Run(reaper.Wait(Start("kill -TERM $$")));
  EXPECT_EQ(status.value(), WaitStatus(Signalled{SIGTERM}));
}

TEST(Reaper, ACancelledWaitForgetsTheChild) {
  support::Loop loop;
  Reaper reaper(loop.executor());
  std::vector<pid_t> unknown;
  reaper.OnUnknownExit([&](pid_t pid, WaitStatus) { unknown.push_back(pid); });
  async::TaskGroup group(loop.executor());
  const pid_t pid = Start("exec sleep 100");
  std::string code;
  group.Spawn("wait", [&]() -> boost::asio::awaitable<void> {
    const base::Result<WaitStatus> status = co_await reaper.Wait(pid);
    code = status ? "" : status.error().code();
  });
  loop.RunUntilIdle();
  group.RequestStop();
  loop.RunUntilIdle();
  EXPECT_EQ(code, "cancelled");
  kill(pid, SIGKILL);
  EXPECT_TRUE(loop.RunUntil([&] { return reaper.waiting() == 0; }));
  EXPECT_TRUE(unknown.empty());
}

TEST(Reaper, AnAdoptedOrphanIsReportedAsUnknown) {
  ASSERT_TRUE(BecomeSubreaper().has_value());
  support::Loop loop;
  Reaper reaper(loop.executor());
  std::vector<pid_t> unknown;
  bool parent_ended = false;
  reaper.OnUnknownExit([&](pid_t pid, WaitStatus status) {
    EXPECT_EQ(status, WaitStatus(Signalled{SIGKILL}));
    unknown.push_back(pid);
  });
  reaper.OnExit(Start("setsid sleep 100 & exit 0"), [&](WaitStatus) { parent_ended = true; });
  ASSERT_TRUE(loop.RunUntil([&] { return parent_ended; }));
  const std::vector<pid_t> adopted = ChildrenOf(getpid());
  ASSERT_EQ(adopted.size(), 1U);
  kill(adopted[0], SIGKILL);
  ASSERT_TRUE(loop.RunUntil([&] { return !unknown.empty(); }));
  EXPECT_EQ(unknown, adopted);
  prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
}

TEST(Reaper, MayBeDestroyedInsideACallback) {
  support::Loop loop;
  auto reaper = std::make_unique<Reaper>(loop.executor());
  bool ended = false;
  reaper->OnExit(Start("exit 0"), [&](WaitStatus) {
    reaper.reset();
    ended = true;
  });
  EXPECT_TRUE(loop.RunUntil([&] { return ended; }));
}

}  // namespace
}  // namespace os
