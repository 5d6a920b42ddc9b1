#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "os/file_system.h"
#include "support/checkout_fixture.h"

/// Recipes that work against the lane that runs them, and readers that go away.
namespace odu {
namespace {

using support::CliResult;
using support::Eventually;
using support::Program;

class HostileRecipe : public support::CheckoutFixture {
 protected:
  std::string Node(const std::string& body, const std::string& more = "") const {
    return Justfile("set shell := [\"bash\", \"-c\"]\n[metadata(\"ci\")]\nci: node\n" + more +
                    "node:\n" + body);
  }
  static bool Has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }
};

TEST_F(HostileRecipe, OneThatKillsItsLaneIsErrored) {
  // Its parent is just, whose parent is the lane.
  Node("  @echo before; kill -9 $(awk '{print $4}' /proc/$PPID/stat); sleep 1000\n");
  const CliResult said = Run();
  EXPECT_EQ(said.exit_code, 1) << said;
  EXPECT_EQ(StatusOfNode("node"), "errored");
  EXPECT_EQ(ReasonOfNode("node"), "lane died");
  EXPECT_TRUE(RecipeProcesses().empty());
  EXPECT_TRUE(Odu({"logs", "node"}).stdout_text.starts_with("before\n"));
}

TEST_F(HostileRecipe, OneThatRemovesItsOwnTreeIsJudgedByItsExitCode) {
  Node("  @rm -rf \"$PWD\"; echo gone\n");
  const CliResult said = Run();
  EXPECT_EQ(said.exit_code, 0) << said;
  EXPECT_EQ(Odu({"logs", "node"}).stdout_text, "gone\n");
}

TEST_F(HostileRecipe, OneThatRemovesItsLogLeavesAVerdict) {
  Node("  @rm -rf \"$HOME\"/.local/state/odu/runs/*/lanes/*/logs; echo gone; exit 5\n");
  const CliResult said = Run();
  EXPECT_EQ(said.exit_code, 1) << said;
  EXPECT_NE(StatusOfNode("node"), "ok");
  EXPECT_EQ(Odu({"status"}).exit_code, 0);
}

TEST_F(HostileRecipe, OneThatReadsItsInputMeetsItsEnd) {
  Node("  @cat; read -r line || echo end\n");
  EXPECT_EQ(Run().exit_code, 0);
  EXPECT_EQ(Odu({"logs", "node"}), (CliResult{0, "end\n", ""}));
}

TEST_F(HostileRecipe, OneThatRunsOduInPlaceIsRefusedLikeEverybody) {
  Node("  @" + std::string(ODU_BIN_DIR) + "/odu run --no-strict --host " + Here() +
       "=localhost; echo \"exit $?\"\n");
  const CliResult said = Run({"--no-strict"});
  EXPECT_EQ(said.exit_code, 0) << said;
  const std::string log = Odu({"logs", "node"}).stdout_text;
  EXPECT_TRUE(Has(log, "is in progress (1 of 2 nodes done)")) << log;
  EXPECT_TRUE(log.ends_with("exit 3\n")) << log;
  EXPECT_EQ(RunFolders().size(), 1U);
}

TEST_F(HostileRecipe, OneThatCancelsItsOwnRunIsCancelled) {
  Node("  @cd " + repo() + " && " + std::string(ODU_BIN_DIR) + "/odu cancel; sleep 1000\n");
  const CliResult said = Run();
  EXPECT_EQ(said.exit_code, 1) << said;
  EXPECT_TRUE(Has(said.stderr_text, "CANCELLED")) << said;
  EXPECT_TRUE(RecipeProcesses().empty());
}

TEST_F(HostileRecipe, OneThatStopsItselfIsCancelledAllTheSame) {
  Node("  @touch " + Mark("stops") + "; kill -STOP $$; echo never\n");
  const auto run = Start(RunWords());
  ASSERT_TRUE(UntilMark("stops"));
  EXPECT_EQ(Odu({"cancel"}).exit_code, 0);
  EXPECT_EQ(run->Wait().exit_code, 1);
  EXPECT_TRUE(RecipeProcesses().empty());
}

TEST_F(HostileRecipe, OneThatIgnoresEveryRequestToEndIsKilled) {
  Node("  @trap '' TERM INT HUP; touch " + Mark("deaf") +
       "; while :; do (trap '' TERM; sleep 0.1); done\n");
  const auto run = Start(RunWords());
  ASSERT_TRUE(UntilMark("deaf"));
  EXPECT_EQ(Odu({"cancel", "node"}).exit_code, 0);
  const CliResult said = run->Wait();
  EXPECT_EQ(said.exit_code, 1) << said;
  EXPECT_EQ(StatusOfNode("node"), "cancelled");
  EXPECT_TRUE(RecipeProcesses().empty());
}

TEST_F(HostileRecipe, OneThatDestroysTheRepositorysLocksStillEnds) {
  Node(
      "  @touch .git/index.lock 2> /dev/null || touch \"$(git rev-parse --git-dir)/index.lock\"; "
      "chmod -w .; mkdir -p x/y; touch x/y/z; chmod -w x/y x\n");
  const CliResult said = Run();
  EXPECT_EQ(said.exit_code, 0) << said;
}

TEST_F(HostileRecipe, ALaneThatIsTerminatedSaysSo) {
  Node("  @touch " + Mark("runs") + "; sleep 1000\n");
  const auto run = Start(RunWords());
  ASSERT_TRUE(UntilMark("runs"));
  kill(LanePid(), SIGTERM);
  const CliResult said = run->Wait();
  EXPECT_NE(said.exit_code, 0) << said;
  EXPECT_NE(said.exit_code, 130) << said;
  EXPECT_TRUE(StatusOfNode("node") == "errored" || StatusOfNode("node") == "cancelled");
  EXPECT_TRUE(RecipeProcesses().empty());
}

TEST_F(HostileRecipe, ACoordinatorThatIsTerminatedLeavesTheRunToTheNext) {
  Node("  @echo x >> " + Mark("witness") + "; until [ -e " + Mark("go") +
       " ]; do sleep 0.02; done\n");
  const auto run = Start(RunWords());
  ASSERT_TRUE(Eventually([&] { return ReadMark("witness") == "x\n"; }));
  EXPECT_EQ(Odu({"serve", "--restart"}).exit_code, 0);
  EXPECT_EQ(StatusOfNode("node"), "running");
  kill(CoordinatorPid(), SIGTERM);
  PutMark("go");
  const CliResult said = run->Wait();
  EXPECT_EQ(said.exit_code, 0) << said;
  EXPECT_EQ(ReadMark("witness"), "x\n");
}

TEST_F(HostileRecipe, AReaderThatGoesAwayLeavesTheRunAlone) {
  Node("  @echo x >> " + Mark("witness") + "; until [ -e " + Mark("go") +
       " ]; do sleep 0.02; done; seq 100000\n");
  support::CliCall call = Call({});
  std::string words;
  for (const std::string& word : RunWords()) {
    words += " '" + word + "'";
  }
  call.argv = {"bash", "-c", std::string(ODU_BIN_DIR) + "/odu" + words + " | head -n 1"};
  const CliResult head = support::RunCli(call);
  EXPECT_EQ(head.exit_code, 0) << head;
  EXPECT_TRUE(head.stdout_text.starts_with("odu · ci @ ")) << head;
  ASSERT_TRUE(UntilNode("node", "running"));
  PutMark("go");
  EXPECT_EQ(Odu({"wait", "--settle"}).exit_code, 0);
  EXPECT_EQ(ReadMark("witness"), "x\n");
  call.argv = {"bash", "-c", std::string(ODU_BIN_DIR) + "/odu logs node | head -n 1"};
  EXPECT_EQ(support::RunCli(call), (CliResult{0, "1\n", ""}));
}

TEST_F(HostileRecipe, AFullOutputIsAnErrorAndNotAVerdict) {
  Node("  @seq 10\n");
  EXPECT_EQ(Run().exit_code, 0);
  support::CliCall call = Call({});
  for (const std::string words : {"logs node", "status -o json", "runs", "dump"}) {
    call.argv = {"bash", "-c", std::string(ODU_BIN_DIR) + "/odu " + words + " > /dev/full"};
    const CliResult said = support::RunCli(call);
    EXPECT_NE(said.exit_code, 0) << words << said;
    EXPECT_TRUE(Has(said.stderr_text, "No space left")) << words << said;
  }
}

}  // namespace
}  // namespace odu
