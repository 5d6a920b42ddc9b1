#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "odu/model/lane_contract.h"
#include "odu/model/lane_folder.h"
#include "odu/model/lane_header.h"
#include "odu/model/lane_journal.h"
#include "os/child.h"
#include "os/environment.h"
#include "os/file_lock.h"
#include "os/file_system.h"
#include "os/process.h"
#include "os/unix_socket.h"
#include "support/cli.h"
#include "support/loop.h"
#include "support/temp_dir.h"
#include "surface/client.h"
#include "transport/descriptor_link.h"
#include "transport/stdio_link.h"

/// The real odu-runner, spoken to as a coordinator does.
namespace odu {
namespace {

using Contract = model::LaneSurface;
using model::NodeStatus;
using std::chrono::milliseconds;

const std::string kRunner = std::string(ODU_BIN_DIR) + "/odu-runner";
const std::string kRunId = "E2E" + std::to_string(getpid());

/// One connection to a lane, following it.
class Caller {
 public:
  Caller(support::Loop& loop, const std::string& socket, uint64_t epoch)
      : loop_(loop), epoch_(epoch) {
    auto fd = os::ConnectTo(socket);
    EXPECT_TRUE(fd) << (fd ? "" : fd.error().message());
    auto link = transport::MakeUnixLink(loop.executor(), std::move(*fd));
    client = loop.Run(surface::Client::Connect<Contract>(loop.executor(), std::move(link), "e2e"))
                 .value();
    model::LaneHelloRequest hello;
    hello.run_id = kRunId;
    hello.epoch = epoch;
    greeted = loop.Run(client->Call(Contract::kHello, hello));
    surface::CollectionHandler<model::Attempt> handler;
    handler.on_snapshot = [this](std::map<std::string, model::Attempt> items, bool) {
      attempts = std::move(items);
    };
    handler.on_upsert = [this](const std::string& key, model::Attempt item) {
      attempts[key] = std::move(item);
    };
    handler.on_remove = [](const std::string&) {};
    client->Subscribe(Contract::kAttempts, handler);
    const std::function<void(const model::LaneCell&)> on_cell = [this](const model::LaneCell& now) {
      cell = now;
    };
    client->Subscribe(Contract::kLane, on_cell);
  }

  template <class Req, class Rep>
  base::Result<Rep> Call(const surface::Procedure<Req, Rep>& procedure, Req request) {
    return loop_.Run(client->Call(procedure, std::move(request)));
  }
  base::Result<surface::Nothing> Release() {
    model::ReleaseRequest request;
    request.request_id = "release";
    request.epoch = epoch_;
    return Call(Contract::kRelease, request);
  }
  [[nodiscard]] bool Settled() {
    return loop_.RunUntil([this] { return cell.phase == model::LanePhase::kSettled; });
  }
  [[nodiscard]] bool Until(const std::string& key, NodeStatus status) {
    return loop_.RunUntil(
        [&] { return attempts.contains(key) && attempts.at(key).status == status; });
  }
  /// All of an attempt's log, through the link.
  std::string Log(const std::string& key) {
    std::string text;
    bool ended = false;
    model::AttemptLogInput input;
    input.attempt = key;
    client->Subscribe(Contract::kAttemptLog, input,
                      {[&text](uint64_t, std::string_view bytes) { text += bytes; },
                       [&ended](const base::Result<uint64_t>&) { ended = true; }});
    EXPECT_TRUE(loop_.RunUntil([&ended] { return ended; }));
    return text;
  }

  std::unique_ptr<surface::Client> client;
  base::Result<model::LaneCell> greeted;
  std::map<std::string, model::Attempt> attempts;
  model::LaneCell cell;

 private:
  support::Loop& loop_;
  uint64_t epoch_;
};

class LaneProgram : public testing::Test {
 protected:
  ~LaneProgram() override {
    if (const auto holder = os::HolderOf(folder_.lock())) {
      os::SendSignal(*holder, SIGTERM);
      os::SendSignal(*holder, SIGTERM);
      UntilFree();
      os::SendSignal(*holder, SIGKILL);
    }
  }

  void Start(std::vector<std::string> environment = {"ODU_TIME_SCALE=50"}) {
    support::CliCall call;
    call.argv = {kRunner, "--lane", folder_.path()};
    call.extra_environment = std::move(environment);
    EXPECT_EQ(support::RunCli(call), (support::CliResult{0, "", ""}));
  }
  model::LaneHeader Header() {
    return surface::DecodeText<model::LaneHeader>(dir_.Read("lane/lane.json"), "lane.json").value();
  }
  model::LaneHistory History() { return model::ReadLaneJournal(dir_.Read("lane/journal.ndjson")); }
  void Tick() { loop_.Run(clock_.Sleep(milliseconds(10))); }
  bool Free() {
    const auto locked = os::IsLocked(folder_.lock());
    return locked && !*locked;
  }
  /// Until nobody holds the lane's lock.
  bool UntilFree() {
    for (int look = 0; look < 3000 && !Free(); ++look) {
      Tick();
    }
    return Free();
  }
  bool UntilGone(pid_t pid) {
    const auto identity = os::IdentityOf(pid);
    for (int look = 0; look < 3000 && identity && os::IsAlive(*identity); ++look) {
      Tick();
    }
    return !identity || !os::IsAlive(*identity);
  }
  bool UntilExists(const std::string& path) {
    for (int look = 0; look < 3000 && !os::Exists(path); ++look) {
      Tick();
    }
    return os::Exists(path);
  }

  model::PlanNode Shell(std::string id, std::string script, std::vector<std::string> needs = {}) {
    return model::PlanNode{id, id, {"/bin/bash", "-c", std::move(script)}, std::move(needs)};
  }
  model::ConfigureRequest Request(std::vector<model::PlanNode> nodes, uint64_t epoch = 1) {
    model::ConfigureRequest request;
    request.request_id = "configure";
    request.run_id = kRunId;
    request.epoch = epoch;
    request.plan.platform = "x86_64-linux";
    request.plan.nodes = std::move(nodes);
    request.source.repository = dir_.path();
    request.jobs = 4;
    request.env = {"PATH=/usr/local/bin:/usr/bin:/bin"};
    return request;
  }

  support::TempDir dir_;
  model::LaneFolder folder_{dir_ / "lane"};
  support::Loop loop_;
  async::SystemClock clock_;
};

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
  // Twelve hours are less than a second here.
  Start({"ODU_TIME_SCALE=60000"});
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
