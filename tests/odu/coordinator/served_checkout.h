#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/task_group.h"
#include "odu/coordinator/coordinator.h"
#include "odu/coordinator/front_desk.h"
#include "odu/ledger/checkout_folder.h"
#include "odu/model/ids.h"
#include "odu/model/run_id.h"
#include "os/file_system.h"
#include "os/process.h"
#include "service/home.h"
#include "support/git_repo.h"
#include "support/loop.h"
#include "support/temp_dir.h"
#include "surface/client.h"
#include "transport/memory_link.h"

namespace odu::coordinator {

using model::OduSurface;

/// A checkout with its state folder, which outlives the coordinators that serve it.
struct TestCheckout {
  TestCheckout() {
    Tasks(R"({"id":"one","command":"echo one"})");
    repo.Commit();
  }
  void Tasks(const std::string& tasks) const {
    repo.Write("odu.json", "{\"tasks\":[" + tasks + "]}");
  }
  support::GitRepo repo;
  support::TempDir state;
};

/// A coordinator in this process with real lanes, and one client of it.
class ServedCheckout {
 public:
  explicit ServedCheckout(const TestCheckout& checkout, uint64_t epoch = 1)
      : reaper(loop.executor()),
        git(reaper, clock, Environment()),
        tasks(loop.executor()),
        world{loop.executor(),
              clock,
              reaper,
              worker,
              git,
              tasks,
              service::Home{checkout.state / "state", checkout.state / "cache"},
              checkout.repo.path(),
              ledger::CheckoutId(checkout.repo.path()).value(),
              {},
              epoch,
              ODU_BIN_DIR "/odu-runner",
              "test",
              TimeScale::From(Environment()),
              std::make_shared<GrowthWatch>(loop.executor())} {
    world.checkout = ledger::CheckoutFolderOf(world.home.state, world.checkout_id);
    for (const std::string& dir : {world.home.state, world.home.cache, world.checkout.path}) {
      EXPECT_TRUE(service::MakeOwnDir(dir));
    }
    coordinator = std::make_unique<Coordinator>(world, "test", Environment().entries());
    desk = std::make_unique<FrontDesk>(world, *coordinator,
                                       ledger::Receipts::Open(world.checkout.receipts()).value());
    server = std::make_unique<surface::Server>(loop.executor(),
                                               surface::DescribeSurface<OduSurface>(), "test");
    desk->Bind(*server);
    loop.Run(Begin());
    auto [near, far] = transport::MakeMemoryLinks(loop.executor());
    tasks.Spawn("serve",
                [this, link = std::move(far)]() mutable { return server->Serve(std::move(link)); });
    client = std::move(
        loop.Run(surface::Client::Connect<OduSurface>(loop.executor(), std::move(near), "test"))
            .value());
    Follow();
  }

  ~ServedCheckout() {
    if (!left_) {
      loop.Run(coordinator->CancelAll());
    }
    Leave();
  }

  /// As `serve --stop`: what runs goes on without this coordinator.
  void Leave() {
    if (!std::exchange(left_, true) || client != nullptr) {
      loop.Run(coordinator->Leave());
      client->Close();
      server->CloseAll("test over");
      loop.Run(tasks.Stop(clock, std::chrono::seconds(5)));
      client.reset();
    }
  }

  static os::Environment Environment() {
    os::Environment environment = os::Environment::Current();
    for (const std::string& entry : support::GitRepo::CleanEnvironment()) {
      const size_t equals = entry.find('=');
      environment.Set(entry.substr(0, equals), entry.substr(equals + 1));
    }
    environment.Set("ODU_TIME_SCALE", "100");
    return environment;
  }

  /// A run of the live tree on this machine.
  static model::RunStartRequest Request() {
    model::RunStartRequest request;
    request.request_id = model::NewRunId(async::SystemClock().WallMs());
    request.scope.no_strict = true;
    request.scope.no_post = true;
    request.hosts[std::string(model::ThisPlatform())] = "localhost";
    request.jobs = 4;
    request.env = Environment().entries();
    request.env.push_back("HOME=/nonexistent");
    return request;
  }

  template <class Req, class Rep>
  base::Result<Rep> Call(const surface::Procedure<Req, Rep>& procedure, Req request) {
    return loop.Run(client->Call(procedure, std::move(request)));
  }
  model::RunStartReply Start(model::RunStartRequest request = Request()) {
    auto reply = Call(OduSurface::kRunStart, std::move(request));
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().message());
    return reply.value_or(model::RunStartReply());
  }
  model::NextReply Settle() {
    model::NextRequest request;
    request.settle = true;
    auto reply = Call(OduSurface::kRunNext, request);
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().message());
    return reply.value_or(model::NextReply());
  }
  base::Result<model::NodesReply> Rerun(std::vector<std::string> targets) {
    model::NodesRequest request;
    request.request_id = model::NewRunId(clock.WallMs());
    request.targets = std::move(targets);
    return Call(OduSurface::kNodeRerun, request);
  }
  base::Result<model::NodesReply> Cancel(bool at_once = false) {
    model::RunCancelRequest request;
    request.request_id = model::NewRunId(clock.WallMs());
    request.at_once = at_once;
    return Call(OduSurface::kRunCancel, request);
  }
  /// The whole log of a node, followed to its end.
  base::Result<std::string> Log(std::string node, int32_t attempt = 0, std::string run_id = {}) {
    model::NodeLogInput input;
    input.node = std::move(node);
    input.attempt = attempt;
    input.run_id = std::move(run_id);
    std::string bytes;
    std::optional<base::Result<uint64_t>> end;
    surface::StreamHandler handler;
    handler.on_bytes = [&](uint64_t, std::string_view chunk) { bytes += chunk; };
    handler.on_end = [&](base::Result<uint64_t> result) { end = std::move(result); };
    client->Subscribe(OduSurface::kNodeLog, input, std::move(handler));
    EXPECT_TRUE(loop.RunUntil([&] { return end.has_value(); }));
    if (end && !end->has_value()) {
      return base::Pass(end->error());
    }
    return bytes;
  }
  bool Until(const std::function<bool()>& done) { return loop.RunUntil(done); }
  model::NodeStatus StatusOf(const std::string& recipe) {
    const auto found = nodes.find(recipe + "@" + std::string(model::ThisPlatform()));
    return found == nodes.end() ? model::NodeStatus::kPending : found->second.status;
  }

  /// What the client has been told.
  std::map<std::string, model::Node> nodes;
  std::map<std::string, model::Lane> lanes;
  model::Run run;
  model::PlannedPipeline pipeline;
  std::vector<model::Notice> notices;

 private:
  boost::asio::awaitable<void> Begin() {
    const auto request = co_await coordinator->Begin();
    if (request) {
      desk->Adopted(*request);
    }
  }

  template <class T>
  static surface::CollectionHandler<T> Into(std::map<std::string, T>& items) {
    surface::CollectionHandler<T> handler;
    handler.on_snapshot = [&items](std::map<std::string, T> all, bool) { items = std::move(all); };
    handler.on_upsert = [&items](const std::string& key, T item) {
      items.insert_or_assign(key, std::move(item));
    };
    handler.on_remove = [&items](const std::string& key) { items.erase(key); };
    return handler;
  }
  void Follow() {
    client->Subscribe(OduSurface::kNodes, Into(nodes));
    client->Subscribe(OduSurface::kLanes, Into(lanes));
    client->Subscribe(OduSurface::kRun, std::function<void(const model::Run&)>(
                                            [this](const model::Run& value) { run = value; }));
    client->Subscribe(OduSurface::kPipeline,
                      std::function<void(const model::PlannedPipeline&)>(
                          [this](const model::PlannedPipeline& value) { pipeline = value; }));
    client->Subscribe(OduSurface::kNotices,
                      std::function<void(const model::Notice&)>(
                          [this](const model::Notice& value) { notices.push_back(value); }));
  }

  bool left_ = false;

 public:
  support::Loop loop;
  async::SystemClock clock;
  os::Reaper reaper;
  git::LoopRunner git;
  async::Worker worker;
  async::TaskGroup tasks;
  World world;
  std::unique_ptr<Coordinator> coordinator;
  std::unique_ptr<FrontDesk> desk;
  std::unique_ptr<surface::Server> server;
  std::unique_ptr<surface::Client> client;
};

}  // namespace odu::coordinator
