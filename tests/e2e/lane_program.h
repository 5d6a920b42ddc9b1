#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "odu/model/lane_contract.h"
#include "odu/model/lane_folder.h"
#include "odu/model/lane_header.h"
#include "odu/model/lane_journal.h"
#include "os/file_lock.h"
#include "os/file_system.h"
#include "os/process.h"
#include "os/unix_socket.h"
#include "support/cli.h"
#include "support/loop.h"
#include "support/temp_dir.h"
#include "surface/client.h"
#include "transport/descriptor_link.h"

/// The real odu-runner, spoken to as a coordinator does.
namespace odu {

using Contract = model::LaneSurface;
using model::NodeStatus;
using std::chrono::milliseconds;

/// ODU_TEST_RUNNER names another build of it: the one for another processor, in an emulator.
inline const std::string kRunner = std::getenv("ODU_TEST_RUNNER") != nullptr
                                       ? std::getenv("ODU_TEST_RUNNER")
                                       : std::string(ODU_BIN_DIR) + "/odu-runner";
inline const std::string kRunId = "E2E" + std::to_string(getpid());

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
    call.argv.insert(call.argv.end(), arguments_.begin(), arguments_.end());
    call.extra_environment = std::move(environment);
    EXPECT_EQ(support::RunCli(call), (support::CliResult{0, "", ""}));
  }
  model::LaneHeader Header() {
    return surface::DecodeText<model::LaneHeader>(
               os::ReadFile(folder_.header(), size_t{1} << 20).value(), "lane.json")
        .value();
  }
  model::LaneHistory History() {
    return model::ReadLaneJournal(os::ReadFile(folder_.journal(), size_t{64} << 20).value());
  }
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

  std::vector<std::string> arguments_;  ///< more of the runner's
  support::TempDir dir_;
  model::LaneFolder folder_{dir_ / "lane"};
  support::Loop loop_;
  async::SystemClock clock_;
};

}  // namespace odu
