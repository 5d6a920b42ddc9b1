#include <gtest/gtest.h>

#include <csignal>

#include "base/json.h"
#include "e2e/cli_fixture.h"

// The promises of the coordinator as a process: it may die, be stopped, be cut off or lose its
// checkout, and nobody is told anything that is not so.
namespace odu {
namespace {

class CoordinatorProcess : public CliTest {
 protected:
  std::string Status() const { return Odu({"status", "-o", "json"}).stdout_text; }

  pid_t Pid() const {
    const auto json = base::ParseJson(Status(), "status");
    const auto* status = json ? json->if_object() : nullptr;
    const auto* self = status ? status->if_contains("coordinator") : nullptr;
    if (self == nullptr || !self->is_object()) {
      return 0;
    }
    return static_cast<pid_t>(self->as_object().at("pid").to_number<int64_t>());
  }

  std::string Witness() const {
    return os::ReadFile(home_ / "witness", size_t{1} << 20).value_or("");
  }

  /// `first` waits for `go`; each node leaves its name once for each time that it ran.
  void WitnessedPipeline() {
    Justfile("[metadata(\"ci\")]\nci: third\nfirst:\n    @echo first >> " + (home_ / "witness") +
             "; while ! test -e " + (home_ / "go") +
             "; do sleep 0.05; done\nsecond: first\n    @echo second >> " + (home_ / "witness") +
             "\nthird: second\n    @echo third >> " + (home_ / "witness") + "\n");
  }
  void Go() const { home_.Write("go", ""); }
};

TEST_F(CoordinatorProcess, KilledInTheMiddleNothingRunsTwice) {
  WitnessedPipeline();
  ASSERT_EQ(Run({"--detach"}).exit_code, 0);
  ASSERT_TRUE(Until([&] { return Witness() == "first\n"; }));
  const pid_t before = Pid();
  ASSERT_GT(before, 0);
  ASSERT_EQ(kill(before, SIGKILL), 0);
  Background waiting = Start({"attach", "-o", "json"}, "attach");
  ASSERT_TRUE(waiting.UntilOut("first"));
  EXPECT_NE(Pid(), before);
  Go();
  EXPECT_EQ(waiting.Wait(), 0);
  EXPECT_EQ(Witness(), "first\nsecond\nthird\n");
}

TEST_F(CoordinatorProcess, WhatFinishedWhileNoneLivedIsFinished) {
  WitnessedPipeline();
  ASSERT_EQ(Run({"--detach"}).exit_code, 0);
  ASSERT_TRUE(Until([&] { return Witness() == "first\n"; }));
  ASSERT_EQ(kill(Pid(), SIGKILL), 0);
  Go();
  ASSERT_TRUE(Until([&] { return Witness() == "first\nsecond\nthird\n"; }));
  const auto waited = Odu({"attach", "-o", "json"});
  EXPECT_EQ(waited.exit_code, 0) << waited;
  EXPECT_EQ(Witness(), "first\nsecond\nthird\n");
  const auto runs = Odu({"runs"});
  EXPECT_NE(runs.stdout_text.find("passed"), std::string::npos) << runs;
}

TEST_F(CoordinatorProcess, StoppedInTheMiddleTheNextOneGoesOn) {
  WitnessedPipeline();
  ASSERT_EQ(Run({"--detach"}).exit_code, 0);
  ASSERT_TRUE(Until([&] { return Witness() == "first\n"; }));
  const auto stopped = Odu({"serve", "--stop"});
  EXPECT_EQ(stopped.exit_code, 0);
  EXPECT_NE(stopped.stderr_text.find("; its lanes run on\n"), std::string::npos) << stopped;
  Go();
  const auto waited = Odu({"attach", "-o", "json"});
  EXPECT_EQ(waited.exit_code, 0) << waited;
  EXPECT_EQ(Witness(), "first\nsecond\nthird\n");
}

TEST_F(CoordinatorProcess, ServeSaysWhoServesAndHowToEndIt) {
  Justfile("[metadata(\"ci\")]\nci:\n    @true\n");
  const auto first = Odu({"serve"});
  const std::string who = "a coordinator (pid " + std::to_string(Pid()) + ") serves";
  EXPECT_EQ(first, (support::CliResult{
                       0, "", who + " '" + repo_.path() + "'; 'odu serve --stop' ends it\n"}));
  EXPECT_EQ(Odu({"serve"}), (support::CliResult{0, "",
                                                who + " '" + repo_.path() +
                                                    "' already; 'odu serve --stop' ends "
                                                    "it\n"}));
  EXPECT_EQ(Odu({"serve", "--foreground"}),
            (support::CliResult{3, "",
                                "odu: serve: " + who +
                                    " this checkout already\n  'odu serve --stop' ends it; its "
                                    "lanes run on, and the next one adopts them\n"}));
}

TEST_F(CoordinatorProcess, StoppedWithoutARunItSpeaksOfNoLanes) {
  Justfile("[metadata(\"ci\")]\nci:\n    @true\n");
  ASSERT_EQ(Odu({"serve"}).exit_code, 0);
  const auto stopped = Odu({"serve", "--stop"});
  EXPECT_EQ(stopped.exit_code, 0) << stopped;
  EXPECT_EQ(stopped.stderr_text.find("lanes"), std::string::npos) << stopped;
}

TEST_F(CoordinatorProcess, ItsClosedRunIsWaitedForAfterItsDeath) {
  Justfile("[metadata(\"ci\")]\nci:\n    @true\n");
  ASSERT_EQ(Run({"--detach"}).exit_code, 0);
  const auto live = Odu({"wait", "--settle"});
  EXPECT_EQ(live.exit_code, 0) << live;
  ASSERT_TRUE(Until([&] {
    return Odu({"runs", "-o", "json"}).stdout_text.find("\"verdict\":\"passed\"") !=
           std::string::npos;
  }));
  const auto closed = [this] {
    const auto runs = os::ListDir(state_.path() + "/runs");
    return runs && !runs->empty() &&
           os::Exists(state_.path() + "/runs/" + runs->front().name + "/summary.json");
  };
  ASSERT_TRUE(Until(closed));
  ASSERT_EQ(kill(Pid(), SIGKILL), 0);
  // The same words, from the run's folder alone.
  EXPECT_EQ(Odu({"wait"}), live);
  EXPECT_EQ(Odu({"wait", "--settle", "--timeout", "1"}), live);
  const auto moved = Odu({"wait", "--expected-sha", "0000000"});
  EXPECT_EQ(moved.exit_code, 2) << moved;
  EXPECT_NE(moved.stdout_text.find("checkout_moved"), std::string::npos) << moved;
}

TEST_F(CoordinatorProcess, AStoppedOneIsNamedWithItsPid) {
  Justfile("[metadata(\"ci\")]\nci:\n    @true\n");
  ASSERT_EQ(Odu({"serve"}).exit_code, 0);
  const pid_t pid = Pid();
  ASSERT_GT(pid, 0);
  ASSERT_EQ(kill(pid, SIGSTOP), 0);
  const auto run = Run();
  EXPECT_EQ(run.exit_code, 3) << run;
  EXPECT_NE(run.stderr_text.find(std::to_string(pid)), std::string::npos) << run;
  ASSERT_EQ(kill(pid, SIGCONT), 0);
  EXPECT_EQ(Run().exit_code, 0);
}

TEST_F(CoordinatorProcess, AClientThatReadsNothingCostsTheRunNothing) {
  Justfile("[metadata(\"ci\")]\nci: noisy\nnoisy:\n    @while ! test -e " + (home_ / "go") +
           "; do sleep 0.05; done; head -c 20000000 /dev/zero | tr '\\0' 'x'\n");
  Background run = Start(RunWords(), "run");
  ASSERT_TRUE(run.UntilOut("running noisy"));
  Background stopped = Start({"logs", "-f", "noisy"}, "logs");
  stopped.Signal(SIGSTOP);
  Go();
  EXPECT_EQ(run.Wait(), 0);
  stopped.Signal(SIGCONT);
  EXPECT_EQ(stopped.Wait(), 0);
  EXPECT_EQ(stopped.Out().size(), 20'000'000);
}

TEST_F(CoordinatorProcess, ManyStartersMakeOne) {
  Justfile("[metadata(\"ci\")]\nci:\n    @true\n");
  std::vector<std::unique_ptr<Background>> starters;
  for (int i = 0; i < 8; ++i) {
    starters.push_back(std::make_unique<Background>(home_, "serve" + std::to_string(i),
                                                    std::vector<std::string>{kOdu, "serve"},
                                                    repo_.path(), Environment()));
  }
  for (const auto& starter : starters) {
    EXPECT_EQ(starter->Wait(), 0) << starter->Err();
  }
  const pid_t pid = Pid();
  ASSERT_GT(pid, 0);
  int serving = 0;
  for (const pid_t other : ProcessesWith("odu")) {
    const bool ours = os::EnvironmentValueOf(other, "ODU_STATE_DIR") == state_.path();
    serving += ours ? 1 : 0;
  }
  EXPECT_EQ(serving, 1);
}

TEST_F(CoordinatorProcess, LeavesOnceNobodyNeedsIt) {
  extra_ = {"ODU_TIME_SCALE=3600"};  // thirty minutes become half a second
  Justfile("[metadata(\"ci\")]\nci:\n    @true\n");
  ASSERT_EQ(Odu({"serve"}).exit_code, 0);
  const auto socket = repo_.path() + "/.ci/odu.sock";
  EXPECT_TRUE(Until([&] { return !os::Exists(socket); }));
}

TEST_F(CoordinatorProcess, GoesWithItsCheckoutAndEndsWhatRanThere) {
  const std::string mark = "sleep 54321.";
  Justfile("[metadata(\"ci\")]\nci:\n    @exec " + mark + std::to_string(getpid()) + "\n");
  ASSERT_EQ(Run({"--detach", "--no-strict"}).exit_code, 0);
  const std::string sleeper = "54321." + std::to_string(getpid());
  ASSERT_TRUE(Until([&] { return !ProcessesWith(sleeper).empty(); }));
  const pid_t pid = Pid();
  const auto self = os::IdentityOf(pid);
  ASSERT_TRUE(self);
  ASSERT_TRUE(os::RemoveTree(repo_.path()));
  EXPECT_TRUE(Until([&] { return !os::IsAlive(*self); }));
  EXPECT_TRUE(Until([&] { return ProcessesWith(sleeper).empty(); }));
}

}  // namespace
}  // namespace odu
