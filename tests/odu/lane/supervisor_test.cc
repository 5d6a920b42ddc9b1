#include "odu/lane/supervisor.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "odu/lane/lane_world.h"

namespace odu::lane {
namespace {

using model::NodeStatus;

/// The pid that a recipe wrote into a file of its tree.
pid_t PidIn(const LaneWorld& world, std::string_view file) {
  return static_cast<pid_t>(std::stol(world.dir.Read("tree/" + std::string(file))));
}

bool Lives(pid_t pid) {
  const auto identity = os::IdentityOf(pid);
  return identity && os::IsAlive(*identity);
}

TEST(Supervisor, AnEscapeeIntoASessionOfItsOwnEndsWithItsNode) {
  LaneWorld world;
  ASSERT_TRUE(world.Run(
      {world.Shell("a", "setsid sleep 1000 > /dev/null 2>&1 & echo $! > pid; sleep 0.1")}));
  EXPECT_EQ(world.Word("a"), "ok");
  EXPECT_EQ(LaneWorld::LeftBehind(), std::vector<pid_t>());
}

TEST(Supervisor, ADaemonThatForkedTwiceEndsWithItsNodeAndSoDoItsChildren) {
  LaneWorld world;
  ASSERT_TRUE(
      world.Run({world.Shell("a",
                             "(setsid bash -c 'setsid sleep 1000 & setsid sleep 1000 & sleep 1000' "
                             "< /dev/null > /dev/null 2>&1 &) ; sleep 0.1; exit 5")}));
  EXPECT_EQ(world.Word("a"), "failed (exit 5)");
  EXPECT_EQ(LaneWorld::LeftBehind(), std::vector<pid_t>());
}

TEST(Supervisor, AnEscapeeThatIgnoresTermIsKilled) {
  LaneWorld world;
  ASSERT_TRUE(world.Run(
      {world.Shell("a",
                   "setsid bash -c 'trap \"\" TERM; echo > up; while :; do sleep 0.01; done' & "
                   "while ! test -e up; do sleep 0.01; done")}));
  EXPECT_EQ(world.Word("a"), "ok");
  EXPECT_EQ(LaneWorld::LeftBehind(), std::vector<pid_t>());
}

TEST(Supervisor, AnEscapeeOfANodeThatStillRunsIsLeftAlone) {
  LaneWorld world;
  world.Configure({world.Shell("a", "(setsid sleep 1000 & echo $! > pid); echo up; sleep 1000"),
                   world.Shell("b", "echo b")});
  ASSERT_TRUE(world.UntilLogHas("a", "up"));
  ASSERT_TRUE(world.Until("b", NodeStatus::kOk));
  EXPECT_TRUE(Lives(PidIn(world, "pid")));
  ASSERT_TRUE(world.lane.Cancel({}, "cancelled", false));
  ASSERT_TRUE(world.Settle());
  EXPECT_FALSE(Lives(PidIn(world, "pid")));
}

constexpr const char* kLoseTheId =
    "setsid env -i /bin/bash -c 'echo $$ > pid.new; mv pid.new pid; exec sleep 1000' "
    "> /dev/null 2>&1 & while ! test -e pid; do sleep 0.01; done; ";

TEST(Supervisor, AnEscapeeWithoutAnIdEndsWithTheOnlyNodeThatRan) {
  LaneWorld world;
  ASSERT_TRUE(world.Run({world.Shell("a", kLoseTheId)}));
  EXPECT_FALSE(Lives(PidIn(world, "pid")));
}

TEST(Supervisor, AnEscapeeWithoutAnIdLivesUntilEveryNodeThatRanBesideItHasEnded) {
  LaneWorld world;
  world.Configure({world.Shell("b", "echo up; while ! test -e go; do sleep 0.01; done"),
                   world.Shell("a", std::string("while ! test -e b-is-up; do sleep 0.01; done; ") +
                                        kLoseTheId)});
  ASSERT_TRUE(world.UntilLogHas("b", "up"));
  world.dir.Write("tree/b-is-up", "");
  ASSERT_TRUE(world.Until("a", NodeStatus::kOk));
  // It may be of `b`.
  EXPECT_TRUE(Lives(PidIn(world, "pid")));
  world.dir.Write("tree/go", "");
  ASSERT_TRUE(world.Settle());
  EXPECT_FALSE(Lives(PidIn(world, "pid")));
}

TEST(Supervisor, AProcessOfOursIsSparedWhileWeSaySo) {
  LaneWorld world;
  const std::vector<std::string> argv{"/bin/sleep", "1000"};
  os::SpawnSpec spec;
  spec.argv = argv;
  const auto ours = os::Spawn(spec);
  ASSERT_TRUE(ours);
  bool ended = false;
  world.reaper.OnExit(*ours, [&ended](os::WaitStatus) { ended = true; });
  {
    const std::shared_ptr<void> spared = world.supervisor.Spare();
    ASSERT_TRUE(world.Run({world.Shell("a", "sleep 1000 &")}));
    EXPECT_FALSE(ended);
    EXPECT_TRUE(Lives(*ours));
  }
  ::kill(*ours, SIGKILL);
  ASSERT_TRUE(world.loop.RunUntil([&ended] { return ended; }));
}

}  // namespace
}  // namespace odu::lane
