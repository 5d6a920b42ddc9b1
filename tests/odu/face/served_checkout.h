#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/clock.h"
#include "async/task_group.h"
#include "captured_console.h"
#include "odu/face/reach.h"
#include "odu/model/odu_contract.h"
#include "os/signals.h"
#include "service/door.h"
#include "service/gate.h"
#include "service/home.h"
#include "support/loop.h"
#include "support/temp_dir.h"
#include "surface/cell.h"
#include "surface/collection.h"
#include "surface/event.h"
#include "surface/server.h"
#include "surface/stream.h"

namespace odu::face {

/// A log that a test writes.
class SampleLog final : public surface::ByteLog {
 public:
  base::Result<size_t> ReadAt(uint64_t offset, char* buffer, size_t capacity) override {
    const std::string_view rest =
        std::string_view(bytes_).substr(std::min<size_t>(offset, bytes_.size()));
    return rest.copy(buffer, capacity);
  }
  bool Ended() const override { return ended_; }
  std::shared_ptr<void> OnGrowth(surface::Waker waker) override {
    auto held = std::make_shared<surface::Waker>(std::move(waker));
    waker_ = held;
    return held;
  }
  void Append(std::string_view bytes) {
    bytes_ += bytes;
    Wake();
  }
  void End() {
    ended_ = true;
    Wake();
  }

 private:
  void Wake() {
    if (const auto waker = waker_.lock()) {
      (*waker)();
    }
  }
  std::string bytes_;
  bool ended_ = false;
  std::weak_ptr<surface::Waker> waker_;
};

/// A coordinator that is a test's puppet, served on a real socket in a real checkout folder, and
/// the context of a face that dials it.
class ServedCheckout {
 public:
  using Odu = model::OduSurface;
  template <class T>
  using Answer = boost::asio::awaitable<base::Result<T>>;

  explicit ServedCheckout(bool terminal = false)
      : captured(terminal),
        reaper(loop.executor()),
        server(loop.executor(), surface::DescribeSurface<Odu>(), "test"),
        context{loop.executor(), clock, reaper, captured.console(), Place()},
        tasks_(loop.executor()) {
    os::IgnoreBrokenPipes();
    server.Bind(Odu::kCoordinator, coordinator);
    server.Bind(Odu::kRun, run);
    server.Bind(Odu::kPipeline, pipeline);
    server.Bind(Odu::kNodes, nodes);
    server.Bind(Odu::kLanes, lanes);
    server.Bind(Odu::kRuns, runs);
    server.Bind(Odu::kNodeLog, node_log);
    server.Bind(Odu::kNotices, notices);
    Answering(Odu::kRunStart, start);
    Answering(Odu::kRunCancel, cancel);
    Answering(Odu::kRunNext, next);
    Answering(Odu::kNodeRerun, rerun);
    Answering(Odu::kNodeCancel, cancel_nodes);
    Answering(Odu::kLaneCancel, cancel_lanes);
    Answering(Odu::kGateRetry, retry_gate);
    coordinator.Set(model::Coordinator{});
    run.Set(model::Run{});
    pipeline.Set(model::PlannedPipeline{});
  }
  ~ServedCheckout() {
    if (door_) {
      door_->Close("test over");
      loop.Run(tasks_.Join());
    }
  }

  /// Opens the door; without it the coordinator is not running.
  void Open() {
    Must(service::MakeOwnDir(context.place.folder));
    auto gate = service::Gate::Enter(context.place.folder);
    Must(gate);
    gate_.emplace(std::move(*gate));
    service::DoorOptions options;
    options.path = context.place.socket;
    door_.emplace(loop.executor(), clock, server, std::move(options));
    Must(door_->Open());
    tasks_.Spawn("door", [this] { return door_->Serve(); });
  }

  support::Loop loop;
  support::TempDir dir;
  CapturedConsole captured;
  async::SystemClock clock;
  os::Reaper reaper;
  surface::CellSource<model::Coordinator> coordinator;
  surface::CellSource<model::Run> run;
  surface::CellSource<model::PlannedPipeline> pipeline;
  surface::CollectionSource<model::Node> nodes;
  surface::CollectionSource<model::Lane> lanes;
  surface::CollectionSource<model::RunSummary> runs;
  surface::EventSource<model::Notice> notices;
  std::map<std::string, std::shared_ptr<SampleLog>> logs;  ///< by node
  std::vector<model::NodeLogInput> opened;
  surface::StreamSource<model::NodeLogInput> node_log{
      [this](const model::NodeLogInput& input) -> base::Result<std::shared_ptr<surface::ByteLog>> {
        opened.push_back(input);
        const auto log = logs.find(input.node);
        if (log == logs.end()) {
          return base::Fail(base::ErrorKind::kGone, "no_log", "no log of " + input.node);
        }
        return log->second;
      }};
  surface::Server server;
  std::function<base::Result<model::RunStartReply>(const model::RunStartRequest&)> start;
  std::function<base::Result<model::NodesReply>(const model::RunCancelRequest&)> cancel;
  std::function<base::Result<model::NextReply>(const model::NextRequest&)> next;
  std::function<base::Result<model::NodesReply>(const model::NodesRequest&)> rerun;
  std::function<base::Result<model::NodesReply>(const model::NodesRequest&)> cancel_nodes;
  std::function<base::Result<model::NodesReply>(const model::NodesRequest&)> cancel_lanes;
  std::function<base::Result<model::GateRetryReply>(const model::GateRetryRequest&)> retry_gate;
  bool never_answers = false;  ///< a procedure is called, and that is all
  FaceContext context;

 private:
  template <class T>
  static void Must(const base::Result<T>& result) {
    ASSERT_TRUE(result.has_value()) << result.error().message();
  }

  template <class Req, class Rep>
  void Answering(const surface::Procedure<Req, Rep>& procedure,
                 std::function<base::Result<Rep>(const Req&)>& answer) {
    server.Bind(procedure, [this, &answer](Req request, surface::Caller) -> Answer<Rep> {
      if (!answer) {
        co_return base::Fail(base::ErrorKind::kGone, "no_run", "no run");
      }
      base::Result<Rep> reply = answer(request);
      if (never_answers) {
        co_await clock.Sleep(std::chrono::hours(24));
      }
      co_return reply;
    });
  }

  service::ServicePlace Place() {
    service::ServicePlace place;
    place.what = "coordinator";
    place.socket = dir / "ci/odu.sock";
    place.folder = dir / "state";
    place.contract = surface::IdOf<Odu>();
    place.client_name = "test";
    place.build = "test";
    place.start = {"/bin/false"};
    place.environment = os::Environment::Current();
    return place;
  }

  async::TaskGroup tasks_;
  std::optional<service::Gate> gate_;
  std::optional<service::Door> door_;
};

}  // namespace odu::face
