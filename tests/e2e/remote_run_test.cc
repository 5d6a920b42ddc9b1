#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <string>

#include "hosts/test_network.h"
#include "os/file_system.h"
#include "support/checkout_fixture.h"

/// Lanes on other machines: behind a pipe, and behind real sshd on machines of their own.
namespace odu {
namespace {

using support::CliResult;
using support::Eventually;
using support::Program;

constexpr size_t kMost = size_t{64} << 20;

/// This machine's other platform: the same programs run there.
constexpr std::string_view kThere = "i686-linux";

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

class RemoteRun : public support::CheckoutFixture {
 protected:
  /// Writes the hosts file: platforms and their hosts as JSON.
  void Hosts(const std::string& json) {
    const std::string path = root_.Write("hosts.json", json);
    environment_.push_back("ODU_HOSTS=" + path);
  }
  /// A shell of this machine with a home of its own, as a host.
  std::string PipeHost(const std::string& more = "") const {
    const std::string far_home = root_ / "far";
    EXPECT_TRUE(os::MakeDirs(far_home, 0700));
    return R"({"command":["env","-i","HOME=)" + far_home +
           R"(","SHELL=/bin/sh","PATH=/usr/local/bin:/usr/bin:/bin"])" + more + "}";
  }
  CliResult RunThere(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"run", "--no-post"};
    words.insert(words.end(), more.begin(), more.end());
    return Odu(words);
  }
  std::string LogThere(const std::string& sha, const std::string& recipe) const {
    return os::ReadFile(repo() + "/.ci/" + sha.substr(0, 7) + "/" + std::string(kThere) + "/" +
                            recipe + ".log",
                        kMost)
        .value_or("(none)");
  }
  std::string Summary(const CliResult& result) const { return result.stderr_text; }
  std::string StatusThere(std::string_view recipe) const {
    const base::json::object status = Status();
    const auto* nodes = status.if_contains("nodes");
    if (nodes == nullptr || !nodes->is_array()) {
      return "";
    }
    for (const auto& node : nodes->get_array()) {
      if (node.at("name").as_string() == std::string(recipe) + "@" + std::string(kThere)) {
        return std::string(node.at("status").as_string());
      }
    }
    return "";
  }
  /// Ends what a red run left open, on every machine.
  void CloseRun() const { static_cast<void>(Odu({"serve", "--stop"})); }
};

TEST_F(RemoteRun, ARunOfTwoLanesHereAndBehindAPipe) {
  Hosts("{\"" + Here() + "\":\"localhost\",\"" + std::string(kThere) + "\":" + PipeHost() + "}");
  const std::string sha = Justfile(
      "[metadata(\"ci\")]\nci: build test\nbuild:\n  @echo built\n"
      "test: build\n  @git rev-parse HEAD; echo home $HOME\n");
  const CliResult result = RunThere();
  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_TRUE(Has(result.stderr_text, "6 ok")) << result;
  EXPECT_EQ(LogThere(sha, "test"), sha + "\nhome " + (root_ / "far") + "\n");
  EXPECT_EQ(LogThere(sha, "build"), "built\n");
  const std::string story = LogThere(sha, "_ci-setup");
  EXPECT_TRUE(Has(story, "[host:env -i")) << story;
}

TEST_F(RemoteRun, ALaneBehindAPipeEndsWithItsPipe) {
  Hosts("{\"" + std::string(kThere) + "\":" + PipeHost() + "}");
  Justfile("[metadata(\"ci\")]\nci: long after\nlong:\n  @touch " + Mark("begun") +
           "; sleep 600\nafter: long\n  @echo never\n");
  const auto run = Start({"run", "--no-post"});
  ASSERT_TRUE(UntilMark("begun"));
  // The front is what the pipe leads to.
  ASSERT_TRUE(Eventually([&] {
    for (const pid_t pid : Processes()) {
      const auto line = os::ReadFile("/proc/" + std::to_string(pid) + "/cmdline", kMost);
      if (line && Has(*line, "--stdio")) {
        kill(pid, SIGKILL);
        return true;
      }
    }
    return false;
  }));
  const CliResult result = run->Wait();
  EXPECT_EQ(result.exit_code, 1) << result;
  EXPECT_TRUE(Has(Odu({"status"}).stdout_text, "link")) << Odu({"status"});
  // What is still there is dialled once more, and sent away: the lane itself, too.
  EXPECT_TRUE(Eventually([&] {
    return std::ranges::none_of(Processes(), [](pid_t pid) {
      const auto line = os::ReadFile("/proc/" + std::to_string(pid) + "/cmdline", kMost);
      return line && Has(*line, "--stdio");
    });
  }));
  EXPECT_TRUE(RecipeProcesses().empty());
  CloseRun();
}

TEST_F(RemoteRun, ASnapshotOfADirtyTreeIsWhatOthersRun) {
  Hosts("{\"" + std::string(kThere) + "\":" + PipeHost() + "}");
  Write("data", "committed\n");
  const std::string sha = Justfile("[metadata(\"ci\")]\nci: show\nshow:\n  @cat data new\n");
  Write("data", "changed\n");
  Write("new", "untracked\n");
  const std::string before = Git({"status", "--porcelain"}).stdout_text;
  const CliResult refused = RunThere();
  EXPECT_EQ(refused.exit_code, 2) << refused;
  const CliResult result = RunThere({"--no-strict"});
  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_EQ(LogThere(sha, "show"), "changed\nuntracked\n");
  EXPECT_EQ(Git({"status", "--porcelain"}).stdout_text, before);
  const CliResult in_place = RunThere({"--no-snapshot"});
  EXPECT_EQ(in_place.exit_code, 2) << in_place;
  EXPECT_TRUE(Has(in_place.stderr_text, "--no-snapshot runs in this work tree")) << in_place;
}

TEST_F(RemoteRun, SubmodulesComeFromTheCheckoutAsTheCommitNamesThem) {
  Hosts("{\"" + std::string(kThere) + "\":" + PipeHost() + "}");
  const std::string outer = repo();
  const auto add = [&](const std::string& library, const std::string& at) {
    return Git(
        {"-c", "protocol.file.allow=always", "submodule", "--quiet", "add", root_ / library, at});
  };
  UseRepository(root_ / "inner");
  Write("deep", "in it\n");
  Commit();
  UseRepository(root_ / "library");
  Write("input", "pinned\n");
  add("inner", "inner");
  Commit();
  UseRepository(outer);
  add("library", "lib");
  Git({"-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init",
       "--recursive"});
  const std::string sha = Justfile(
      "[metadata(\"ci\")]\nci: build\nbuild:\n  @cat lib/input lib/inner/deep; git -C lib log "
      "-1 --format=%s\n");
  // What the commit names counts, not what stands there now.
  Write("lib/input", "changed\n");
  Git({"-C", "lib", "commit", "-qam", "later"});
  Git({"-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--recursive"});
  for (int round = 0; round < 2; ++round) {
    const CliResult result = RunThere();
    EXPECT_EQ(result.exit_code, 0) << result << LogThere(sha, "_ci-setup");
    const std::string log = LogThere(sha, "build");
    EXPECT_TRUE(log.starts_with("pinned\nin it\n")) << log << LogThere(sha, "_ci-setup");
  }
  // The second found them there.
  EXPECT_FALSE(Has(LogThere(sha, "_ci-setup"), "received")) << LogThere(sha, "_ci-setup");
}

TEST_F(RemoteRun, AHostThatIsNoneIsARedSetupAndHoldsNobodyUp) {
  environment_.emplace_back("ODU_TIME_SCALE=900");
  Hosts("{\"" + Here() + "\":\"localhost\",\"" + std::string(kThere) +
        R"(":{"command":["/bin/false"]}})");
  const std::string sha = Justfile("[metadata(\"ci\")]\nci: build\nbuild:\n  @echo built\n");
  const CliResult result = RunThere();
  EXPECT_EQ(result.exit_code, 1) << result;
  EXPECT_EQ(os::ReadFile(CiLog(sha, "build"), kMost).value_or("(none)"), "built\n");
  EXPECT_EQ(StatusThere("_ci-setup"), "errored");
  EXPECT_EQ(StatusThere("build"), "skipped");
  EXPECT_TRUE(Has(LogThere(sha, "build"), "skipped: _ci-setup errored")) << LogThere(sha, "build");
  EXPECT_FALSE(Has(LogThere(sha, "_ci-setup"), "(none)"));
  CloseRun();
}

TEST_F(RemoteRun, AHostOfAnotherSystemIsARedSetupThatNamesBoth) {
  static_cast<void>(root_.Write("bin/uname", "#!/bin/sh\necho Linux aarch64\n", 0755));
  static_cast<void>(root_.Write("far/.profile", "PATH=" + (root_ / "bin") + ":$PATH\n"));
  Hosts("{\"" + std::string(kThere) + "\":" + PipeHost() + "}");
  const std::string sha = Justfile("[metadata(\"ci\")]\nci: build\nbuild:\n  @echo built\n");
  const CliResult result = RunThere();
  EXPECT_EQ(result.exit_code, 1) << result;
  EXPECT_EQ(StatusThere("_ci-setup"), "errored");
  EXPECT_EQ(StatusThere("build"), "skipped");
  const std::string log = LogThere(sha, "_ci-setup");
  EXPECT_TRUE(Has(log, "is aarch64-linux, the lane is i686-linux")) << log;
  EXPECT_TRUE(Has(log, "name it as the host of aarch64-linux")) << log;
  const CliResult checked = Odu({"hosts", "--check", "-o", "json"});
  EXPECT_EQ(checked.exit_code, 3) << checked;
  EXPECT_TRUE(Has(checked.stdout_text, "wrong_system")) << checked;
  CloseRun();
}

TEST_F(RemoteRun, ARunCanBeCancelledWhileItsHostDoesNotAnswer) {
  Hosts("{\"" + std::string(kThere) + R"(":{"command":["sleep","600"]}})");
  Justfile("[metadata(\"ci\")]\nci: build\nbuild:\n  @echo built\n");
  const auto run = Start({"run", "--no-post"});
  ASSERT_TRUE(Eventually([&] { return StatusThere("_ci-setup") == "running"; }));
  EXPECT_EQ(Odu({"cancel"}).exit_code, 0);
  EXPECT_EQ(run->Wait().exit_code, 1);
  EXPECT_EQ(StatusThere("build"), "cancelled");
}

TEST_F(RemoteRun, ALaneThatAnotherCoordinatorHasTakenIsARedSetupThatSaysWhatToDo) {
  // The first that speaks to the lane is cut off after one frame, and has to wait then.
  const std::string far = root_ / "far";
  const std::string reach = root_.Write(
      "reach", "#!/bin/sh\nset -- env -i HOME=" + far +
                   " ODU_TIME_SCALE=300 SHELL=/bin/sh PATH=/usr/local/bin:/usr/bin:/bin \"$@\"\n"
                   "for lane in " +
                   far +
                   "/.cache/odu/lanes/*/lane.sock; do\n  if [ -e \"$lane\" ]; then\n"
                   "    until [ -e " +
                   Mark("open") + " ]; do sleep 0.05; done\n    exec \"$@\"\n  fi\ndone\nexec " +
                   std::string(ODU_TEST_BIN_DIR) + "/fault_pipe --cut-frame-up 1 -- \"$@\"\n");
  ASSERT_TRUE(os::MakeDirs(far, 0700));
  Hosts("{\"" + std::string(kThere) + "\":{\"command\":[\"sh\",\"" + reach +
        "\"],\"durable\":true}}");
  const std::string sha = Justfile("[metadata(\"ci\")]\nci: one\none:\n  @echo one\n");
  const auto run = Start({"run", "--no-post"});
  const auto lanes = [&] {
    return os::ListDir(far + "/.cache/odu/lanes").value_or(std::vector<os::DirEntry>());
  };
  ASSERT_TRUE(Eventually([&] {
    return !lanes().empty() &&
           os::Exists(far + "/.cache/odu/lanes/" + lanes().front().name + "/lane.sock");
  }));
  const std::string lane = lanes().front().name;
  const std::string run_id = lane.substr(0, lane.find('.'));
  const CliResult taken = support::RunCli(
      {.argv = {"sh", "-c",
                "(cat; until [ -e " + Mark("taken") + " ]; do sleep 0.05; done) | " + far +
                    "/.cache/odu/bin/odu-runner-* --stdio "
                    "--lane " +
                    far + "/.cache/odu/lanes/" + lane + " | { head -n 3; touch " + Mark("taken") +
                    "; }"},
       .stdin_text =
           R"({"jsonrpc":"2.0","id":1,"method":"surface.hello","params":{"name":"other"}})"
           "\n"
           R"({"jsonrpc":"2.0","id":2,"method":"lane.hello","params":{"run_id":")" +
           run_id + R"(","epoch":99}})" + "\n"});
  ASSERT_TRUE(Has(taken.stdout_text, "\"epoch\":99")) << taken;
  PutMark("open");
  const CliResult result = run->Wait();
  EXPECT_EQ(result.exit_code, 1) << result;
  const std::string story = LogThere(sha, "_ci-setup");
  EXPECT_TRUE(Has(story, "another coordinator has taken it over (epoch 99, this one has 1)"))
      << story;
  EXPECT_TRUE(Has(story, "give each machine its own ODU_STATE_DIR")) << story;
  EXPECT_EQ(StatusThere("_ci-setup"), "errored");
  EXPECT_EQ(StatusThere("one"), "skipped");
  CloseRun();
}

TEST_F(RemoteRun, OverSshAnUnpushedCommitComesAsABundle) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant", {.without = {"just"}});
  Hosts("{\"" + Here() + "\":\"localhost\",\"" + std::string(kThere) + "\":\"ant\"}");
  Write("file", std::string(200'000, 'x'));
  const std::string first =
      Justfile("[metadata(\"ci\")]\nci: show\nshow:\n  @git rev-parse HEAD; hostname\n");
  EXPECT_EQ(RunThere().exit_code, 0);
  EXPECT_EQ(LogThere(first, "show"), first + "\nant\n");
  // The second time nothing but the new commit travels.
  Write("other", "more\n");
  const std::string second = Commit();
  const uint64_t before = ant.BytesSentTo();
  const CliResult result = RunThere();
  EXPECT_EQ(result.exit_code, 0) << result << LogThere(second, "_ci-setup");
  EXPECT_EQ(LogThere(second, "show"), second + "\nant\n");
  EXPECT_LT(ant.BytesSentTo() - before, 200'000U);
}

TEST_F(RemoteRun, ALinkThatIsCutInTheMiddleOfALogCostsNothing) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  Hosts("{\"" + std::string(kThere) + "\":\"ant\"}");
  const std::string sha = Justfile(
      "[metadata(\"ci\")]\nci: long\nlong:\n"
      "  @echo begun >> ~/begun; for i in $(seq 1 20000); do echo line $i; "
      "if [ $i = 10000 ]; then until [ -e ~/go ]; do sleep 0.02; done; fi; done\n");
  const auto run = Start({"run", "--no-post"});
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "line 9999\n"); }));
  ant.StopSshd(true);
  static_cast<void>(ant.Run({"touch", "/home/ci/go"}));
  ASSERT_TRUE(Eventually([&] {
    return Has(Odu({"status"}).stdout_text, "retrying") ||
           Has(Odu({"status", "-o", "json"}).stdout_text, "retrying");
  }));
  ant.StartSshd();
  const CliResult result = run->Wait();
  EXPECT_EQ(result.exit_code, 0) << result;
  std::string whole;
  for (int i = 1; i <= 20000; ++i) {
    whole += "line " + std::to_string(i) + "\n";
  }
  EXPECT_EQ(LogThere(sha, "long"), whole);
  EXPECT_EQ(ant.Run({"cat", "/home/ci/begun"}).stdout_text, "begun\n");
}

TEST_F(RemoteRun, ACoordinatorThatIsKilledIsFollowedByOneThatAdoptsTheLane) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  Hosts("{\"" + std::string(kThere) + "\":\"ant\"}");
  const std::string sha = Justfile(
      "[metadata(\"ci\")]\nci: long\nlong:\n"
      "  @echo begun >> ~/begun; echo first; until [ -e ~/go ]; do sleep 0.02; done; echo last\n");
  const auto run = Start({"run", "--no-post"});
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "first\n"); }));
  kill(CoordinatorPid(), SIGKILL);
  static_cast<void>(ant.Run({"touch", "/home/ci/go"}));
  const CliResult result = Odu({"wait", "--settle"});
  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_EQ(LogThere(sha, "long"), "first\nlast\n");
  EXPECT_EQ(ant.Run({"cat", "/home/ci/begun"}).stdout_text, "begun\n");
  run->Wait();
}

TEST_F(RemoteRun, AHostThatDiesTakesItsNodesWithItHonestly) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  Hosts("{\"" + std::string(kThere) + "\":\"ant\"}");
  const std::string sha =
      Justfile("[metadata(\"ci\")]\nci: long\nlong:\n  @echo first; sleep 600\n");
  const auto run = Start({"run", "--no-post"});
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "first\n"); }));
  ant.StopSshd(true);
  ant.Reboot();
  const CliResult result = run->Wait();
  EXPECT_EQ(result.exit_code, 1) << result;
  EXPECT_EQ(StatusThere("long"), "errored");
  EXPECT_TRUE(Has(LogThere(sha, "long"), "first\n")) << LogThere(sha, "long");
  CloseRun();
}

TEST_F(RemoteRun, ACancelOfALaneOutOfTouchIsKeptAndCarriedOutWhenItAnswers) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  Hosts("{\"" + std::string(kThere) + "\":\"ant\"}");
  const std::string sha = Justfile(
      "[metadata(\"ci\")]\nci: long short\nlong:\n  @echo first; sleep 600\n"
      "short:\n  @until [ -e ~/go ]; do sleep 0.02; done\n");
  const auto run = Start({"run", "--no-post"});
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "first\n"); }));
  ant.StopSshd(true);
  ASSERT_TRUE(Eventually([&] { return Has(Odu({"status"}).stdout_text, "retrying"); }));
  // One node: nothing is decided before the lane has been told, whoever is asked.
  const CliResult cancelled = Odu({"cancel", "long"});
  EXPECT_EQ(cancelled.exit_code, 0) << cancelled;
  EXPECT_TRUE(Has(cancelled.stdout_text, "long@i686-linux")) << cancelled;
  EXPECT_TRUE(Has(Odu({"status"}).stdout_text, "cancelled when it answers")) << Odu({"status"});
  EXPECT_EQ(StatusThere("long"), "running");
  kill(CoordinatorPid(), SIGKILL);
  ASSERT_TRUE(Eventually([&] {
    return Has(Odu({"status"}).stdout_text, "cancelled when it answers");
  })) << Odu({"status"});
  ant.StartSshd();
  ASSERT_TRUE(Eventually([&] { return StatusThere("long") == "cancelled"; })) << Odu({"status"});
  static_cast<void>(ant.Run({"touch", "/home/ci/go"}));
  EXPECT_EQ(Odu({"wait", "--settle"}).exit_code, 1);
  EXPECT_EQ(StatusThere("short"), "ok");
  EXPECT_FALSE(Has(Odu({"status"}).stdout_text, "when it answers")) << Odu({"status"});
  run->Wait();
  CloseRun();
}

TEST_F(RemoteRun, ACancelledRunSettlesWithoutALaneThatIsOutOfTouchAndSendsItAwayLater) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  Hosts("{\"" + std::string(kThere) + "\":\"ant\"}");
  const std::string sha = Justfile(
      "[metadata(\"ci\")]\nci: quick long after\nquick:\n  @echo quick\n"
      "long: quick\n  @echo first; sleep 600\nafter: long\n  @echo never\n");
  const auto run = Start({"run", "--no-post"});
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "first\n"); }));
  ASSERT_TRUE(Eventually([&] { return StatusThere("quick") == "ok"; }));
  ant.StopSshd(true);
  ASSERT_TRUE(Eventually([&] { return Has(Odu({"status"}).stdout_text, "retrying"); }));
  EXPECT_EQ(Odu({"cancel"}).exit_code, 0);
  EXPECT_EQ(run->Wait().exit_code, 1);
  const CliResult status = Odu({"status", "-o", "json"});
  EXPECT_EQ(StatusThere("quick"), "ok") << status;
  EXPECT_EQ(StatusThere("long"), "cancelled") << status;
  EXPECT_EQ(StatusThere("after"), "cancelled") << status;
  // The run is over, and its lane is told all the same.
  ant.StartSshd();
  EXPECT_TRUE(Eventually(
      [&] { return !Has(ant.Run({"ps", "-eo", "args"}, "root").stdout_text, "sleep 600"); }));
}

TEST_F(RemoteRun, ALaneThatIsOutOfTouchForTooLongIsLostAndGoesWhenItAnswers) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  Hosts("{\"" + std::string(kThere) + "\":\"ant\"}");
  const std::string sha =
      Justfile("[metadata(\"ci\")]\nci: long\nlong:\n  @echo first; sleep 600\n");
  // The time scale makes twelve seconds of it, enough for the first contact.
  const auto run = Start({"run", "--no-post", "--lane-lost-after", "240"});
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "first\n"); }));
  ant.StopSshd(true);
  const CliResult result = run->Wait();
  EXPECT_EQ(result.exit_code, 1) << result;
  EXPECT_TRUE(Has(Odu({"status"}).stdout_text, "unreachable")) << Odu({"status"});
  ant.StartSshd();
  EXPECT_TRUE(Eventually(
      [&] { return !Has(ant.Run({"ps", "-eo", "args"}, "root").stdout_text, "sleep 600"); }));
  CloseRun();
}

}  // namespace
}  // namespace odu
