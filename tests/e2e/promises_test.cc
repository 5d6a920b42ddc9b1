#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "os/file_system.h"
#include "support/checkout_fixture.h"

/// What odu promises to somebody with one machine.
namespace odu {
namespace {

using support::CliResult;
using support::Eventually;
using support::Program;

class Promises : public support::CheckoutFixture {
 protected:
  std::string UntilGo(const std::string& mark = "go") const {
    return "until [ -e " + Mark(mark) + " ]; do sleep 0.02; done";
  }
  static bool Has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }
  /// How many runs this checkout has had.
  size_t Runs() const { return RunFolders().size(); }
  static size_t Lines(const std::string& text) {
    return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  }
};

// Environment.

TEST_F(Promises, AnEmptyEnvironmentBringsTheCoordinatorUpAndARunStillHasItsOwnPath) {
  Justfile("[metadata(\"ci\")]\nci: show\nshow:\n  @tool\n");
  const std::string bin = root_ / "bin";
  static_cast<void>(os::MakeDirs(bin).value());
  static_cast<void>(
      os::WriteFileAtomic(bin + "/tool", "#!/bin/sh\necho \"$WORD $CI\"\n", {0755, false}).value());
  support::CliCall bare = Call({"attach"});
  bare.environment = {"HOME=" + home_, "PATH=/usr/bin:/bin"};
  const CliResult first = support::RunCli(bare);
  EXPECT_EQ(first.exit_code, 0) << first;
  const pid_t coordinator = CoordinatorPid();
  ASSERT_NE(coordinator, 0);
  environment_ = {"PATH=" + bin + ":/usr/local/bin:/usr/bin:/bin", "WORD=mine",
                  "GITHUB_TOKEN=secret"};
  EXPECT_EQ(Run().exit_code, 0);
  EXPECT_EQ(CoordinatorPid(), coordinator);
  EXPECT_EQ(Odu({"logs", "show"}), (CliResult{0, "mine true\n", ""}));
}

TEST_F(Promises, CredentialsOfTheCallerDoNotReachRecipes) {
  Justfile("[metadata(\"ci\")]\nci: show\nshow:\n  @env\n");
  environment_ = {"GITHUB_TOKEN=hunter2", "CLAUDE_X=hunter2", "GH_TOKEN=hunter2", "KEPT=yes"};
  EXPECT_EQ(Run().exit_code, 0);
  const CliResult logs = Odu({"logs", "show"});
  EXPECT_FALSE(Has(logs.stdout_text, "hunter2"));
  EXPECT_TRUE(Has(logs.stdout_text, "KEPT=yes\n"));
  EXPECT_TRUE(Has(logs.stdout_text, "ODU_NODE=show@" + Here() + "\n")) << logs;
}

TEST_F(Promises, ARerunOfAClosedRunHasTheEnvironmentOfWhoAskedForIt) {
  Justfile("[metadata(\"ci\")]\nci: show\nshow:\n  @echo \"$WORD\"\n");
  environment_ = {"WORD=first"};
  EXPECT_EQ(Run().exit_code, 0);
  EXPECT_EQ(Odu({"serve", "--stop"}).exit_code, 0);
  environment_ = {"WORD=second"};
  const CliResult again = Odu({"rerun", "show"});
  EXPECT_EQ(again.exit_code, 0) << again;
  EXPECT_TRUE(Has(again.stdout_text, "#1 is closed; started run ")) << again;
  const CliResult waited = Odu({"wait", "--settle"});
  EXPECT_EQ(waited.exit_code, 0) << waited;
  EXPECT_EQ(Odu({"logs", "show"}), (CliResult{0, "second\n", ""}));
}

TEST_F(Promises, WhatStaysBehindHoldsNothingThatTheCallerHadOpen) {
  Justfile("[metadata(\"ci\")]\nci: a\na:\n  @exit 3\n");
  support::CliCall call = Call({});
  std::string words;
  for (const std::string& word : RunWords()) {
    words += " " + word;
  }
  // The red run stays open, and so do its coordinator and its lane.
  call.argv = {"/bin/sh", "-c",
               "exec 9>" + Mark("lock") + "; flock 9; " + Call({}).argv[0] + words + "; exit $?"};
  const CliResult said = support::RunCli(call);
  EXPECT_EQ(said.exit_code, 1) << said;
  ASSERT_NE(CoordinatorPid(), 0);
  ASSERT_NE(LanePid(), 0);
  call.argv = {"flock", "--nonblock", Mark("lock"), "true"};
  EXPECT_EQ(support::RunCli(call).exit_code, 0) << "somebody still holds the caller's lock";
}

// One coordinator, one live run.

TEST_F(Promises, FacesThatStartAtOnceEndWithOneCoordinator) {
  Justfile("[metadata(\"ci\")]\nci: a\na:\n  @echo a\n");
  std::vector<std::unique_ptr<Program>> faces;
  for (int i = 0; i < 6; ++i) {
    faces.push_back(Start({"attach"}));
  }
  for (const auto& face : faces) {
    const CliResult said = face->Wait();
    EXPECT_EQ(said.exit_code, 0) << said;
  }
  size_t coordinators = 0;
  for (const pid_t pid : Processes()) {
    const auto line = os::ReadFile("/proc/" + std::to_string(pid) + "/cmdline", 10000);
    coordinators += line && Has(*line, "serve") ? 1 : 0;
  }
  EXPECT_EQ(coordinators, 1U);
}

TEST_F(Promises, ASecondRunIsRefusedByName) {
  const std::string sha = Justfile("[metadata(\"ci\")]\nci: a\na:\n  @" + UntilGo() + "\n");
  const auto first = Start(RunWords());
  ASSERT_TRUE(UntilNode("a", "running"));
  const CliResult second = Run();
  EXPECT_EQ(second.exit_code, 3);
  EXPECT_EQ(second.stdout_text, "");
  EXPECT_EQ(second.stderr_text, "odu: run: run " + sha.substr(0, 7) +
                                    "#1 is in progress (1 of 2 nodes done)\n  attach with 'odu "
                                    "attach', or replace it with --supersede\n");
  PutMark("go");
  EXPECT_EQ(first->Wait().exit_code, 0);
  EXPECT_EQ(Runs(), 1U);
}

TEST_F(Promises, SupersedeCancelsTheRunBefore) {
  Justfile("[metadata(\"ci\")]\nci: a\na:\n  @if [ ! -e " + Mark("go") + " ]; then touch " +
           Mark("sleeps") + "; sleep 1000; fi\n");
  const auto first = Start(RunWords());
  ASSERT_TRUE(UntilMark("sleeps"));
  PutMark("go");
  const CliResult second = Run({"--supersede"});
  EXPECT_EQ(second.exit_code, 0) << second;
  const CliResult said = first->Wait();
  EXPECT_EQ(said.exit_code, 1) << said;
  EXPECT_TRUE(Has(said.stderr_text, "CANCELLED")) << said;
  EXPECT_EQ(Runs(), 2U);
}

TEST_F(Promises, QueueWaitsForItsTurn) {
  Justfile("[metadata(\"ci\")]\nci: a\na:\n  @echo x >> " + Mark("witness") + "; " + UntilGo() +
           "\n");
  const auto first = Start(RunWords());
  ASSERT_TRUE(UntilNode("a", "running"));
  const auto second = Start(RunWords({"--queue"}));
  ASSERT_TRUE(Eventually([&] { return Has(second->Err(), "waiting"); }));
  EXPECT_EQ(ReadMark("witness"), "x\n");
  PutMark("go");
  EXPECT_EQ(first->Wait().exit_code, 0);
  EXPECT_EQ(second->Wait().exit_code, 0);
  EXPECT_EQ(ReadMark("witness"), "x\nx\n");
  EXPECT_EQ(Runs(), 2U);
}

// Rerun and cancel.

TEST_F(Promises, ARedNodeRunsAgainInItsOpenRun) {
  const std::string sha = Justfile(
      "[metadata(\"ci\")]\nci: after beside\nred:\n  @echo x >> " + Mark("red") + "; test -e " +
      Mark("go") + "\nafter: red\n  @echo after\nbeside:\n  @echo x >> " + Mark("beside") + "\n");
  const CliResult first = Run();
  EXPECT_EQ(first.exit_code, 1) << first;
  EXPECT_EQ(StatusOfNode("after"), "skipped");
  EXPECT_EQ(ReasonOfNode("after"), "skipped: red failed");
  PutMark("go");
  const CliResult again = Odu({"rerun", "red"});
  EXPECT_EQ(again.exit_code, 0) << again;
  EXPECT_TRUE(Has(again.stdout_text, "red@" + Here()) && Has(again.stdout_text, "after@"));
  const CliResult waited = Odu({"wait", "--settle"});
  EXPECT_EQ(waited.exit_code, 0) << waited;
  EXPECT_EQ(StatusOfNode("after"), "ok");
  EXPECT_EQ(ReadMark("red"), "x\nx\n");
  EXPECT_EQ(ReadMark("beside"), "x\n");
  EXPECT_EQ(Runs(), 1U);
  EXPECT_EQ(os::ReadFile(CiLog(sha, "after"), 100).value(), "after\n");
}

TEST_F(Promises, AClosedGreenRunIsRunAgainAsALinkedOne) {
  const std::string sha = Justfile("[metadata(\"ci\")]\nci: a b\na:\n  @echo x >> " + Mark("a") +
                                   "\nb:\n  @echo x >> " + Mark("b") + "\n");
  EXPECT_EQ(Run().exit_code, 0);
  const CliResult again = Odu({"rerun", "a"});
  EXPECT_EQ(again.exit_code, 0) << again;
  EXPECT_TRUE(Has(again.stdout_text, sha.substr(0, 7) + "#2")) << again;
  const CliResult waited = Odu({"wait", "--settle"});
  EXPECT_EQ(waited.exit_code, 0) << waited;
  EXPECT_EQ(ReadMark("a"), "x\nx\n");
  EXPECT_EQ(ReadMark("b"), "x\n");
  EXPECT_EQ(Runs(), 2U);
}

TEST_F(Promises, ANodeALaneAndARunAreCancelledEachAlone) {
  Justfile("[metadata(\"ci\")]\nci: after beside\nlong:\n  @touch " + Mark("long") +
           "; sleep 1000\nafter: long\n  @echo after\nbeside:\n  @" + UntilGo() + "\n");
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"cancel", "long"}, {"cancel", "@" + Here()}, {"cancel"}}) {
    const auto run = Start(RunWords());
    ASSERT_TRUE(UntilNode("long", "running"));
    ASSERT_TRUE(UntilNode("beside", "running"));
    const CliResult cancelled = Odu(words);
    EXPECT_EQ(cancelled.exit_code, 0) << cancelled;
    EXPECT_EQ(cancelled.stderr_text, "");
    if (words.size() == 2 && words[1] == "long") {
      ASSERT_TRUE(UntilNode("long", "cancelled"));
      EXPECT_EQ(StatusOfNode("beside"), "running");
      PutMark("go");
    }
    const CliResult said = run->Wait();
    EXPECT_EQ(said.exit_code, 1) << said;
    EXPECT_EQ(StatusOfNode("long"), "cancelled");
    EXPECT_EQ(StatusOfNode("beside"), words.size() == 2 && words[1] == "long" ? "ok" : "cancelled");
    EXPECT_EQ(RecipeProcesses(), std::vector<pid_t>());
    unlink(Mark("go").c_str());
  }
}

TEST_F(Promises, CtrlCOnceCancelsTheRunPolitely) {
  Justfile(
      "set shell := [\"bash\", \"-c\"]\n[metadata(\"ci\")]\nci: long\nlong:\n  @trap 'echo told; "
      "exit 9' TERM; touch " +
      Mark("ready") + "; while :; do sleep 0.02; done\n");
  const auto run = Start(RunWords());
  ASSERT_TRUE(UntilMark("ready"));
  run->Signal(SIGINT);
  const CliResult said = run->Wait();
  EXPECT_EQ(said.exit_code, 130) << said;
  EXPECT_TRUE(Has(said.stderr_text, "ci run summary")) << said;
  EXPECT_EQ(StatusOfNode("long"), "cancelled");
  EXPECT_TRUE(Has(Odu({"logs", "long"}).stdout_text, "told\n"));
  EXPECT_EQ(RecipeProcesses(), std::vector<pid_t>());
}

TEST_F(Promises, CtrlCTwiceEndsWhatDoesNotListen) {
  environment_ = {"ODU_TIME_SCALE=1"};  // a grace of ten seconds
  Justfile("set shell := [\"bash\", \"-c\"]\n[metadata(\"ci\")]\nci: deaf\ndeaf:\n  @trap 'touch " +
           Mark("told") + "' TERM INT; touch " + Mark("ready") +
           "; while :; do sleep 0.02; done\n");
  const auto run = Start(RunWords());
  ASSERT_TRUE(UntilMark("ready"));
  run->Signal(SIGINT);
  ASSERT_TRUE(UntilMark("told"));
  run->Signal(SIGINT);
  const CliResult said = run->Wait();
  EXPECT_EQ(said.exit_code, 130) << said;
  EXPECT_TRUE(Eventually([&] { return RecipeProcesses().empty(); }));
  EXPECT_TRUE(UntilNode("deaf", "cancelled"));
}

// What recipes leave.

TEST_F(Promises, ProcessesThatEscapeEndWithTheirNode) {
  Justfile(
      "[metadata(\"ci\")]\nci: last\nescape:\n"
      "  @setsid sleep 1001 & nohup sleep 1002 > /dev/null 2>&1 & (setsid sh -c 'sleep 1003 & "
      "sleep "
      "1004' &) ; (env -u ODU_ATTEMPT_ID setsid sleep 1005 &); echo escaped\n"
      "last: escape\n  @echo last; ps -eo args > " +
      Mark("ps") + "\n");
  const CliResult said = Run();
  EXPECT_EQ(said.exit_code, 0) << said;
  EXPECT_EQ(Odu({"logs", "escape"}).stdout_text, "escaped\n");
  const std::string ps = ReadMark("ps");
  for (const std::string seconds : {"1001", "1002", "1003", "1004", "1005"}) {
    EXPECT_FALSE(Has(ps, "sleep " + seconds + "\n")) << ps;
  }
  EXPECT_EQ(RecipeProcesses(), std::vector<pid_t>());
}

TEST_F(Promises, ABackgroundProcessThatHoldsTheOutputDoesNotHoldTheNode) {
  Justfile("[metadata(\"ci\")]\nci: a\na:\n  @sleep 1000 & echo done\n");
  const CliResult said = Run();
  EXPECT_EQ(said.exit_code, 0) << said;
  EXPECT_EQ(Odu({"logs", "a"}), (CliResult{0, "done\n", ""}));
  EXPECT_EQ(RecipeProcesses(), std::vector<pid_t>());
}

// What a verdict says.

TEST_F(Promises, AVerdictNamesItsCommitAndItsScope) {
  const std::string sha = Justfile("[metadata(\"ci\")]\nci: a b\na:\n  @echo a\nb:\n  @echo b\n");
  const CliResult said = Run({"a"});
  EXPECT_EQ(said.exit_code, 0);
  EXPECT_TRUE(Has(said.stderr_text, "── ci run summary @ " + sha.substr(0, 7))) << said;
  const auto runs = Odu({"runs", "-o", "json"});
  EXPECT_TRUE(Has(runs.stdout_text, "\"selectors\":[\"a\"]")) << runs;
  EXPECT_TRUE(Has(runs.stdout_text, "\"sha\":\"" + sha + "\"")) << runs;
  EXPECT_TRUE(Has(said.stderr_text, "2 ok · 0 failed · 0 errored · 0 skipped — OK · a\n")) << said;
}

}  // namespace
}  // namespace odu
