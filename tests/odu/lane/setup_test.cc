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

TEST(Setup, TheStoryHeadsTheLogByteForByteAndTheHashIsOfAll) {
  OneSetup it;
  it.Git("exit 1");
  it.call.source.mode = model::SourceMode::kInPlace;
  it.call.story = std::string("[host:ci-1] \xff copying\r\n\0.\n", 26);
  it.Start();
  ASSERT_TRUE(it.Ends());
  EXPECT_EQ(it.end->status, model::NodeStatus::kOk);
  const std::string log = it.world.Log("_ci-setup");
  EXPECT_TRUE(log.starts_with(it.call.story));
  EXPECT_EQ(log.substr(it.call.story.size()),
            "[odu] using the live tree " + it.call.source.repository + "\n");
  EXPECT_EQ(it.end->log_sha256, base::Sha256Hex(log));
  EXPECT_EQ(it.end->log_bytes, log.size());
}

TEST(Setup, WhatHasGoneWrongBeforeIsTold) {
  OneSetup it;
  it.call.failure = base::Error(base::ErrorKind::kHost, "x", "just: gone", "send it again");
  it.Start();
  ASSERT_TRUE(it.Ends());
  EXPECT_EQ(it.end->status, model::NodeStatus::kFailed);
  EXPECT_EQ(it.end->reason, "just: gone");
  EXPECT_EQ(it.world.Log("_ci-setup"),
            "[odu] _ci-setup failed: just: gone\n[odu]   send it again\n");
}

/// In place, with something to enter.
class Entering : public OneSetup {
 public:
  explicit Entering(const std::string& script) {
    call.source.mode = model::SourceMode::kInPlace;
    world.dir.Write("bin/enter", "#!/bin/bash\n" + script + "\n", 0755);
    call.enter = {world.dir / "bin/enter", "--"};
    call.recipe_environment = {"PATH=/usr/bin:/bin"};
    call.marker = "RUN" + std::to_string(getpid()) + ".x86_64-linux._ci-setup.1";
  }
  std::string Log() { return world.Log("_ci-setup"); }
};

TEST(Setup, EnterIsTriedOnceInTheWorkspace) {
  Entering it("shift; pwd; exec \"$@\"");
  it.Start();
  ASSERT_TRUE(it.Ends());
  EXPECT_EQ(it.end->status, model::NodeStatus::kOk);
  EXPECT_EQ(it.Log(), "[odu] using the live tree " + it.call.source.repository +
                          "\n[odu] entering: " + it.call.enter[0] + " -- true\n" +
                          it.call.source.repository + "\n");
}

TEST(Setup, AnEnterThatFailsIsARedSetupWithItsOutput) {
  Entering it("echo 'no such flake' >&2; exit 7");
  it.Start();
  ASSERT_TRUE(it.Ends());
  EXPECT_EQ(it.end->status, model::NodeStatus::kFailed);
  EXPECT_EQ(it.end->reason, "enter: exit 7");
  EXPECT_NE(it.Log().find("\nno such flake\n"), std::string::npos) << it.Log();
  EXPECT_EQ(it.end->log_sha256, base::Sha256Hex(it.Log()));
}

TEST(Setup, AnEnterThatIsNotThereIsARedSetup) {
  Entering it("");
  it.call.enter = {"no-such-program-anywhere"};
  it.Start();
  ASSERT_TRUE(it.Ends());
  EXPECT_EQ(it.end->status, model::NodeStatus::kFailed);
  EXPECT_NE(it.Log().find("no-such-program-anywhere"), std::string::npos) << it.Log();
}

TEST(Setup, StopEndsAnEnterThatHangsAndWaitsForItsEnd) {
  Entering it("echo up; sleep 1000");
  it.Start();
  ASSERT_TRUE(it.world.UntilLogHas("_ci-setup", "up\n"));
  it.setup->Stop();
  ASSERT_TRUE(it.Ends());
  EXPECT_EQ(it.end->status, model::NodeStatus::kFailed);
  EXPECT_TRUE(LaneWorld::LeftBehind().empty());
}

TEST(Setup, OneThatIsDestroyedWhileItEntersEndsThat) {
  Entering it("echo up; sleep 1000");
  it.Start();
  ASSERT_TRUE(it.world.UntilLogHas("_ci-setup", "up\n"));
  it.setup.reset();
  EXPECT_TRUE(it.world.loop.RunUntil([] { return LaneWorld::LeftBehind().empty(); }));
  it.world.loop.RunUntilIdle();
  EXPECT_FALSE(it.end.has_value());
}

TEST(Setup, NoMaskedValueIsShownAndTheHashIsOfWhatIs) {
  Entering it("echo 'token=sesame-42'; exit 9");
  const std::vector<std::string> values{"sesame-42"};
  it.context.masked = std::make_shared<MaskedValues>(values);
  it.call.enter.push_back("sesame-42");
  it.Start();
  ASSERT_TRUE(it.Ends());
  EXPECT_EQ(it.Log().find("sesame"), std::string::npos) << it.Log();
  EXPECT_NE(it.Log().find("token=***\n"), std::string::npos) << it.Log();
  EXPECT_EQ(it.end->log_sha256, base::Sha256Hex(it.Log()));
  EXPECT_EQ(it.end->log_bytes, it.Log().size());
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
