#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "async/clock.h"
#include "e2e/remote_fixture.h"

/// Lanes on other machines while the network, this machine and the programs change under them.
namespace odu {
namespace {

using support::CliResult;
using support::Eventually;

class HostFaults : public RemoteFixture {
 protected:
  /// As a laptop whose lid closes: all that the test runs on this side stands still.
  void Stop(int signal) const {
    for (const pid_t pid : Processes()) {
      kill(pid, signal);
    }
  }
  /// Programs of this test's own, which it may change.
  void OwnPrograms() {
    const std::string folder = root_ / "programs";
    CliResult copied = support::RunCli(
        {.argv = {"sh", "-ec",
                  "mkdir \"$2\"; ln \"$1/odu\" \"$2/odu\" 2>/dev/null || cp \"$1/odu\" \"$2/odu\"; "
                  "cp \"$1/odu-runner\" \"$2/odu-runner\"",
                  "sh", ODU_BIN_DIR, folder}});
    ASSERT_EQ(copied.exit_code, 0) << copied;
    before_ = {"sh", "-c", "shift; exec '" + folder + "/odu' \"$@\"", "sh"};
  }
  /// The same runner in other bytes, as another version is.
  void ReplaceRunner() const {
    const std::string path = root_ / "programs/odu-runner";
    const std::string bytes = os::ReadFile(path, kMost).value();
    ASSERT_TRUE(os::WriteFileAtomic(path, bytes + "another version", {0755, false}));
  }
  /// When the node began, in epoch milliseconds, as status shows it; 0 = it did not.
  int64_t BeganThere(const std::string& recipe) const {
    const base::json::object status = Status();
    const auto* nodes = status.if_contains("nodes");
    for (const auto& node : nodes == nullptr ? base::json::array() : nodes->as_array()) {
      if (node.at("name").as_string() == recipe + "@" + std::string(kThere)) {
        const auto& began = node.at("started_at");
        return began.is_null() ? 0 : began.to_number<int64_t>();
      }
    }
    return 0;
  }
  /// How long the node took, in milliseconds, as status shows it; -1 = it did not end.
  int64_t TookThere(const std::string& recipe) const {
    const base::json::object status = Status();
    const auto* nodes = status.if_contains("nodes");
    for (const auto& node : nodes == nullptr ? base::json::array() : nodes->as_array()) {
      if (node.at("name").as_string() == recipe + "@" + std::string(kThere)) {
        const auto& took = node.at("duration_ms");
        return took.is_null() ? -1 : took.to_number<int64_t>();
      }
    }
    return -1;
  }
  /// How many runners lie on the host.
  static std::string RunnersOn(const hosts::TestHost& host) {
    return host.Run({"sh", "-c", "ls ~/.cache/odu/bin | grep -c '^odu-runner-'"}).stdout_text;
  }
};

TEST_F(HostFaults, ALinkThatIsOutForNinetySecondsCostsNothing) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  OneHost("ant");
  // A tenth of the time, unless all is asked for: then ssh notices when it does, and 90 s are 90 s.
  const bool all = std::getenv("ODU_ALL_FAULTS") != nullptr;
  if (!all) {
    NoticeSoon();
  }
  const std::string sha = Justfile(kCounting);
  const auto run = Start(Words());
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "line 20\n"); }));
  ant.Cut();
  ASSERT_TRUE(UntilShown("retrying"));
  // It goes on there without us, at most a hundred lines a second.
  for (int lines = 0; lines < (all ? 6000 : 500); lines += 500) {
    ASSERT_TRUE(UntilFarCount(ant, FarCount(ant) + 500));
  }
  const std::string before = LogThere(sha, "long");
  ant.Heal();
  ASSERT_TRUE(Eventually([&] { return LogThere(sha, "long").size() > before.size(); }));
  EXPECT_EQ(StatusThere("long"), "running");
  LetItEnd(ant);
  ExpectUndisturbed(ant, sha, run->Wait());
}

TEST_F(HostFaults, ALaptopSleepsWhileItsLaneGoesOnAndEnds) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  // The host notices that nobody is there, and ends the session.
  hosts::TestHost& ant =
      network.Add("ant", {.sshd_config = "ClientAliveInterval 1\nClientAliveCountMax 3\n"});
  OneHost("ant");
  NoticeSoon();
  const std::string sha = Justfile(kCounting);
  const auto run = Start(Words());
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "line 20\n"); }));
  Stop(SIGSTOP);
  ant.Cut();
  LetItEnd(ant);
  const bool ended = Eventually([&] {
    return Has(os::ReadFile(ant.root() + "/home/ci/begun", kMost).value_or(""), "after") &&
           !Has(ant.Run({"ps", "-eo", "args"}, "root").stdout_text, "sshd: ci@");
  });
  EXPECT_TRUE(ended) << ant.Run({"ps", "-eo", "args"}, "root");
  ant.Heal();
  Stop(SIGCONT);
  ExpectUndisturbed(ant, sha, run->Wait());
}

/// Stopped for longer than a sleep takes to be seen; ssh would notice its dead connection half a
/// minute later.
TEST_F(HostFaults, ACoordinatorThatStoodStillLooksAtItsLinksAtOnce) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  OneHost("ant");
  const std::string sha = Justfile(kCounting);
  const auto run = Start(Words());
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "line 20\n"); }));
  const pid_t coordinator = CoordinatorPid();
  kill(coordinator, SIGSTOP);
  // At most a hundred lines a second are counted there: 22 seconds at least.
  const int until = FarCount(ant) + 2200;
  for (int lines = FarCount(ant); lines < until; lines += 500) {
    EXPECT_TRUE(UntilFarCount(ant, std::min(lines, until)));
  }
  EXPECT_TRUE(UntilFarCount(ant, until));
  ant.ChangeClientAddress();
  kill(coordinator, SIGCONT);
  ASSERT_TRUE(UntilCaughtUp(ant, sha));
  const std::string said =
      support::RunCli(
          {.argv = {"sh", "-c", "cat \"$1\"/checkouts/*/coordinator.log", "sh", state_}})
          .stdout_text;
  EXPECT_TRUE(Has(said, "stood still; looking at the link anew")) << said;
  LetItEnd(ant);
  ExpectUndisturbed(ant, sha, run->Wait());
}

TEST_F(HostFaults, ASharedConnectionEndsWithTheRunThatOpenedIt) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  OneHost("ant");
  Justfile("[metadata(\"ci\")]\nci: one\none:\n  @echo one\n");
  const auto sessions = [&] {
    return Has(ant.Run({"ps", "-eo", "args"}, "root").stdout_text, "sshd: ci@");
  };
  // What it would otherwise do a minute later.
  const std::string said = root_ / "said";
  SshIs("/usr/bin/ssh");
  static_cast<void>(
      root_.Write("ssh_programs/ssh",
                  "#!/bin/sh\necho \"$*\" >> " + said + "\nexec /usr/bin/ssh \"$@\"\n", 0755));
  const CliResult result = Odu(Words());
  EXPECT_EQ(result.exit_code, 0) << result;
  CloseRun();
  EXPECT_TRUE(Eventually([&] {
    return Has(os::ReadFile(said, kMost).value_or(""), " -O exit -- ant");
  })) << os::ReadFile(said, kMost).value_or("");
  EXPECT_TRUE(Eventually([&] { return !sessions(); }));
}

TEST_F(HostFaults, ARunGoesOnWhenThisMachineOrTheHostGetsAnotherAddress) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  OneHost("ant");
  NoticeSoon();
  const std::string sha = Justfile(kCounting);
  const auto run = Start(Words());
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "line 20\n"); }));
  for (const bool ours : {true, false}) {
    if (ours) {
      ant.ChangeClientAddress();
    } else {
      ant.ChangeAddress();
    }
    // The old connection hangs: what is counted from now on comes over another one.
    ASSERT_TRUE(UntilCaughtUp(ant, sha));
  }
  LetItEnd(ant);
  ExpectUndisturbed(ant, sha, run->Wait());
}

TEST_F(HostFaults, PacketsThatVanishOneWayAreNoticedToo) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  OneHost("ant");
  NoticeSoon();
  const std::string sha = Justfile(kCounting);
  const auto run = Start(Words());
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "line 20\n"); }));
  for (const auto direction : {hosts::Direction::kToHost, hosts::Direction::kFromHost}) {
    ant.BlackHole(direction);
    ASSERT_TRUE(UntilShown("retrying"));
    ant.Heal();
    ASSERT_TRUE(UntilCaughtUp(ant, sha));
  }
  LetItEnd(ant);
  ExpectUndisturbed(ant, sha, run->Wait());
}

TEST_F(HostFaults, ASlowHostNeverDelaysAnother) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  network.Add("bee");
  // At this rate the runner is on its way for minutes.
  ant.Shape(50'000);
  Hosts("{\"" + Here() + "\":\"bee\",\"i686-linux\":\"ant\"}");
  const std::string sha =
      Justfile("[metadata(\"ci\")]\nci: one two\none:\n  @hostname\ntwo: one\n  @echo two\n");
  const auto run = Start(Words());
  ASSERT_TRUE(Eventually([&] { return StatusOf("two@" + Here()) == "ok"; }));
  // All that while it was visible, and on its way.
  EXPECT_EQ(StatusOf("_ci-setup@i686-linux"), "running");
  EXPECT_EQ(StatusOf("two@i686-linux"), "pending") << Odu({"status"});
  ant.Shape(0);
  const CliResult result = run->Wait();
  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_EQ(LogOf("i686-linux", sha, "one"), "ant\n");
  EXPECT_EQ(LogOf(Here(), sha, "one"), "bee\n");
}

TEST_F(HostFaults, AHostOfAnotherProcessorRunsItsLaneInItsOwnRunner) {
  SKIP_WITHOUT_HOSTS();
  if (!os::Exists(std::string(ODU_BIN_DIR) + "/odu-runner-aarch64-linux") ||
      !os::Exists("/usr/lib/binfmt.d/qemu-aarch64.conf")) {
    GTEST_SKIP() << "no odu-runner-aarch64-linux beside odu (cmake --preset aarch64-linux), or no "
                    "qemu-user (script/bootstrap --tests)";
  }
  hosts::TestNetwork network;
  hosts::TestHost& pi = network.Add("pi", {.arm = true});
  Hosts("{\"" + Here() + "\":\"localhost\",\"aarch64-linux\":\"pi\"}");
  const std::string sha = Justfile(
      "[metadata(\"ci\")]\nci: one red\none:\n  @uname -m\nred:\n  @echo red; exit 3\n"
      "after: red\n");
  const CliResult result = Odu(Words());
  EXPECT_EQ(result.exit_code, 1) << result << LogOf("aarch64-linux", sha, "_ci-setup");
  EXPECT_EQ(StatusOf("one@aarch64-linux"), "ok");
  EXPECT_EQ(StatusOf("red@aarch64-linux"), "failed");
  EXPECT_EQ(LogOf("aarch64-linux", sha, "one"), "aarch64\n");
  EXPECT_EQ(LogOf(Here(), sha, "one"), "x86_64\n");
  EXPECT_TRUE(Has(LogOf("aarch64-linux", sha, "_ci-setup"), "the host is aarch64-linux"));
  // The emulator has no subreaper: the lane says what it therefore cannot do.
  const std::string said = pi.Run({"sh", "-c", "cat ~/.cache/odu/lanes/*/*.log"}).stdout_text;
  EXPECT_TRUE(Has(said, "cannot be followed here")) << said;
  CloseRun();
}

TEST_F(HostFaults, ALaneOutlivesTheVersionItWasStartedWith) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  OneHost("ant");
  OwnPrograms();
  const std::string sha = Justfile(kCounting);
  const auto run = Start(Words());
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "line 20\n"); }));
  kill(CoordinatorPid(), SIGKILL);
  ReplaceRunner();
  // The next coordinator dials the lane through the runner that it was made with.
  const auto follower = Start({"wait", "--settle"});
  const int now = FarCount(ant);
  ASSERT_TRUE(
      Eventually([&] { return Has(LogThere(sha, "long"), "line " + std::to_string(now) + "\n"); }));
  EXPECT_EQ(RunnersOn(ant), "1\n");
  // Without it, it brings its own, which fronts the lane that is there.
  ASSERT_EQ(ant.Run({"sh", "-c", "rm ~/.cache/odu/bin/odu-runner-*"}).exit_code, 0);
  DropConnections(ant);
  const int then = FarCount(ant) + 1;
  ASSERT_TRUE(Eventually(
      [&] { return Has(LogThere(sha, "long"), "line " + std::to_string(then) + "\n"); }));
  EXPECT_EQ(RunnersOn(ant), "1\n");
  LetItEnd(ant);
  ExpectUndisturbed(ant, sha, follower->Wait());
  run->Wait();
}

TEST_F(HostFaults, AHostWhoseClockIsAnHourOffHasOursInWhatIsShown) {
  SKIP_WITHOUT_HOSTS();
  for (const std::string off : {"+3600000", "-3600000"}) {
    hosts::TestNetwork network;
    network.Add("ant");
    OneHost("ant");
    // No namespace has a wall clock of its own: every time that the lane tells is shifted instead.
    const std::string shift =
        root_.Write("shift",
                    "#!/bin/sh\n/usr/bin/ssh \"$@\" | perl -pe 'BEGIN { $| = 1 } "
                    "s/\\b(1[789]\\d{11})\\b/$1" +
                        off + "/ge if /^\\{\"/'\n");
    SshIs("sh " + shift);
    Write("clock", off);
    const std::string sha = Justfile("[metadata(\"ci\")]\nci: one\none:\n  @echo one\n");
    async::SystemClock clock;
    const int64_t before = clock.WallMs();
    const CliResult result = Odu(Words());
    EXPECT_EQ(result.exit_code, 0) << result << LogThere(sha, "_ci-setup");
    for (const char* recipe : {"_ci-setup", "one"}) {
      const int64_t began = BeganThere(recipe);
      EXPECT_GE(began, before) << recipe << " " << off;
      EXPECT_LE(began, clock.WallMs()) << recipe << " " << off;
      EXPECT_GE(TookThere(recipe), 0) << recipe << " " << off;
      EXPECT_LE(TookThere(recipe), clock.WallMs() - before) << recipe << " " << off;
    }
    CloseRun();
  }
}

TEST_F(HostFaults, ACoordinatorOfAnOlderEpochIsRefusedAndDisturbsNothing) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  OneHost("ant");
  const std::string sha = Justfile(kCounting);
  const auto run = Start(Words());
  ASSERT_TRUE(Eventually([&] { return Has(LogThere(sha, "long"), "line 20\n"); }));
  // One that slept through its successor's start: the first epoch there ever was.
  const std::string run_id = NewestRun().substr(NewestRun().rfind('/') + 1);
  const std::string frames =
      R"({"jsonrpc":"2.0","id":1,"method":"surface.hello","params":{"name":"older"}})"
      "\n"
      R"({"jsonrpc":"2.0","id":2,"method":"lane.hello","params":{"run_id":")" +
      run_id +
      R"(","epoch":0}})"
      "\n"
      R"({"jsonrpc":"2.0","id":3,"method":"lane.cancel","params":{"request_id":"x","epoch":0}})"
      "\n";
  const CliResult said = support::RunCli(
      {.argv = {"ssh", "-o", "BatchMode=yes", "ant",
                "(cat; until [ -e go ]; do sleep 0.05; done) | .cache/odu/bin/odu-runner-* --stdio "
                "--lane ~/.cache/odu/lanes/" +
                    run_id + "." + std::string(kThere) + " | { head -n 4; touch go; }"},
       .stdin_text = frames});
  EXPECT_TRUE(Has(said.stdout_text, "stale_epoch")) << said;
  ExpectUndisturbed(ant, sha, run->Wait());
}

}  // namespace
}  // namespace odu
