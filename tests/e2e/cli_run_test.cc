#include <map>

#include "base/json.h"
#include "cli_fixture.h"

/// Runs from start to verdict through all three processes.
namespace odu {
namespace {

using support::CliResult;

class CliRun : public CliTest {
 protected:
  /// A recipe that waits until the file `go` is there, saying that it began.
  static constexpr std::string_view kGated =
      "[metadata(\"ci\")]\nci: first gated\n\nfirst:\n  @echo first\n\n"
      "gated: first\n  @echo began; while [ ! -e \"$ODU_TEST_GO\" ]; do sleep 0.05; done\n";

  CliRun() { extra_.push_back("ODU_TEST_GO=" + go()); }
  std::string go() const { return home_ / "go"; }
  void LetGo() const { home_.Write("go", ""); }
};

TEST_F(CliRun, AGreenRunInAPipe) {
  Justfile(
      "[metadata(\"ci\")]\nci: test\n\ntest: build\n  @echo tested\n\nbuild:\n  @echo built\n");
  const CliResult result = Run();
  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_EQ(Normal(result.stdout_text),
            "odu · ci @ SHA7 · run SHA7#1 · HERE=localhost (hosts: (no hosts file))\n"
            "▶ running _ci-setup@HERE\n"
            "✔ ok      _ci-setup@HERE TIME\n"
            "▶ running build@HERE\n"
            "✔ ok      build@HERE TIME\n"
            "▶ running test@HERE\n"
            "✔ ok      test@HERE TIME\n");
  EXPECT_TRUE(Normal(result.stderr_text).starts_with("── ci run summary @ SHA7 ──\n"));
  EXPECT_TRUE(result.stderr_text.ends_with("3 ok · 0 failed · 0 errored · 0 skipped — OK\n"))
      << result;
  EXPECT_EQ(os::ReadFile(Log("build"), 100).value(), "built\n");
}

TEST_F(CliRun, EveryKindOfNode) {
  Justfile(
      "[metadata(\"ci\")]\nci: ok failing skipped noisy escaping killed\n\n"
      "ok:\n  @echo fine\n\n"
      "failing:\n  @echo 'about to fail'; exit 3\n\n"
      "skipped: failing\n  @echo never\n\n"
      "noisy:\n  @head -c 3000000 /dev/zero; printf '\\377\\n'\n\n"
      "escaping:\n  @setsid sleep 1000 & echo 'left something behind'\n\n"
      "killed:\n  @kill -9 $$\n");
  const CliResult result = Run({"--progress", "json"});
  EXPECT_EQ(result.exit_code, 1) << result;
  std::map<std::string, std::string> last;
  std::map<std::string, int> lines;
  for (const std::string_view line : base::Split(result.stdout_text, '\n')) {
    if (line.empty()) {
      continue;
    }
    const auto json = base::ParseJson(line, "line");
    ASSERT_TRUE(json.has_value()) << line;
    const std::string recipe(json->at("recipe").as_string());
    last[recipe] = json->at("status").as_string();
    ++lines[recipe];
  }
  EXPECT_EQ(last["ok"], "success");
  EXPECT_EQ(last["failing"], "failed");
  EXPECT_EQ(last["skipped"], "skipped");
  EXPECT_EQ(last["noisy"], "success");
  EXPECT_EQ(last["escaping"], "success");
  EXPECT_EQ(last["killed"], "failed");
  EXPECT_FALSE(last.contains("ci"));
  EXPECT_EQ(lines["ok"], 2);
  EXPECT_EQ(lines["skipped"], 1);
  EXPECT_NE(result.stderr_text.find("│ about to fail"), std::string::npos) << result.stderr_text;

  // Every byte is in the log, and a pipe gets them as they are.
  const CliResult log = Odu({"logs", "noisy"});
  EXPECT_EQ(log.exit_code, 0);
  EXPECT_EQ(log.stdout_text, std::string(3'000'000, '\0') + "\xff\n");
  EXPECT_EQ(Odu({"logs", "noisy", "--offset", "-2"}).stdout_text, "\xff\n");
  EXPECT_EQ(Odu({"logs", "skipped"}).stdout_text, "[odu] skipped: failing failed\n");
}

TEST_F(CliRun, JsonTwoFramesTheRun) {
  Justfile("[metadata(\"ci\")]\nci:\n  @true\n");
  const CliResult result = Run({"--progress", "json=2"});
  EXPECT_EQ(result.exit_code, 0) << result;
  const auto lines = base::Split(result.stdout_text, '\n');
  ASSERT_EQ(lines.size(), 7U) << result;
  EXPECT_TRUE(lines.front().starts_with("{\"run\":\"" + Sha7() + "#1\",\"run_id\":\""));
  EXPECT_TRUE(lines[5].starts_with("{\"verdict\":\"passed\",")) << lines[5];
}

TEST_F(CliRun, DetachedWaitedForFollowedAndListed) {
  Justfile(kGated);
  const CliResult started = Run({"--detach"});
  EXPECT_EQ(started.exit_code, 0) << started;
  EXPECT_EQ(started.stdout_text, Sha7() + "#1\n");
  // After a second of it, work that nobody sees is spoken of.
  EXPECT_TRUE(started.stderr_text.empty() || started.stderr_text == "[odu] preparing the run\n")
      << started;
  EXPECT_EQ(Odu({"wait", "--timeout", "0"}).exit_code, 4);
  Background logs = Start({"logs", "-f", "gated"}, "logs");
  Background attached = Start({"attach"}, "attach");
  ASSERT_TRUE(logs.UntilOut("began\n"));
  ASSERT_TRUE(attached.UntilOut("running  gated@" + Here()));
  const CliResult status = Odu({"status"});
  EXPECT_NE(status.stdout_text.find("▶ running  gated@"), std::string::npos) << status;
  const CliResult second = Run();
  EXPECT_EQ(second.exit_code, 3) << second;
  EXPECT_NE(second.stderr_text.find(Sha7() + "#1"), std::string::npos) << second;
  EXPECT_NE(second.stderr_text.find("odu attach"), std::string::npos) << second;
  Background waiting = Start({"wait", "--settle"}, "wait");
  LetGo();
  EXPECT_EQ(waiting.Wait(), 0) << waiting.Out() << waiting.Err();
  EXPECT_EQ(logs.Wait(), 0) << logs.Err();
  EXPECT_EQ(logs.Out(), "began\n");
  EXPECT_EQ(attached.Wait(), 0) << attached.Err();
  EXPECT_TRUE(attached.Out().ends_with("ok       gated@" + Here() + "\n")) << attached.Out();
  const CliResult runs = Odu({"runs"});
  EXPECT_TRUE(runs.stdout_text.starts_with(Sha7() + "#1  passed")) << runs;
}

TEST_F(CliRun, SupersedeTakesTheRunsPlace) {
  Justfile(kGated);
  Background first = Start(RunWords(), "first");
  ASSERT_TRUE(first.UntilOut("running gated@"));
  LetGo();
  // The one that is replaced may settle by itself meanwhile; then it was green.
  const CliResult second = Run({"--supersede"});
  EXPECT_EQ(second.exit_code, 0) << second;
  const int code = first.Wait();
  EXPECT_TRUE(code == 0 || code == 1) << code << first.Err();
}

TEST_F(CliRun, RerunGivesARedNodeAnotherAttempt) {
  Justfile(
      "[metadata(\"ci\")]\nci: flaky after\n\n"
      "flaky:\n  @echo attempt $ODU_ATTEMPT; [ \"$ODU_ATTEMPT\" -gt 1 ]\n\n"
      "after: flaky\n  @echo after\n");
  EXPECT_EQ(Run().exit_code, 1);
  const CliResult rerun = Odu({"rerun", "flaky"});
  EXPECT_EQ(rerun.exit_code, 0) << rerun;
  EXPECT_NE(rerun.stdout_text.find("after@" + Here()), std::string::npos) << rerun;
  const CliResult wait = Odu({"wait", "--settle"});
  EXPECT_EQ(wait.exit_code, 0) << wait;
  EXPECT_EQ(Odu({"logs", "flaky", "--attempt", "1"}).stdout_text.substr(0, 10), "attempt 1\n");
  EXPECT_EQ(Odu({"logs", "flaky"}).stdout_text, "attempt 2\n");
}

TEST_F(CliRun, AnInterruptCancelsAndSaysSo) {
  Justfile("[metadata(\"ci\")]\nci: long\n\nlong:\n  @echo began; sleep 98765 & wait\n");
  Background run = Start(RunWords(), "run");
  ASSERT_TRUE(run.UntilOut("running long@"));
  run.Signal(SIGINT);
  EXPECT_EQ(run.Wait(), 130) << run.Err();
  EXPECT_NE(run.Err().find("cancelling run " + Sha7() + "#1"), std::string::npos) << run.Err();
  EXPECT_NE(run.Err().find("— CANCELLED"), std::string::npos) << run.Err();
  EXPECT_TRUE(ProcessesWith("98765").empty());
}

TEST_F(CliRun, ASecondInterruptEndsWhatIgnoresTheFirst) {
  Justfile(
      "[metadata(\"ci\")]\nci: stubborn\n\n"
      "stubborn:\n  @trap '' TERM INT; echo began; while :; do sleep 0.1; done\n");
  Background run = Start(RunWords(), "run");
  ASSERT_TRUE(run.UntilOut("running stubborn@"));
  run.Signal(SIGINT);
  ASSERT_TRUE(Until([&] { return run.Err().find("cancelling run") != std::string::npos; }));
  run.Signal(SIGINT);
  EXPECT_EQ(run.Wait(), 130) << run.Err();
  EXPECT_NE(run.Err().find("at once"), std::string::npos) << run.Err();
}

TEST_F(CliRun, AHungUpTerminalLeavesTheRunRunning) {
  Justfile(kGated);
  Background run = Start(RunWords(), "run");
  ASSERT_TRUE(run.UntilOut("running gated@"));
  run.Signal(SIGHUP);
  EXPECT_EQ(run.Wait(), 129);
  Background killed = Start({"attach"}, "attach");
  ASSERT_TRUE(killed.UntilOut("running  gated@"));
  killed.Signal(SIGKILL);
  killed.Wait();
  LetGo();
  EXPECT_EQ(Odu({"wait", "--settle"}).exit_code, 0);
}

TEST_F(CliRun, ACoordinatorThatDiesCostsNothing) {
  Justfile(kGated);
  Background run = Start(RunWords(), "run");
  ASSERT_TRUE(run.UntilOut("running gated@"));
  const CliResult status = Odu({"status", "-o", "json"});
  const auto json = base::ParseJson(status.stdout_text, "status");
  ASSERT_TRUE(json.has_value()) << status;
  const auto pid = static_cast<pid_t>(json->at("coordinator").at("pid").as_int64());
  ASSERT_EQ(kill(pid, SIGKILL), 0);
  LetGo();
  EXPECT_EQ(run.Wait(), 0) << run.Out() << run.Err();
  for (const char* line :
       {"▶ running first@", "✔ ok      first@", "▶ running gated@", "✔ ok      gated@"}) {
    const size_t found = run.Out().find(line);
    EXPECT_NE(found, std::string::npos) << line << run.Out();
    EXPECT_EQ(run.Out().find(line, found + 1), std::string::npos) << run.Out();
  }
}

TEST_F(CliRun, ARecipeThatCleansTheTreeHasNotChangedIt) {
  Justfile("[metadata(\"ci\")]\nci: clean last\nclean:\n  git clean -fdxq\nlast: clean\n  true\n");
  const auto result = Run({"--no-strict"});
  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_EQ(result.stderr_text.find("the work tree changed"), std::string::npos) << result;
}

}  // namespace
}  // namespace odu
