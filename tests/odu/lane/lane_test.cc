#include "odu/lane/lane.h"

#include <gtest/gtest.h>

#include "odu/lane/lane_world.h"
#include "odu/model/lane_journal.h"
#include "support/git_repo.h"

namespace odu::lane {
namespace {

using model::NodeStatus;

TEST(Lane, RunsAPlanAndSaysOfEachNodeWhatBecameOfIt) {
  LaneWorld world;
  ASSERT_TRUE(world.Run({world.Shell("build", "echo built"),
                         world.Shell("test", "echo testing; exit 3", {"build"}),
                         world.Shell("ship", "echo shipped", {"test"})}));
  EXPECT_EQ(world.Word("_ci-setup"), "ok");
  EXPECT_EQ(world.Word("build"), "ok");
  EXPECT_EQ(world.Word("test"), "failed (exit 3)");
  EXPECT_EQ(world.Word("ship"), "skipped (skipped: test failed)");
  EXPECT_EQ(world.At("build").exit_code, 0);
  EXPECT_EQ(world.At("test").exit_code, 3);
  EXPECT_EQ(world.At("ship").exit_code, std::nullopt);
  EXPECT_EQ(world.Log("build"), "built\n");
  EXPECT_EQ(world.Log("test"), "testing\n");
  EXPECT_EQ(world.Log("ship"), "[odu] skipped: test failed\n");
  EXPECT_EQ(world.Log("_ci-setup"), "[odu] using the live tree " + world.dir.path() + "/tree\n");
  for (const char* node : {"_ci-setup", "build", "test", "ship"}) {
    const model::Attempt attempt = world.At(node);
    EXPECT_TRUE(attempt.log_complete) << node;
    EXPECT_EQ(attempt.log_bytes, world.Log(node).size()) << node;
    EXPECT_EQ(attempt.log_sha256, base::Sha256Hex(world.Log(node))) << node;
    EXPECT_TRUE(attempt.duration_ms.has_value()) << node;
  }
}

TEST(Lane, ItsJournalSaysTheSameAsItsCollection) {
  LaneWorld world;
  ASSERT_TRUE(world.Run({world.Shell("a", "exit 1"), world.Shell("b", ":", {"a"})}));
  const auto text = os::ReadFile(world.folder_path + "/journal.ndjson", 1 << 20);
  ASSERT_TRUE(text);
  const model::LaneHistory history = model::ReadLaneJournal(*text);
  EXPECT_EQ(history.attempts.size(), 3U);
  for (const auto& [key, attempt] : history.attempts) {
    EXPECT_EQ(attempt, world.At(attempt.node, attempt.n)) << key;
  }
}

TEST(Lane, TellsARecipeWhereItRuns) {
  LaneWorld world;
  model::ConfigureRequest request =
      world.Request({world.Shell("build(a)",
                                 "echo $CI,$ODU,$ODU_RUN,$ODU_NODE,$ODU_PLATFORM,$ODU_ATTEMPT; "
                                 "echo $ODU_ATTEMPT_ID; pwd; echo $PWD; umask; echo $OTHER")});
  request.env.push_back("ODU_ATTEMPT_ID=of-an-odu-around-this-one");
  request.env.push_back("ODU_NODE=theirs");
  request.env.push_back("PWD=/somewhere/else");
  request.env.push_back("OTHER=kept");
  request.umask = 027;
  world.lane.Configure(request);
  ASSERT_TRUE(world.Settle());
  const std::string tree = world.dir / "tree";
  EXPECT_EQ(world.Log("build(a)"), "true,1,0123456#1,build(a)@x86_64-linux,x86_64-linux,1\n" +
                                       request.run_id + ".x86_64-linux.build(a).1\n" + tree + "\n" +
                                       tree + "\n0027\nkept\n");
}

TEST(Lane, PutsTheHostsEnterPrefixBeforeEveryRecipe) {
  LaneWorld world;
  model::ConfigureRequest request = world.Request({world.Shell("a", "echo $INSIDE")});
  request.enter = {"/usr/bin/env", "INSIDE=yes"};
  world.lane.Configure(request);
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.Log("a"), "yes\n");
}

TEST(Lane, RunsNoMoreThanItsJobsAtOnce) {
  LaneWorld world;
  const std::string script =
      "mkdir run.$ODU_NODE; set -- run.*; echo $#; sleep 0.02; rmdir run.$ODU_NODE";
  std::vector<model::PlanNode> nodes;
  for (int i = 0; i < 12; ++i) {
    nodes.push_back(world.Shell("n" + std::to_string(i), script));
  }
  ASSERT_TRUE(world.Run(nodes, 2));
  for (const model::PlanNode& node : nodes) {
    EXPECT_LE(std::stoi(world.Log(node.id)), 2) << node.id;
  }
}

TEST(Lane, AThousandNoOpsAreAllOk) {
  LaneWorld world;
  std::vector<model::PlanNode> nodes;
  for (int i = 0; i < 1000; ++i) {
    nodes.push_back({"n" + std::to_string(i), "n", {"true"}, {}});
  }
  ASSERT_TRUE(world.Run(nodes, 2));
  for (const model::PlanNode& node : nodes) {
    ASSERT_EQ(world.Word(node.id), "ok");
    ASSERT_EQ(world.Log(node.id), "");
  }
}

TEST(Lane, RerunsARedNodeAndItsDependentsWhileASiblingKeepsRunning) {
  LaneWorld world;
  world.Configure({world.Shell("flaky", "test -e fixed"),
                   world.Shell("after", "echo on", {"flaky"}),
                   world.Shell("slow", "echo up; while ! test -e over; do sleep 0.01; done")});
  ASSERT_TRUE(world.Until("after", NodeStatus::kSkipped));
  ASSERT_TRUE(world.UntilLogHas("slow", "up"));
  world.dir.Write("tree/fixed", "");
  EXPECT_EQ(world.lane.Rerun({"flaky"}), (std::vector<std::string>{"flaky", "after"}));
  ASSERT_TRUE(world.Until("after", NodeStatus::kOk, 2));
  EXPECT_EQ(world.Word("flaky", 2), "ok");
  EXPECT_EQ(world.Log("after", 2), "on\n");
  EXPECT_EQ(world.Word("slow"), "running");
  // The first attempts stay what they were.
  EXPECT_EQ(world.Word("flaky"), "failed (exit 1)");
  EXPECT_EQ(world.Log("after"), "[odu] skipped: flaky failed\n");
  world.dir.Write("tree/over", "");
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.Word("slow"), "ok");
  EXPECT_FALSE(world.Published("slow", 2));
}

TEST(Lane, ARerunOfARunningNodeEndsItFirst) {
  LaneWorld world;
  world.Configure({world.Shell("a", "echo up; test -e again || sleep 1000")});
  ASSERT_TRUE(world.UntilLogHas("a", "up"));
  world.dir.Write("tree/again", "");
  ASSERT_TRUE(world.lane.Rerun({"a"}));
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.Word("a"), "cancelled (rerun)");
  EXPECT_EQ(world.Word("a", 2), "ok");
  EXPECT_EQ(LaneWorld::LeftBehind(), std::vector<pid_t>());
}

TEST(Lane, ASettledLaneThatRerunsIsRunningAgain) {
  LaneWorld world;
  ASSERT_TRUE(world.Run({world.Shell("a", "exit 1")}));
  ASSERT_TRUE(world.lane.Rerun({}));
  EXPECT_EQ(world.lane.cell().phase, model::LanePhase::kRunning);
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.Word("a", 2), "failed (exit 1)");
}

TEST(Lane, CancelEndsARunningNodeAndSkipsWhatNeedsIt) {
  LaneWorld world;
  world.Configure({world.Shell("a", "echo up; sleep 1000"), world.Shell("b", ":", {"a"}),
                   world.Shell("c", "echo fine")});
  ASSERT_TRUE(world.UntilLogHas("a", "up"));
  EXPECT_EQ(world.lane.Cancel({"a"}, "cancelled", false), std::vector<std::string>{"a"});
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.Word("a"), "cancelled (cancelled)");
  EXPECT_EQ(world.Word("b"), "skipped (skipped: a cancelled)");
  EXPECT_EQ(world.Word("c"), "ok");
  EXPECT_EQ(LaneWorld::LeftBehind(), std::vector<pid_t>());
}

TEST(Lane, CancelOfEverythingSettlesIt) {
  LaneWorld world;
  world.Configure({world.Shell("a", "echo up; sleep 1000"), world.Shell("b", ":", {"a"})});
  ASSERT_TRUE(world.UntilLogHas("a", "up"));
  ASSERT_TRUE(world.lane.Cancel({}, "cancelled", true));
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.Word("a"), "cancelled (cancelled)");
  EXPECT_EQ(world.Word("b"), "cancelled (cancelled)");
  EXPECT_EQ(world.Log("b"), "[odu] cancelled\n");
}

TEST(Lane, AnUnknownNodeIsNamed) {
  LaneWorld world;
  EXPECT_EQ(world.lane.Rerun({"a"}).error().code(), "not_configured");
  ASSERT_TRUE(world.Run({world.Shell("a", ":")}));
  const auto rerun = world.lane.Rerun({"b"});
  ASSERT_FALSE(rerun);
  EXPECT_EQ(rerun.error().message(), "lane: no node 'b' in its plan");
  EXPECT_EQ(world.lane.Cancel({"b"}, "x", false).error().code(), "no_node");
}

TEST(Lane, ALogIsReadWhileItGrowsAndAfterItsEnd) {
  LaneWorld world;
  world.Configure({world.Shell("a", "echo one; while ! test -e go; do sleep 0.01; done; echo two"),
                   world.Shell("b", ":", {"a"})});
  ASSERT_TRUE(world.UntilLogHas("a", "one"));
  auto log = world.lane.OpenLog("a#1");
  ASSERT_TRUE(log);
  EXPECT_FALSE((*log)->Ended());
  int woken = 0;
  const std::shared_ptr<void> waker = (*log)->OnGrowth([&woken] { ++woken; });
  EXPECT_EQ(world.lane.OpenLog("b#1").error().code(), "no_attempt");
  world.dir.Write("tree/go", "");
  ASSERT_TRUE(world.Settle());
  EXPECT_GE(woken, 2);
  EXPECT_TRUE((*log)->Ended());
  char buffer[64];
  EXPECT_EQ((*log)->ReadAt(4, buffer, sizeof buffer), 4U);
  EXPECT_EQ(std::string(buffer, 4), "two\n");
  auto sealed = world.lane.OpenLog("a#1");
  ASSERT_TRUE(sealed);
  EXPECT_TRUE((*sealed)->Ended());
  EXPECT_EQ((*sealed)->ReadAt(0, buffer, sizeof buffer), 8U);
  for (const char* key : {"a#2", "a#0", "a", "nope#1", "#", "a#x"}) {
    EXPECT_EQ(world.lane.OpenLog(key).error().code(), "no_attempt") << key;
  }
}

TEST(Lane, RunsInAWorkTreeOfTheCommitWithoutHooks) {
  support::GitRepo repo;
  repo.Write("file", "committed\n");
  const std::string sha = repo.Commit();
  repo.Write("file", "changed since\n");
  repo.Write(".git/hooks/post-checkout", "#!/bin/sh\ntouch \"$0.ran\"\n", 0755);
  LaneWorld world;
  model::ConfigureRequest request = world.Request({world.Shell("a", "cat file; pwd")});
  request.source.mode = model::SourceMode::kWorktree;
  request.source.repository = repo.path();
  request.source.sha = sha;
  request.source.workspace = world.dir / "work/tree";
  for (const std::string& entry : support::GitRepo::CleanEnvironment()) {
    request.env.push_back(entry);
  }
  world.lane.Configure(request);
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.Word("_ci-setup"), "ok") << world.Log("_ci-setup");
  EXPECT_EQ(world.Log("a"), "committed\n" + request.source.workspace + "\n");
  EXPECT_NE(world.Log("_ci-setup").find(request.source.workspace), std::string::npos);
  EXPECT_FALSE(os::Exists(repo.path() + "/.git/hooks/post-checkout.ran"));
}

TEST(Lane, AWorkTreeThatCannotBeMadeFailsTheSetupAndSkipsTheRest) {
  support::GitRepo repo;
  repo.Commit();
  LaneWorld world;
  model::ConfigureRequest request = world.Request({world.Shell("a", ":")});
  request.source.mode = model::SourceMode::kWorktree;
  request.source.repository = repo.path();
  request.source.sha = std::string(40, '1');
  request.source.workspace = world.dir / "work/tree";
  world.lane.Configure(request);
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.At("_ci-setup").status, NodeStatus::kFailed);
  EXPECT_NE(world.Log("_ci-setup").find("[odu] _ci-setup failed: "), std::string::npos);
  EXPECT_EQ(world.Word("a"), "skipped (skipped: _ci-setup failed)");
}

}  // namespace
}  // namespace odu::lane
