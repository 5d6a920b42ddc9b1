#pragma once

#include <memory>
#include <string>
#include <vector>

#include "async/task_group.h"
#include "faults/sim_process.h"
#include "faults/sim_recipe.h"
#include "faults/step_pipeline.h"
#include "odu/lane/lane_agent.h"
#include "os/file_lock.h"
#include "os/reaper.h"
#include "surface/server.h"

namespace odu::faults {

/// A lane as its process would be, but for the processes of its recipes.
class SimLane {
 public:
  /// Over `folder`, which may be that of a lane that died. Null when it cannot come to be.
  static std::unique_ptr<SimLane> Born(async::Duration now, const std::string& folder,
                                       const StepPipeline& pipeline,
                                       std::vector<std::string>& witness);
  SimLane(const SimLane&) = delete;
  SimLane& operator=(const SimLane&) = delete;

  SimProcess process;

  /// Takes a session.
  void Serve(std::unique_ptr<surface::Link> link);
  /// It was released, or has nothing to do in this world any more: its process would end.
  bool over() const { return over_; }
  /// Ends every task it has; the last that is done with it. `turn` turns the loops that it needs.
  void End(const std::function<void()>& turn);

 private:
  SimLane(async::Duration now, const std::string& folder, os::FileLock lock,
          lane::JournalWriter journal, model::LaneHistory history, const StepPipeline& pipeline,
          std::vector<std::string>& witness);
  lane::LaneParts Parts(const StepPipeline& pipeline, std::vector<std::string>& witness);
  boost::asio::awaitable<void> AwaitRelease();
  /// Ends what is done and forgotten, as a lane's life does.
  boost::asio::awaitable<void> Watch();

  os::FileLock lock_;
  async::TaskGroup tasks_;
  lane::LazyWorker worker_{0};
  os::Reaper reaper_;
  lane::GroupSync sync_;
  lane::AttemptBoard board_;
  lane::Supervisor supervisor_;
  lane::LaneParts parts_;
  lane::Lane lane_;
  surface::Server server_;
  lane::LaneAgent agent_;
  size_t sessions_ = 0;
  async::Duration alone_since_{};
  bool over_ = false;
};

}  // namespace odu::faults
