#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <string>
#include <vector>

#include "base/sha256.h"
#include "e2e/lane_program.h"
#include "os/child.h"
#include "os/environment.h"
#include "os/file_system.h"
#include "os/process.h"
#include "os/unix_socket.h"
#include "support/cli.h"
#include "support/temp_dir.h"
#include "transport/stdio_link.h"

namespace odu {
namespace {

TEST_F(LaneProgram, RunsAPlanStreamsItsLogsAndEndsWhenReleased) {
  Start();
  Caller caller(loop_, folder_.socket(), 1);
  ASSERT_TRUE(caller.greeted);
  EXPECT_EQ(caller.greeted->phase, model::LanePhase::kIdle);
  ASSERT_TRUE(caller.Call(
      Contract::kConfigure,
      Request({Shell("build", "echo built; printf '\\377\\000'"),
               Shell("test", "echo bad; exit 3", {"build"}), Shell("ship", ":", {"test"})})));
  ASSERT_TRUE(caller.Settled());
  EXPECT_EQ(caller.attempts.at("build#1").status, NodeStatus::kOk);
  EXPECT_EQ(caller.attempts.at("test#1").reason, "exit 3");
  EXPECT_EQ(caller.attempts.at("ship#1").reason, "skipped: test failed");
  EXPECT_EQ(caller.Log("build#1"), std::string("built\n\377\0", 8));
  EXPECT_EQ(caller.attempts.at("build#1").log_sha256, base::Sha256Hex(caller.Log("build#1")));
  EXPECT_EQ(dir_.Read("lane/logs/test.1.log"), "bad\n");
  ASSERT_TRUE(caller.Release());
  ASSERT_TRUE(UntilFree());
  EXPECT_EQ(History().ended->why, "released");
  EXPECT_FALSE(os::Exists(folder_.socket()));
}

TEST_F(LaneProgram, GoesOnWithoutItsCallerAndTheNextOneCatchesUp) {
  Start();
  {
    Caller caller(loop_, folder_.socket(), 1);
    ASSERT_TRUE(caller.Call(
        Contract::kConfigure,
        Request({Shell("a", "echo run >> witness; while ! test -e go; do sleep 0.01; done"),
                 Shell("b", "echo b", {"a"})})));
    ASSERT_TRUE(caller.Until("a#1", NodeStatus::kRunning));
  }
  dir_.Write("go", "");
  Caller next(loop_, folder_.socket(), 2);
  EXPECT_TRUE(next.Call(Contract::kConfigure,
                        Request({Shell("a",
                                       "echo run >> witness; while ! test -e go; do sleep "
                                       "0.01; done"),
                                 Shell("b", "echo b", {"a"})},
                                2))
                  ->already);
  ASSERT_TRUE(next.Settled());
  EXPECT_EQ(next.attempts.at("b#1").status, NodeStatus::kOk);
  EXPECT_EQ(dir_.Read("witness"), "run\n");
}

TEST_F(LaneProgram, RefusesAnOwnerWhoseEpochIsOver) {
  Start();
  Caller old(loop_, folder_.socket(), 1);
  Caller current(loop_, folder_.socket(), 2);
  ASSERT_TRUE(current.greeted);
  const auto refused = old.Call(Contract::kConfigure, Request({Shell("a", "touch ran")}, 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), "stale_epoch");
  Caller late(loop_, folder_.socket(), 1);
  EXPECT_EQ(late.greeted.error().code(), "stale_epoch");
  EXPECT_FALSE(os::Exists(dir_ / "ran"));
}

TEST_F(LaneProgram, StartedTwiceIsTheSameLane) {
  Start();
  const int64_t pid = Header().pid;
  Start();
  EXPECT_EQ(Header().pid, pid);
}

TEST_F(LaneProgram, ManyStartersMakeOneLane) {
  std::vector<std::string> argv{kRunner, "--lane", folder_.path()};
  std::vector<pid_t> starters;
  const auto environment = os::Environment::Current().entries();
  for (int i = 0; i < 8; ++i) {
    os::SpawnSpec spec;
    spec.argv = argv;
    spec.environment = environment;
    starters.push_back(os::Spawn(spec).value());
  }
  for (const pid_t starter : starters) {
    EXPECT_EQ(os::WaitForChild(starter).value(), os::WaitStatus(os::Exited{0}));
  }
  Caller caller(loop_, folder_.socket(), 1);
  EXPECT_EQ(caller.greeted->pid, Header().pid);
}

TEST_F(LaneProgram, KilledItLeavesItsLockFreeAndWhoComesNextTellsTheTruthAndCleansUp) {
  Start();
  {
    Caller caller(loop_, folder_.socket(), 1);
    ASSERT_TRUE(caller.Call(Contract::kConfigure,
                            Request({Shell("done", "echo done"),
                                     Shell("cut",
                                           "echo $$ > pid.new; mv pid.new pid; echo half; "
                                           "exec sleep 1000"),
                                     Shell("never", ":", {"cut"})})));
    ASSERT_TRUE(caller.Until("done#1", NodeStatus::kOk));
    ASSERT_TRUE(UntilExists(dir_ / "pid"));
    ASSERT_EQ(::kill(static_cast<pid_t>(Header().pid), SIGKILL), 0);
  }
  ASSERT_TRUE(UntilFree());
  const pid_t orphan = static_cast<pid_t>(std::stol(dir_.Read("pid")));
  EXPECT_EQ(::kill(orphan, 0), 0);
  Start();
  Caller next(loop_, folder_.socket(), 2);
  EXPECT_EQ(next.greeted->phase, model::LanePhase::kSettled);
  ASSERT_TRUE(next.Until("cut#1", NodeStatus::kErrored));
  EXPECT_EQ(next.attempts.at("done#1").status, NodeStatus::kOk);
  EXPECT_EQ(next.attempts.at("cut#1").reason, "lane died");
  EXPECT_EQ(next.Log("done#1"), "done\n");
  EXPECT_TRUE(UntilGone(orphan));
  model::LaneNodesRequest rerun;
  rerun.request_id = "1";
  rerun.epoch = 2;
  EXPECT_EQ(next.Call(Contract::kRerun, rerun).error().code(), "lane_ended");
}

TEST_F(LaneProgram, ToldToTerminateItEndsItsNodesWritesItDownAndGoes) {
  Start();
  Caller caller(loop_, folder_.socket(), 1);
  ASSERT_TRUE(caller.Call(Contract::kConfigure,
                          Request({Shell("a", "echo up; sleep 1000"), Shell("b", ":", {"a"})})));
  ASSERT_TRUE(caller.Until("a#1", NodeStatus::kRunning));
  ASSERT_EQ(::kill(static_cast<pid_t>(Header().pid), SIGTERM), 0);
  ASSERT_TRUE(UntilFree());
  EXPECT_EQ(History().attempts.at("a#1").status, NodeStatus::kCancelled);
  EXPECT_EQ(History().attempts.at("b#1").status, NodeStatus::kCancelled);
  EXPECT_EQ(History().ended->why, "terminated");
}

TEST_F(LaneProgram, AClosedTerminalIsNoReasonToEnd) {
  Start();
  const auto lane = static_cast<pid_t>(Header().pid);
  ASSERT_EQ(::kill(lane, SIGHUP), 0);
  Caller caller(loop_, folder_.socket(), 1);
  EXPECT_TRUE(caller.greeted);
  // It has no terminal and is in nobody's session.
  EXPECT_EQ(::getsid(lane), os::StatusOfProcess(lane)->group);
  EXPECT_NE(::getsid(lane), ::getsid(0));
}

TEST_F(LaneProgram, ACallerThatReadsNothingStopsNobody) {
  Start();
  auto stopped = os::ConnectTo(folder_.socket());
  ASSERT_TRUE(stopped);
  ASSERT_TRUE(os::WriteAll(
      stopped->get(),
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"surface.hello\",\"params\":{\"contract\":{"
      "\"name\":\"lane\",\"major\":1,\"minor\":0}}}\n"
      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"surface.subscribe\",\"params\":{\"member\":"
      "\"attempts\",\"input\":{}}}\n"));
  Caller caller(loop_, folder_.socket(), 1);
  ASSERT_TRUE(
      caller.Call(Contract::kConfigure,
                  Request({Shell("noisy", "head -c 20000000 /dev/zero"), Shell("b", ":")})));
  ASSERT_TRUE(caller.Until("noisy#1", NodeStatus::kRunning));
  ASSERT_TRUE(os::WriteAll(stopped->get(),
                           "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"surface.subscribe\","
                           "\"params\":{\"member\":\"attemptLog\",\"input\":{\"attempt\":"
                           "\"noisy#1\",\"offset\":0}}}\n"));
  ASSERT_TRUE(caller.Settled());
  EXPECT_EQ(caller.attempts.at("noisy#1").log_bytes, 20'000'000U);
}

TEST_F(LaneProgram, ASettledLaneThatNobodyWantsGoesAndIsReadAgainLater) {
  // A minute is a millisecond here.
  Start({"ODU_TIME_SCALE=60000"});
  {
    Caller caller(loop_, folder_.socket(), 1);
    ASSERT_TRUE(caller.Call(Contract::kConfigure, Request({Shell("a", "echo words")})));
    ASSERT_TRUE(caller.Settled());
  }
  ASSERT_TRUE(UntilFree());
  EXPECT_EQ(History().ended->why, "unattended");
  Start();
  Caller next(loop_, folder_.socket(), 2);
  ASSERT_TRUE(next.Until("a#1", NodeStatus::kOk));
  EXPECT_EQ(next.Log("a#1"), "words\n");
}

TEST_F(LaneProgram, AnOrphanedLaneEndsItsNodesAfterALongTime) {
  // Twelve hours are four seconds here, and the half hour that it waits for a plan is long enough.
  Start({"ODU_TIME_SCALE=10000"});
  {
    Caller caller(loop_, folder_.socket(), 1);
    ASSERT_TRUE(caller.Call(Contract::kConfigure, Request({Shell("a", "sleep 1000")})));
    ASSERT_TRUE(caller.Until("a#1", NodeStatus::kRunning));
  }
  ASSERT_TRUE(UntilFree());
  EXPECT_EQ(History().attempts.at("a#1").reason, "orphaned");
  EXPECT_EQ(History().ended->why, "orphaned");
}

TEST_F(LaneProgram, TheFrontRelaysAfterItsSentinel) {
  auto down = os::MakePipe();
  auto up = os::MakePipe();
  std::vector<std::string> argv{kRunner, "--stdio", "--lane", folder_.path()};
  const auto environment = os::Environment::Current().entries();
  os::SpawnSpec spec;
  spec.argv = argv;
  spec.environment = environment;
  spec.stdin_fd = up->read_end.get();
  spec.stdout_fd = down->write_end.get();
  const auto front = os::Spawn(spec);
  ASSERT_TRUE(front);
  up->read_end.Reset();
  down->write_end.Reset();
  auto stdio = loop_.Run(transport::AwaitSentinel(loop_.executor(), std::move(down->read_end),
                                                  std::move(up->write_end)));
  ASSERT_TRUE(stdio);
  EXPECT_EQ(stdio->noise, "");
  auto client = loop_.Run(
      surface::Client::Connect<Contract>(loop_.executor(), std::move(stdio->link), "front"));
  ASSERT_TRUE(client);
  model::LaneHelloRequest hello;
  hello.run_id = kRunId;
  hello.epoch = 1;
  EXPECT_TRUE(loop_.Run((*client)->Call(Contract::kHello, hello)));
  (*client)->Close();
  client->reset();
  loop_.RunUntilIdle();
  EXPECT_EQ(os::WaitForChild(*front).value(), os::WaitStatus(os::Exited{0}));
  // The lane stays.
  EXPECT_FALSE(Free());
}

support::CliResult Runner(std::vector<std::string> arguments) {
  support::CliCall call;
  call.argv = {kRunner};
  call.argv.insert(call.argv.end(), arguments.begin(), arguments.end());
  return support::RunCli(call);
}

TEST(LaneProgramUsage, WhatItDoesNotKnowIsNamed) {
  const std::string hint = "\n  see odu-runner --help\n";
  EXPECT_EQ(Runner({}), (support::CliResult{2, "", "odu-runner: nothing to do" + hint}));
  EXPECT_EQ(Runner({"--lnae", "/x"}),
            (support::CliResult{2, "", "odu-runner: unknown argument '--lnae'" + hint}));
  EXPECT_EQ(
      Runner({"--sweep", "here"}),
      (support::CliResult{2, "", "odu-runner: --sweep: 'here' is not an absolute path" + hint}));
  for (const char* time : {"", "12", "h", "0h", "-1h", "1y", "99999999999999999999s", "1h x"}) {
    EXPECT_EQ(Runner({"--lane", "/nonexistent/x", "--orphan-timeout", time}).exit_code, 2) << time;
  }
  EXPECT_EQ(Runner({"--lane"}),
            (support::CliResult{2, "", "odu-runner: --lane needs a value" + hint}));
  EXPECT_EQ(
      Runner({"--lane", "here"}),
      (support::CliResult{2, "", "odu-runner: --lane: 'here' is not an absolute path" + hint}));
}

TEST(LaneProgramUsage, ItChecksItself) {
  const auto bytes = os::ReadFile(kRunner, size_t{256} << 20);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(Runner({"--self-check", base::Sha256Hex(*bytes)}), (support::CliResult{0, "", ""}));
  const auto wrong = Runner({"--self-check", std::string(64, '0')});
  EXPECT_EQ(wrong.exit_code, 3);
  EXPECT_EQ(wrong.stderr_text,
            "odu-runner: this program file is not the one that was sent\n  send it again\n");
}

TEST(LaneProgramUsage, ItChecksTheFilesThatCameWithIt) {
  const support::TempDir dir;
  const std::string file = dir.Write("just", "bytes");
  EXPECT_EQ(Runner({"--self-check", base::Sha256Hex("bytes"), file}),
            (support::CliResult{0, "", ""}));
  EXPECT_EQ(
      Runner({"--self-check", base::Sha256Hex("other"), file}),
      (support::CliResult{
          3, "", "odu-runner: '" + file + "' is not the file that was sent\n  send it again\n"}));
  EXPECT_NE(Runner({"--self-check", base::Sha256Hex(""), dir / "nowhere"}).exit_code, 0);
}

TEST(LaneProgramUsage, AFolderThatIsAFileIsRefused) {
  const support::TempDir dir;
  dir.Write("lane", "");
  const auto refused = Runner({"--lane", dir / "lane"});
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_TRUE(refused.stderr_text.starts_with("odu-runner: ")) << refused.stderr_text;
  EXPECT_EQ(dir.Read("lane"), "");
}

}  // namespace
}  // namespace odu
