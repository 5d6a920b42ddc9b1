// A coordinator that is only a face's opposite: it serves a run of many nodes in the checkout of
// the current folder, whose nodes change so many times a second. For bench/terminal.py, as no
// machine's recipes begin and end that often.
//   terminal_feed NODES TRANSITIONS_PER_SECOND
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "async/clock.h"
#include "async/task_group.h"
#include "odu/coordinator/serve.h"
#include "odu/model/odu_contract.h"
#include "os/environment.h"
#include "os/signals.h"
#include "service/door.h"
#include "service/gate.h"
#include "service/home.h"
#include "surface/cell.h"
#include "surface/collection.h"
#include "surface/event.h"
#include "surface/server.h"
#include "surface/stream.h"

namespace {

using Odu = odu::model::OduSurface;
using odu::model::NodeStatus;

/// Sources of everything that a face looks at.
struct Feed {
  explicit Feed(boost::asio::io_context& loop)
      : server(loop.get_executor(), surface::DescribeSurface<Odu>(), "bench") {
    server.Bind(Odu::kCoordinator, coordinator);
    server.Bind(Odu::kRun, run);
    server.Bind(Odu::kPipeline, pipeline);
    server.Bind(Odu::kNodes, nodes);
    server.Bind(Odu::kLanes, lanes);
    server.Bind(Odu::kRuns, runs);
    server.Bind(Odu::kNotices, notices);
    server.Bind(Odu::kNodeLog, node_log);
    Refuse(Odu::kRunStart);
    Refuse(Odu::kRunCancel);
    Refuse(Odu::kRunNext);
    Refuse(Odu::kNodeRerun);
    Refuse(Odu::kNodeCancel);
    Refuse(Odu::kLaneCancel);
    Refuse(Odu::kGateRetry);
  }

  /// Nobody steers it.
  template <class Request, class Reply>
  void Refuse(const surface::Procedure<Request, Reply>& procedure) {
    server.Bind(procedure,
                [](Request, surface::Caller) -> boost::asio::awaitable<base::Result<Reply>> {
                  co_return base::Fail(base::ErrorKind::kGone, "no_run", "this is a bench");
                });
  }

  surface::CellSource<odu::model::Coordinator> coordinator;
  surface::CellSource<odu::model::Run> run;
  surface::CellSource<odu::model::PlannedPipeline> pipeline;
  surface::CollectionSource<odu::model::Node> nodes;
  surface::CollectionSource<odu::model::Lane> lanes;
  surface::CollectionSource<odu::model::RunSummary> runs;
  surface::EventSource<odu::model::Notice> notices;
  surface::StreamSource<odu::model::NodeLogInput> node_log{
      [](const odu::model::NodeLogInput&) -> base::Result<std::shared_ptr<surface::ByteLog>> {
        return base::Fail(base::ErrorKind::kGone, "no_log", "there is no log here");
      }};
  surface::Server server;
};

odu::model::Node NodeOf(int index, int64_t now_ms) {
  odu::model::Node node;
  node.recipe = fmt::format("node-{:03}", index);
  node.platform = "x86_64-linux";
  node.name = node.recipe + "@" + node.platform;
  node.order = index;
  node.attempt = 1;
  node.started_at = now_ms;
  return node;
}

boost::asio::awaitable<void> Change(Feed& feed, async::Clock& clock, int count, int per_second) {
  constexpr int kTicks = 100;
  int64_t step = 0;
  for (;;) {
    const bool passed = co_await clock.Sleep(std::chrono::milliseconds(1000 / kTicks));
    if (!passed) {
      co_return;
    }
    for (int i = 0; i < per_second / kTicks; ++i, ++step) {
      odu::model::Node node = NodeOf(static_cast<int>(step % count), clock.WallMs());
      const bool ends = step / count % 2 == 0;
      node.status = ends ? NodeStatus::kOk : NodeStatus::kRunning;
      node.attempt = static_cast<int32_t>(1 + step / count / 2);
      if (ends) {
        node.duration_ms = 1;
      }
      std::string name = node.name;
      feed.nodes.Put(std::move(name), std::move(node));
    }
  }
}

int Serve(int count, int per_second) {
  os::IgnoreBrokenPipes();
  const auto place =
      odu::coordinator::PlaceOf(".", os::Environment::Current(), "/bin/false", "bench");
  if (!place || !service::MakeOwnDir(place->folder)) {
    fmt::print(stderr, "terminal_feed: not in a checkout\n");
    return 2;
  }
  const auto gate = service::Gate::Enter(place->folder);
  if (!gate) {
    fmt::print(stderr, "terminal_feed: {}\n", gate.error().message());
    return 3;
  }
  boost::asio::io_context loop(1);
  async::SystemClock clock;
  Feed feed(loop);
  feed.coordinator.Set(odu::model::Coordinator());
  feed.pipeline.Set(odu::model::PlannedPipeline());
  odu::model::Run run;
  run.run_id = "01K9BENCHRUN0000000000000";
  run.ref = "0000000#1";
  run.sha7 = "0000000";
  run.pipeline = "ci";
  run.phase = odu::model::RunPhase::kRunning;
  run.started_at = clock.WallMs();
  run.expected = count;
  feed.run.Set(run);
  odu::model::Lane lane;
  lane.platform = "x86_64-linux";
  lane.host = "localhost";
  lane.state = "connected";
  feed.lanes.Put(lane.platform, lane);
  for (int i = 0; i < count; ++i) {
    odu::model::Node node = NodeOf(i, clock.WallMs());
    node.status = NodeStatus::kRunning;
    std::string name = node.name;
    feed.nodes.Put(std::move(name), std::move(node));
  }
  service::DoorOptions options;
  options.path = place->socket;
  service::Door door(loop.get_executor(), clock, feed.server, std::move(options));
  if (const auto opened = door.Open(); !opened) {
    fmt::print(stderr, "terminal_feed: {}\n", opened.error().message());
    return 3;
  }
  async::TaskGroup tasks(loop.get_executor());
  tasks.Spawn("door", [&] { return door.Serve(); });
  tasks.Spawn("change", [&] { return Change(feed, clock, count, per_second); });
  fmt::print("serving\n");
  static_cast<void>(fflush(stdout));
  // Ended by a signal: a bench has no other end, and nothing here is to be kept.
  loop.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: terminal_feed NODES TRANSITIONS_PER_SECOND\n");
    return 2;
  }
  return Serve(std::atoi(argv[1]), std::atoi(argv[2]));
}
