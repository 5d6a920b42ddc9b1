// Lanes as they are on another machine: where their folder lies, how they get their source, what
// they do when the link is cut, they are killed, or nobody comes any more.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/sha256.h"
#include "base/text.h"
#include "e2e/lane_program.h"
#include "os/child.h"
#include "os/environment.h"
#include "os/file_system.h"
#include "support/cli.h"
#include "support/git_repo.h"
#include "transport/stdio_link.h"

namespace odu {
namespace {

/// Below `odu` it is as on a lane's host.
class RemoteLane : public LaneProgram {
 protected:
  RemoteLane() {
    folder_ = model::LaneFolder(root_ + "/lanes/" + kRunId + ".x86_64-linux");
    repo_.Write("file", "one\n");
    base_ = repo_.Commit("one");
    repo_.Write("file", "two\n");
    sha_ = repo_.Commit("two");
  }
  ~RemoteLane() override {
    if (const auto holder = os::HolderOf(folder_.lock())) {
      os::SendSignal(*holder, SIGKILL);
      UntilFree();
    }
  }
  std::vector<std::string> Surroundings() {
    std::vector<std::string> environment = support::GitRepo::CleanEnvironment();
    environment.emplace_back("ODU_TIME_SCALE=50");
    return environment;
  }
  model::ConfigureRequest Shipped(std::vector<model::PlanNode> nodes, uint64_t epoch = 1) {
    model::ConfigureRequest request = Request(std::move(nodes), epoch);
    request.login_environment = true;
    request.env.clear();
    request.source.mode = model::SourceMode::kShipped;
    request.source.repository = root_ + "/repos/0123456789abcdef.git";
    request.source.workspace = root_ + "/work/" + kRunId + ".x86_64-linux";
    request.source.sha = sha_;
    return request;
  }
  std::string Bundle() {
    repo_.Git({"bundle", "create", "--quiet", dir_ / "bundle", "main"});
    return dir_.Read("bundle");
  }
  base::Result<model::UploadReply> Upload(Caller& caller, const std::string& need, uint64_t offset,
                                          const std::string& bytes, bool last, uint64_t epoch) {
    model::UploadRequest request;
    request.request_id = "upload" + std::to_string(offset);
    request.epoch = epoch;
    request.need = need;
    request.offset = offset;
    request.base64 = base::Base64Encode(bytes);
    request.last = last;
    return caller.Call(Contract::kUpload, request);
  }
  bool UntilNeeded(Caller& caller) {
    return loop_.RunUntil([&] { return !caller.cell.need.id.empty(); });
  }

  std::string root_ = dir_ / "odu";
  support::GitRepo repo_;
  std::string base_;
  std::string sha_;
};

TEST_F(RemoteLane, APushedCommitIsFetchedRunAndRemovedAtItsRelease) {
  Start(Surroundings());
  Caller caller(loop_, folder_.socket(), 1);
  model::ConfigureRequest request = Shipped({Shell("a", "cat file; pwd")});
  request.source.origin = "file://" + repo_.path();
  request.story = "[host:ci-1] copied odu-runner\n[host:ci-1] started\n";
  ASSERT_TRUE(caller.Call(Contract::kConfigure, request));
  ASSERT_TRUE(caller.Settled());
  const std::string setup = caller.Log("_ci-setup#1");
  EXPECT_EQ(caller.attempts.at("_ci-setup#1").status, NodeStatus::kOk) << setup;
  EXPECT_TRUE(setup.starts_with(request.story + "[odu] fetching commit ")) << setup;
  EXPECT_EQ(caller.attempts.at("_ci-setup#1").log_sha256, base::Sha256Hex(setup));
  EXPECT_EQ(caller.Log("a#1"), "two\n" + request.source.workspace + "\n");
  for (const char* ours : {"/lanes", "/work", "/repos", "/repos/0123456789abcdef.git"}) {
    EXPECT_EQ(os::StatusOf(root_ + ours)->mode, 0700U) << ours;
  }
  ASSERT_TRUE(caller.Release());
  ASSERT_TRUE(UntilFree());
  EXPECT_FALSE(os::Exists(request.source.workspace));
  EXPECT_TRUE(os::Exists(request.source.repository));
}

TEST_F(RemoteLane, AnUnpushedCommitIsBroughtInPiecesAndGoesOnAfterACutLink) {
  Start(Surroundings());
  const std::string bundle = Bundle();
  const size_t half = bundle.size() / 2;
  std::string need;
  {
    Caller caller(loop_, folder_.socket(), 1);
    ASSERT_TRUE(caller.Call(Contract::kConfigure, Shipped({Shell("a", "cat file")})));
    ASSERT_TRUE(UntilNeeded(caller));
    EXPECT_EQ(caller.cell.need.kind, "bundle");
    need = caller.cell.need.id;
    EXPECT_EQ(Upload(caller, need, 0, bundle.substr(0, half), false, 1)->received, half);
    EXPECT_EQ(Upload(caller, need, half + 1, "x", false, 1).error().code(), "bad_offset");
    EXPECT_EQ(Upload(caller, "other", 0, "x", false, 1).error().code(), "not_needed");
  }
  Caller next(loop_, folder_.socket(), 2);
  ASSERT_TRUE(UntilNeeded(next));
  EXPECT_EQ(next.cell.need.id, need);
  EXPECT_EQ(next.cell.need.received, half);
  EXPECT_EQ(Upload(next, need, half, "x", false, 1).error().code(), "stale_epoch");
  EXPECT_EQ(Upload(next, need, 0, bundle.substr(0, half), false, 2)->received, half);
  EXPECT_EQ(Upload(next, need, half, bundle.substr(half), true, 2)->received, bundle.size());
  ASSERT_TRUE(next.Settled());
  EXPECT_EQ(next.attempts.at("a#1").status, NodeStatus::kOk) << next.Log("_ci-setup#1");
  EXPECT_EQ(next.Log("a#1"), "two\n");
}

TEST_F(RemoteLane, WhatIsNotBase64IsRefusedAndHarmsNothing) {
  Start(Surroundings());
  Caller caller(loop_, folder_.socket(), 1);
  ASSERT_TRUE(caller.Call(Contract::kConfigure, Shipped({Shell("a", ":")})));
  ASSERT_TRUE(UntilNeeded(caller));
  model::UploadRequest request;
  request.request_id = "1";
  request.epoch = 1;
  request.need = caller.cell.need.id;
  request.base64 = "%%%";
  EXPECT_EQ(caller.Call(Contract::kUpload, request).error().code(), "bad_upload");
  const std::string bundle = Bundle();
  ASSERT_TRUE(Upload(caller, request.need, 0, bundle, true, 1));
  ASSERT_TRUE(caller.Settled());
  EXPECT_EQ(caller.attempts.at("a#1").status, NodeStatus::kOk);
}

TEST_F(RemoteLane, KilledWhileItWaitsForItsSourceItIsReadAsDied) {
  Start(Surroundings());
  {
    Caller caller(loop_, folder_.socket(), 1);
    ASSERT_TRUE(caller.Call(Contract::kConfigure, Shipped({Shell("a", ":")})));
    ASSERT_TRUE(UntilNeeded(caller));
    ASSERT_TRUE(Upload(caller, caller.cell.need.id, 0, "# v2 git", false, 1));
    ASSERT_EQ(::kill(static_cast<pid_t>(Header().pid), SIGKILL), 0);
  }
  ASSERT_TRUE(UntilFree());
  ASSERT_TRUE(os::Exists(folder_.path() + "/upload.1"));
  Start(Surroundings());
  Caller next(loop_, folder_.socket(), 2);
  EXPECT_EQ(next.greeted->phase, model::LanePhase::kSettled);
  EXPECT_EQ(next.greeted->need, model::SourceNeed());
  ASSERT_TRUE(next.Until("_ci-setup#1", NodeStatus::kErrored));
  EXPECT_EQ(next.attempts.at("_ci-setup#1").reason, "lane died");
  EXPECT_FALSE(os::Exists(folder_.path() + "/upload.1"));
  EXPECT_EQ(Upload(next, "1", 8, "x", false, 2).error().code(), "lane_ended");
}

TEST_F(RemoteLane, CancelledWhileItWaitsItSettles) {
  Start(Surroundings());
  Caller caller(loop_, folder_.socket(), 1);
  ASSERT_TRUE(caller.Call(Contract::kConfigure, Shipped({Shell("a", ":")})));
  ASSERT_TRUE(UntilNeeded(caller));
  model::LaneNodesRequest cancel;
  cancel.request_id = "1";
  cancel.epoch = 1;
  ASSERT_TRUE(caller.Call(Contract::kCancel, cancel));
  ASSERT_TRUE(caller.Settled());
  EXPECT_EQ(caller.cell.need, model::SourceNeed());
  const auto released = caller.Release();
  EXPECT_TRUE(released) << (released ? "" : released.error().message());
}

TEST_F(RemoteLane, RecipesGetTheLoginEnvironmentWhatWasSentAndTheShippedJust) {
  std::vector<std::string> environment = Surroundings();
  environment.insert(environment.end(), {"FROM_LOGIN=yes", "GH_TOKEN=secret", "CLAUDECODE=1"});
  Start(environment);
  const std::string just =
      dir_.Write("companions/just-0123", "#!/bin/sh\necho shipped \"$@\"\n", 0755);
  dir_.Write("enter", "#!/bin/sh\necho entered\nexec \"$@\"\n", 0755);
  Caller caller(loop_, folder_.socket(), 1);
  model::ConfigureRequest request = Shipped(
      {Shell("a", "echo $FROM_LOGIN $SENT ${GH_TOKEN-none} ${CLAUDECODE-none}; just nested"),
       model::PlanNode{"b", "b", {"just", "--no-deps", "b"}, {}}});
  request.source.origin = repo_.path();
  request.env = {"SENT=too", "GH_TOKEN=again"};
  request.just = just;
  request.enter = {dir_ / "enter"};
  ASSERT_TRUE(caller.Call(Contract::kConfigure, request));
  ASSERT_TRUE(caller.Settled());
  EXPECT_EQ(caller.Log("a#1"), "entered\nyes too none none\nshipped nested\n");
  EXPECT_EQ(caller.Log("b#1"), "entered\nshipped --no-deps b\n");
  const std::string setup = caller.Log("_ci-setup#1");
  EXPECT_TRUE(setup.ends_with("[odu] entering: " + request.enter[0] + " true\nentered\n")) << setup;
}

TEST_F(RemoteLane, AFailingEnterIsARedSetupAndNothingRuns) {
  Start(Surroundings());
  Caller caller(loop_, folder_.socket(), 1);
  model::ConfigureRequest request = Shipped({Shell("a", ":")});
  request.source.origin = repo_.path();
  request.enter = {"/bin/sh", "-c", "echo no such shell; exit 4"};
  ASSERT_TRUE(caller.Call(Contract::kConfigure, request));
  ASSERT_TRUE(caller.Settled());
  EXPECT_EQ(caller.attempts.at("_ci-setup#1").reason, "enter: exit 4");
  EXPECT_NE(caller.Log("_ci-setup#1").find("\nno such shell\n"), std::string::npos);
  EXPECT_EQ(caller.attempts.at("a#1").status, NodeStatus::kSkipped);
}

TEST_F(RemoteLane, AFolderBelowASymlinkOrAStrangersIsRefused) {
  ASSERT_TRUE(os::MakeDirs(dir_ / "elsewhere"));
  ASSERT_TRUE(os::MakeDirs(root_));
  ASSERT_EQ(::symlink((dir_ / "elsewhere").c_str(), (root_ + "/lanes").c_str()), 0);
  support::CliCall call;
  call.argv = {kRunner, "--stdio", "--lane", folder_.path()};
  const support::CliResult refused = support::RunCli(call);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.stderr_text,
            "odu-runner: '" + root_ +
                "/lanes' is a symlink\n  move it out of the way, or choose another place\n");
  EXPECT_TRUE(os::ListDir(dir_ / "elsewhere")->empty());
  if (::geteuid() == 0) {
    ASSERT_EQ(::unlink((root_ + "/lanes").c_str()), 0);
    ASSERT_TRUE(os::MakeDirs(folder_.path()));
    ASSERT_EQ(::chown((root_ + "/lanes").c_str(), 65534, 65534), 0);
    EXPECT_EQ(support::RunCli(call).exit_code, 2);
    ASSERT_EQ(::chown((root_ + "/lanes").c_str(), 0, 0), 0);
    ASSERT_EQ(::chown(folder_.path().c_str(), 65534, 65534), 0);
    EXPECT_EQ(support::RunCli(call).exit_code, 2);
  }
  EXPECT_FALSE(os::Exists(folder_.lock()));
}

TEST_F(RemoteLane, ALongPathIsNoObstacle) {
  folder_ = model::LaneFolder(root_ + "/" + std::string(100, 'd') + "/" + std::string(100, 'e') +
                              "/lanes/" + kRunId + ".x86_64-linux");
  Start(Surroundings());
  Caller caller(loop_, folder_.socket(), 1);
  EXPECT_TRUE(caller.greeted);
}

/// What `odu` starts at the far end of a connection.
class Front {
 public:
  Front(support::Loop& loop, const std::string& program, const std::string& folder) : loop_(loop) {
    auto down = os::MakePipe();
    auto up = os::MakePipe();
    const std::vector<std::string> argv{program, "--stdio", "--lane", folder};
    const auto environment = os::Environment::Current().entries();
    os::SpawnSpec spec;
    spec.argv = argv;
    spec.environment = environment;
    spec.stdin_fd = up->read_end.get();
    spec.stdout_fd = down->write_end.get();
    pid_ = os::Spawn(spec).value();
    up->read_end.Reset();
    down->write_end.Reset();
    auto stdio = loop.Run(transport::AwaitSentinel(loop.executor(), std::move(down->read_end),
                                                   std::move(up->write_end)));
    client = loop.Run(surface::Client::Connect<Contract>(loop.executor(), std::move(stdio->link),
                                                         "front"))
                 .value();
  }
  ~Front() {
    client->Close();
    client.reset();
    loop_.RunUntilIdle();
    EXPECT_EQ(os::WaitForChild(pid_).value(), os::WaitStatus(os::Exited{0}));
  }
  std::unique_ptr<surface::Client> client;

 private:
  support::Loop& loop_;
  pid_t pid_ = 0;
};

TEST_F(RemoteLane, AFrontOfAnotherBuildRelaysToTheLaneThatLives) {
  Start(Surroundings());
  const int64_t pid = Header().pid;
  const auto bytes = os::ReadFile(kRunner, size_t{256} << 20);
  const std::string other = dir_.Write("odu-runner", *bytes + "another build", 0755);
  {
    Front front(loop_, other, folder_.path());
    model::LaneHelloRequest hello;
    hello.run_id = kRunId;
    hello.epoch = 1;
    const auto cell = loop_.Run(front.client->Call(Contract::kHello, hello));
    ASSERT_TRUE(cell);
    EXPECT_EQ(cell->pid, pid);
  }
  EXPECT_EQ(Header().pid, pid);
  EXPECT_FALSE(Free());
}

TEST_F(RemoteLane, AnOrphanTimeoutOfItsOwnIsKept) {
  arguments_ = {"--orphan-timeout", "30m"};
  // Half an hour is less than a tenth of a second here, twelve hours are two seconds.
  std::vector<std::string> environment = Surroundings();
  environment.back() = "ODU_TIME_SCALE=20000";
  Start(environment);
  {
    Caller caller(loop_, folder_.socket(), 1);
    ASSERT_TRUE(caller.Call(Contract::kConfigure, Shipped({Shell("a", ":")})));
    ASSERT_TRUE(UntilNeeded(caller));
  }
  ASSERT_TRUE(UntilFree());
  EXPECT_EQ(History().ended->why, "orphaned");
  EXPECT_EQ(History().attempts.at("_ci-setup#1").reason, "orphaned");
}

TEST_F(RemoteLane, ALaneOfAnEarlierBootIsReadAsDiedAndWhatCarriesItsMarkIsEnded) {
  Start(Surroundings());
  {
    Caller caller(loop_, folder_.socket(), 1);
    model::ConfigureRequest request =
        Shipped({Shell("a", "echo $$ > " + (dir_ / "pid.new") + "; mv " + (dir_ / "pid.new") + " " +
                                (dir_ / "pid") + "; exec sleep 1000")});
    request.source.origin = repo_.path();
    ASSERT_TRUE(caller.Call(Contract::kConfigure, request));
    ASSERT_TRUE(UntilExists(dir_ / "pid"));
    ASSERT_EQ(::kill(static_cast<pid_t>(Header().pid), SIGKILL), 0);
  }
  ASSERT_TRUE(UntilFree());
  const std::string boot = Header().boot_id;
  for (const std::string& path : {folder_.header(), folder_.journal()}) {
    std::string text = os::ReadFile(path, 1 << 24).value();
    for (size_t at = text.find(boot); at != std::string::npos; at = text.find(boot)) {
      text.replace(at, boot.size(), std::string(boot.size(), '0'));
    }
    ASSERT_TRUE(os::WriteFileAtomic(path, text));
  }
  const auto orphan = static_cast<pid_t>(std::stol(dir_.Read("pid")));
  Start(Surroundings());
  Caller next(loop_, folder_.socket(), 2);
  EXPECT_EQ(next.greeted->phase, model::LanePhase::kSettled);
  EXPECT_EQ(next.greeted->boot_id, boot) << "of the process that answers";
  ASSERT_TRUE(next.Until("a#1", NodeStatus::kErrored));
  EXPECT_EQ(next.attempts.at("a#1").reason, "lane died");
  EXPECT_TRUE(UntilGone(orphan));
  // Its tree goes with its release.
  ASSERT_TRUE(next.Release());
  EXPECT_FALSE(os::Exists(root_ + "/work/" + kRunId + ".x86_64-linux"));
}

TEST_F(RemoteLane, SweepsWhatOldLanesLeftWhileItRuns) {
  const std::string old = root_ + "/lanes/OLD.x86_64-linux";
  ASSERT_TRUE(os::MakeDirs(old));
  ASSERT_TRUE(os::WriteFileAtomic(old + "/journal.ndjson", ""));
  const timespec times[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  for (const std::string& path : {old + "/journal.ndjson", old}) {
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
  Start(Surroundings());
  Caller caller(loop_, folder_.socket(), 1);
  ASSERT_TRUE(caller.Call(Contract::kConfigure, Shipped({Shell("a", ":")})));
  for (int look = 0; look < 3000 && os::Exists(old); ++look) {
    Tick();
  }
  EXPECT_FALSE(os::Exists(old));
  EXPECT_TRUE(os::Exists(folder_.path()));
}

}  // namespace
}  // namespace odu
