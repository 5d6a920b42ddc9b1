#include "odu/lane/recipe_process.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <filesystem>

#include "base/sha256.h"
#include "odu/lane/lane_world.h"

namespace odu::lane {
namespace {

using model::NodeStatus;

TEST(RecipeProcess, ARecipeKilledByASignalFailedWithThatSignal) {
  LaneWorld world;
  ASSERT_TRUE(world.Run({world.Shell("a", "echo dying; kill -9 $$")}));
  EXPECT_EQ(world.Word("a"), "failed (signal 9)");
  EXPECT_EQ(world.At("a").exit_code, std::nullopt);
  EXPECT_EQ(world.Log("a"), "dying\n");
}

TEST(RecipeProcess, AProgramThatIsNotThereIsErroredAndItsLogSaysWhy) {
  LaneWorld world;
  ASSERT_TRUE(world.Run({{"a", "a", {"no-such-program"}, {}}, world.Shell("b", ":", {"a"})}));
  EXPECT_EQ(world.Word("a"), "errored ('no-such-program': no such program)");
  EXPECT_EQ(world.Log("a"), "[odu] 'no-such-program': no such program\n");
  EXPECT_EQ(world.Word("b"), "skipped (skipped: a errored)");
}

TEST(RecipeProcess, StdoutAndStderrAreOneRealPipeAndStdinIsEmpty) {
  LaneWorld world;
  ASSERT_TRUE(world.Run(
      {world.Shell("a",
                   "echo out; echo err >&2; echo device > /dev/stderr; cat; test -p /dev/stdout && "
                   "test /dev/stdout -ef /dev/stderr && echo pipe")}));
  EXPECT_EQ(world.Log("a"), "out\nerr\ndevice\npipe\n");
}

TEST(RecipeProcess, EveryByteIsKeptAsItCame) {
  LaneWorld world;
  std::string bytes;
  for (int i = 0; i < 3 << 20; ++i) {
    bytes.push_back(static_cast<char>((i * 7 + i / 255) % 256));
  }
  world.dir.Write("tree/bytes", bytes);
  ASSERT_TRUE(world.Run({world.Shell("a", "cat bytes")}));
  EXPECT_TRUE(world.Log("a") == bytes);
  EXPECT_EQ(world.At("a").log_bytes, bytes.size());
  EXPECT_EQ(world.At("a").log_sha256, base::Sha256Hex(bytes));
  EXPECT_TRUE(world.At("a").log_complete);
}

TEST(RecipeProcess, ALogThatAnotherProcessCutsIsNotComplete) {
  LaneWorld world;
  const std::string logs = world.dir / "lane/logs/";
  ASSERT_TRUE(
      world.Run({world.Shell("a", "echo one; until [ -s " + logs + "a.1.log ]; do :; done; : > " +
                                      logs + "a.1.log; echo two"),
                 world.Shell("b", "echo one; until [ -s " + logs + "b.1.log ]; do :; done; : > " +
                                      logs + "b.1.log; exit 3"),
                 world.Shell("c", "echo one")}));
  EXPECT_EQ(world.Word("a"), "ok (its log was changed by another process)");
  EXPECT_FALSE(world.At("a").log_complete);
  EXPECT_EQ(world.Log("a"), "two\n");
  EXPECT_EQ(world.At("a").log_bytes, 4U);
  EXPECT_EQ(world.Word("b"), "failed (exit 3; its log was changed by another process)");
  EXPECT_FALSE(world.At("b").log_complete);
  EXPECT_TRUE(world.At("c").log_complete);
}

TEST(RecipeProcess, TwoHundredMegabytesWithoutANewlineAreAllThere) {
  LaneWorld world;
  constexpr size_t kBytes = 200'000'000;
  ASSERT_TRUE(world.Run(
      {world.Shell("a", "head -c " + std::to_string(kBytes) + " /dev/zero | tr '\\0' x")}));
  EXPECT_EQ(world.Word("a"), "ok");
  EXPECT_EQ(world.At("a").log_bytes, kBytes);
  base::Sha256 expected;
  const std::string block(1'000'000, 'x');
  for (size_t done = 0; done < kBytes; done += block.size()) {
    expected.Update(block);
  }
  EXPECT_EQ(world.At("a").log_sha256, expected.HexDigest());
}

TEST(RecipeProcess, ABackgroundProcessThatHoldsTheOutputDoesNotHoldTheNode) {
  LaneWorld world;
  ASSERT_TRUE(world.Run({world.Shell("a", "sleep 1000 & echo done")}));
  EXPECT_EQ(world.Word("a"), "ok");
  EXPECT_EQ(world.Log("a"), "done\n");
  EXPECT_EQ(LaneWorld::LeftBehind(), std::vector<pid_t>());
}

TEST(RecipeProcess, WhatAFilterWritesAfterTheLeaderHasEndedIsInTheLog) {
  SupervisorTimes times = LaneWorld::QuickTimes();
  times.linger = std::chrono::seconds(20);
  LaneWorld world(times);
  ASSERT_TRUE(world.Run({world.Shell(
      "a", "exec > >(while read -r line; do sleep 0.05; echo \"late $line\"; done); echo x")}));
  EXPECT_EQ(world.Word("a"), "ok");
  EXPECT_EQ(world.Log("a"), "late x\n");
}

TEST(RecipeProcess, AChattererThatOutlivesItsLeaderIsEndedAndTheLogIsStillWhole) {
  LaneWorld world;
  ASSERT_TRUE(world.Run(
      {world.Shell("a", "(trap '' TERM; while :; do echo chatter; done) & sleep 0.05; exit 4")}));
  EXPECT_EQ(world.Word("a"), "failed (exit 4)");
  const std::string log = world.Log("a");
  EXPECT_EQ(world.At("a").log_bytes, log.size());
  EXPECT_EQ(world.At("a").log_sha256, base::Sha256Hex(log));
  EXPECT_EQ(LaneWorld::LeftBehind(), std::vector<pid_t>());
}

TEST(RecipeProcess, ARecipeThatIgnoresTermIsKilledAfterTheGrace) {
  LaneWorld world;
  world.Configure({world.Shell("a", "trap '' TERM; echo up; while :; do sleep 0.01; done")});
  ASSERT_TRUE(world.UntilLogHas("a", "up"));
  ASSERT_TRUE(world.lane.Cancel({"a"}, "cancelled", false));
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.Word("a"), "cancelled (cancelled)");
  EXPECT_EQ(LaneWorld::LeftBehind(), std::vector<pid_t>());
}

TEST(RecipeProcess, ARecipeMayCleanUpAfterTerm) {
  SupervisorTimes times = LaneWorld::QuickTimes();
  times.grace = std::chrono::seconds(20);
  LaneWorld world(times);
  world.Configure({world.Shell(
      "a", "trap 'echo cleaned; exit 0' TERM; echo up; while :; do sleep 0.01; done")});
  ASSERT_TRUE(world.UntilLogHas("a", "up"));
  ASSERT_TRUE(world.lane.Cancel({"a"}, "cancelled", false));
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.Word("a"), "cancelled (cancelled)");
  // In between bash may say that its own child was terminated.
  EXPECT_TRUE(world.Log("a").ends_with("cleaned\n")) << world.Log("a");
}

TEST(RecipeProcess, CancelAtOnceDoesNotWaitForTheGrace) {
  SupervisorTimes times = LaneWorld::QuickTimes();
  times.grace = std::chrono::hours(1);
  LaneWorld world(times);
  world.Configure({world.Shell("a", "trap '' TERM; echo up; while :; do sleep 0.01; done")});
  ASSERT_TRUE(world.UntilLogHas("a", "up"));
  ASSERT_TRUE(world.lane.Cancel({"a"}, "cancelled", false));
  ASSERT_TRUE(world.lane.Cancel({"a"}, "cancelled", true));
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.Word("a"), "cancelled (cancelled)");
}

TEST(RecipeProcess, AStoppedRecipeIsEndedToo) {
  LaneWorld world;
  world.Configure({world.Shell("a", "echo up; kill -STOP $$; sleep 1000")});
  ASSERT_TRUE(world.UntilLogHas("a", "up"));
  ASSERT_TRUE(world.lane.Cancel({"a"}, "cancelled", false));
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.Word("a"), "cancelled (cancelled)");
}

TEST(RecipeProcess, AFullDiskEndsTheNodeAndNotTheLane) {
  // A mount of our own, seen by nobody else.
  support::TempDir dir;
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", dir.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
    GTEST_SKIP() << "a file system of its own needs root";
  }
  {
    LaneWorld world(LaneWorld::QuickTimes(), dir / "lane");
    world.Configure({world.Shell("noisy", "while :; do echo 0123456789; done"),
                     world.Shell("quiet", "while ! test -e go; do sleep 0.01; done"),
                     world.Shell("after", ":", {"noisy"})});
    ASSERT_TRUE(world.loop.RunUntil(
        [&] { return world.Published("noisy") && IsTerminal(world.At("noisy").status); }));
    EXPECT_EQ(world.Word("noisy"), "errored (disk full)");
    EXPECT_FALSE(world.At("noisy").log_complete);
    EXPECT_EQ(world.At("noisy").log_bytes, world.Log("noisy").size());
    EXPECT_EQ(world.At("noisy").log_sha256, base::Sha256Hex(world.Log("noisy")));
    // With room again everything goes on, and the journal has what it could not write.
    ASSERT_TRUE(os::RemoveTree(dir / "lane/logs/noisy.1.log"));
    world.dir.Write("tree/go", "");
    ASSERT_TRUE(world.Settle());
    EXPECT_EQ(world.Word("quiet"), "ok");
    EXPECT_EQ(world.Word("after"), "skipped (skipped: noisy errored)");
    const auto text = os::ReadFile(dir / "lane/journal.ndjson", 1 << 20);
    ASSERT_TRUE(text);
    const model::LaneHistory history = model::ReadLaneJournal(*text);
    EXPECT_EQ(history.attempts.at("noisy#1").reason, "disk full");
    EXPECT_EQ(history.attempts.at("quiet#1").status, NodeStatus::kOk);
    EXPECT_EQ(LaneWorld::LeftBehind(), std::vector<pid_t>());
  }
  ::umount2(dir.path().c_str(), MNT_DETACH);
}

TEST(RecipeProcess, AMaskedValueIsNotInTheLogHoweverItWasWritten) {
  LaneWorld world;
  model::ConfigureRequest request = world.Request(
      {world.Shell("a",
                   "echo \"all: $TOKEN\"; printf 'half: hun'; touch half; "
                   "while ! test -e go; do sleep 0.01; done; printf 'ter2\\n'; echo $TOKEN >&2; "
                   "printf '\\0\\377hunter'")});
  request.env.push_back("TOKEN=hunter2");
  request.masked = {"hunter2"};
  world.lane.Configure(request);
  ASSERT_TRUE(world.UntilLogHas("a", "half: "));
  ASSERT_TRUE(world.UntilExists(world.dir / "tree/half"));
  world.dir.Write("tree/go", "");
  ASSERT_TRUE(world.Settle());
  const std::string expected = std::string("all: ***\nhalf: ***\n***\n\0\377hunter", 31);
  EXPECT_EQ(world.Word("a"), "ok");
  EXPECT_EQ(world.Log("a"), expected);
  EXPECT_EQ(world.At("a").log_bytes, expected.size());
  EXPECT_EQ(world.At("a").log_sha256, base::Sha256Hex(expected));
}

TEST(RecipeProcess, NoFileOfALaneHoldsAMaskedValueAndNobodyElseReadsThem) {
  LaneWorld world;
  model::ConfigureRequest request =
      world.Request({world.Shell("a", "echo $TOKEN; exit 1"), world.Shell("b", ":", {"a"})});
  // git will name what it cannot find, in the log of the setup and as its reason.
  request.source.mode = model::SourceMode::kWorktree;
  request.source.repository = world.dir / "no-hunter2-here";
  request.source.workspace = world.dir / "workspace";
  request.source.sha = std::string(40, 'a');
  request.env.push_back("TOKEN=hunter2");
  request.masked = {"hunter2"};
  world.lane.Configure(request);
  ASSERT_TRUE(world.Settle());
  EXPECT_EQ(world.At("_ci-setup").status, NodeStatus::kFailed);
  EXPECT_NE(world.Log("_ci-setup").find("***"), std::string::npos) << world.Log("_ci-setup");
  EXPECT_NE(world.At("_ci-setup").reason.find("***"), std::string::npos);
  size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(world.folder_path)) {
    if (entry.is_regular_file()) {
      ++files;
      const auto text = os::ReadFile(entry.path(), 1 << 20);
      ASSERT_TRUE(text);
      EXPECT_EQ(text->find("hunter2"), std::string::npos) << entry.path();
    }
  }
  EXPECT_GE(files, 4U);
  const auto journal = std::filesystem::status(world.folder_path + "/journal.ndjson");
  EXPECT_EQ(journal.permissions() & std::filesystem::perms(077), std::filesystem::perms::none);
}

TEST(RecipeProcess, ALogThatExistsIsNeverOverwritten) {
  LaneWorld world;
  world.dir.Write("lane/logs/a.1.log", "of somebody else");
  ASSERT_TRUE(world.Run({world.Shell("a", "echo mine")}));
  EXPECT_EQ(world.At("a").status, NodeStatus::kErrored);
  EXPECT_EQ(world.Log("a"), "of somebody else");
}

}  // namespace
}  // namespace odu::lane
