#include "faults/sim_lane.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "faults/sim_stop.h"
#include "os/file_system.h"

namespace odu::faults {
namespace {

std::optional<lane::Archive> ArchiveOf(model::LaneHistory history, const std::string& folder) {
  if (!history.configured) {
    return std::nullopt;
  }
  return lane::Archive(std::move(history), model::LaneFolder(folder));
}

}  // namespace

std::unique_ptr<SimLane> SimLane::Born(async::Duration now, const std::string& folder,
                                       const StepPipeline& pipeline,
                                       std::vector<std::string>& witness) {
  model::LaneHistory history;
  if (!os::MakeDirs(folder, 0700)) {
    return nullptr;
  }
  auto lock = os::FileLock::TryLock(model::LaneFolder(folder).lock());
  if (!lock) {
    return nullptr;
  }
  auto journal = lane::JournalWriter::Open(model::LaneFolder(folder).journal(), history);
  if (!journal) {
    return nullptr;
  }
  return std::unique_ptr<SimLane>(new SimLane(now, folder, std::move(*lock), std::move(*journal),
                                              std::move(history), pipeline, witness));
}

SimLane::SimLane(async::Duration now, const std::string& folder, os::FileLock lock,
                 lane::JournalWriter journal, model::LaneHistory history,
                 const StepPipeline& pipeline, std::vector<std::string>& witness)
    : process(now),
      lock_(std::move(lock)),
      tasks_(process.loop.executor()),
      reaper_(process.loop.executor()),
      sync_(tasks_, process.clock, worker_),
      board_(process.loop.executor(), std::move(journal), sync_),
      supervisor_(tasks_, process.clock, reaper_, lane::SupervisorTimes()),
      parts_(Parts(pipeline, witness)),
      lane_(parts_, model::LaneFolder(folder)),
      server_(process.loop.executor(), surface::DescribeSurface<model::LaneSurface>(), "sim"),
      agent_(parts_, lane_, ArchiveOf(std::move(history), folder), model::LaneFolder(folder),
             model::LaneHeader()) {
  agent_.Serve(server_);
  alone_since_ = now;
  server_.OnSessions([this](size_t sessions) {
    sessions_ = sessions;
    alone_since_ = process.clock.Now();
  });
  tasks_.Spawn("release", [this] { return AwaitRelease(); });
  tasks_.Spawn("watch", [this] { return Watch(); });
}

lane::LaneParts SimLane::Parts(const StepPipeline& pipeline, std::vector<std::string>& witness) {
  lane::LaneParts parts{tasks_, process.clock, reaper_, worker_, sync_, board_, supervisor_, {}};
  parts.start_recipe = [this, &pipeline, &witness](lane::RecipeContext&,
                                                   const lane::RecipeCall& call,
                                                   lane::Recipe::OnEnd on_end) {
    const SimRecipe::Scene scene{tasks_, process.clock, pipeline, witness};
    return SimRecipe::Start(scene, call, std::move(on_end));
  };
  return parts;
}

void SimLane::Serve(std::unique_ptr<surface::Link> link) {
  tasks_.Spawn("session", [this, taken = std::move(link)]() mutable {
    return server_.Serve(std::move(taken));
  });
}

boost::asio::awaitable<void> SimLane::AwaitRelease() {
  co_await agent_.Released();
  // The answer to the request that ended it goes out first.
  for (int turn = 0; turn < 4; ++turn) {
    co_await boost::asio::post(process.loop.executor(), boost::asio::use_awaitable);
  }
  over_ = true;
}

boost::asio::awaitable<void> SimLane::Watch() {
  while (true) {
    const bool passed = co_await process.clock.Sleep(std::chrono::minutes(1));
    if (!passed) {
      co_return;
    }
    const bool alone = process.clock.Now() - alone_since_ >= std::chrono::minutes(30);
    if (sessions_ == 0 && alone && agent_.idle()) {
      co_await agent_.End("unattended", "");
      over_ = true;
      co_return;
    }
  }
}

void SimLane::End(const std::function<void()>& turn) {
  server_.CloseAll("over");
  StopTasks(process, tasks_, turn);
}

}  // namespace odu::faults
