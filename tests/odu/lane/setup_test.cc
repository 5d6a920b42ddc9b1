#include "odu/lane/setup.h"

#include <gtest/gtest.h>

#include <optional>

#include "base/sha256.h"
#include "odu/lane/lane_world.h"

namespace odu::lane {
namespace {

/// One setup in a world, with a `git` of our own making first on its PATH.
class OneSetup {
 public:
  OneSetup() : context{world.tasks, world.reaper, world.supervisor, world.worker, {}} {
    call.source.mode = model::SourceMode::kWorktree;
    call.source.repository = world.dir / "tree";
    call.source.sha = std::string(40, 'a');
    call.source.workspace = world.dir / "work";
    call.log_path = world.folder_path + "/logs/_ci-setup.1.log";
  }
  void Git(const std::string& script) {
    world.dir.Write("bin/git", "#!/bin/bash\n" + script + "\n", 0755);
    call.environment = {"PATH=" + (world.dir / "bin") + ":/usr/bin:/bin",
                        "HOME=" + world.dir.path()};
  }
  void Start() {
    setup = std::make_unique<Setup>(context, world.clock, call,
                                    [this](RecipeEnd what) { end = std::move(what); });
  }
  [[nodiscard]] bool Ends() {
    return world.loop.RunUntil([this] { return end.has_value(); });
  }

  LaneWorld world;
  RecipeContext context;
  SetupCall call;
  std::unique_ptr<Setup> setup;
  std::optional<RecipeEnd> end;
};

TEST(Setup, WhatGitSaysIsTheReasonAndInTheLog) {
  OneSetup it;
  it.Git("echo 'fatal: the dog ate it' >&2; exit 128");
  it.Start();
  ASSERT_TRUE(it.Ends());
  EXPECT_EQ(it.end->status, model::NodeStatus::kFailed);
  EXPECT_NE(it.end->reason.find("the dog ate it"), std::string::npos) << it.end->reason;
  const std::string log = it.world.Log("_ci-setup");
  EXPECT_NE(log.find("the dog ate it"), std::string::npos) << log;
  EXPECT_EQ(it.end->log_bytes, log.size());
  EXPECT_EQ(it.end->log_sha256, base::Sha256Hex(log));
  EXPECT_TRUE(it.end->log_complete);
}

TEST(Setup, StopEndsAGitThatHangs) {
  OneSetup it;
  it.Git("touch " + (it.world.dir / "up") + "; exec sleep 1000");
  it.Start();
  ASSERT_TRUE(it.world.UntilExists(it.world.dir / "up"));
  it.setup->Stop();
  ASSERT_TRUE(it.Ends());
  EXPECT_EQ(it.end->status, model::NodeStatus::kFailed);
}

TEST(Setup, StopBeforeItsFirstTurnEndsItToo) {
  OneSetup it;
  it.Git("touch " + (it.world.dir / "ran"));
  it.Start();
  it.setup->Stop();
  ASSERT_TRUE(it.Ends());
  EXPECT_EQ(it.end->status, model::NodeStatus::kFailed);
  EXPECT_FALSE(os::Exists(it.world.dir / "ran"));
}

TEST(Setup, OneThatIsDestroyedWhileGitRunsEndsIt) {
  OneSetup it;
  it.Git("echo $$ > " + (it.world.dir / "pid.new") + "; mv " + (it.world.dir / "pid.new") + " " +
         (it.world.dir / "pid") + "; exec sleep 1000");
  it.Start();
  ASSERT_TRUE(it.world.UntilExists(it.world.dir / "pid"));
  const auto git = os::IdentityOf(static_cast<pid_t>(std::stol(it.world.dir.Read("pid"))));
  ASSERT_TRUE(git);
  it.setup.reset();
  for (int look = 0; look < 3000 && os::IsAlive(*git); ++look) {
    it.world.loop.Run(it.world.clock.Sleep(std::chrono::milliseconds(10)));
  }
  EXPECT_FALSE(os::IsAlive(*git));
  EXPECT_FALSE(it.end.has_value());
}

TEST(Setup, OneThatIsDestroyedSaysNothingMore) {
  OneSetup it;
  it.Git("exit 1");
  it.Start();
  it.setup.reset();
  it.world.loop.RunUntilIdle();
  EXPECT_FALSE(it.end.has_value());
}

TEST(Setup, ALogThatCannotBeMadeIsAnError) {
  OneSetup it;
  it.call.log_path = it.world.dir / "no/such/folder/log";
  it.Start();
  ASSERT_TRUE(it.Ends());
  EXPECT_EQ(it.end->status, model::NodeStatus::kErrored);
  EXPECT_FALSE(it.end->log_complete);
}

}  // namespace
}  // namespace odu::lane
