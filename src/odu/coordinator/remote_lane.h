#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "async/task_group.h"
#include "odu/coordinator/lane_link.h"
#include "odu/coordinator/log_pull.h"
#include "odu/coordinator/needs_gate.h"
#include "odu/coordinator/remote_carrier.h"
#include "odu/coordinator/setup_story.h"
#include "odu/coordinator/source_supply.h"
#include "odu/coordinator/world.h"
#include "odu/ledger/run_folder.h"
#include "provision/host_world.h"

namespace odu::coordinator {

/// Everything that a lane on another machine has beyond a link: the way there and its story, the
/// pull of its logs, the supply of its source. Stands between its LaneLink and the run.
class RemoteLane {
 public:
  /// The references outlive the lane.
  RemoteLane(World& world, const ledger::RunHeader& header, ledger::RunLane lane,
             const ledger::RunFolder& folder);
  ~RemoteLane();
  RemoteLane(const RemoteLane&) = delete;
  RemoteLane& operator=(const RemoteLane&) = delete;

  /// The sha256 of the runner that the lane was made with, under an earlier owner: it is dialled
  /// through that one as long as it lies there. Before MakeLink.
  void MadeWith(std::string runner_sha256) { runner_sha256_ = std::move(runner_sha256); }
  /// The link of this lane, which tells `run` what there is to tell. kHost, kInput: the host's
  /// address is no address.
  base::Result<std::unique_ptr<LaneLink>> MakeLink(model::ConfigureRequest configure, bool adopt,
                                                   LaneHandlers run);
  /// Starts the tasks beside the link's own. A lane that is not adopted is in its `_ci-setup` from
  /// now on.
  void Begin(async::TaskGroup& group);

  /// What became of the nodes of a lane that never had a plan: `_ci-setup` errored (or cancelled)
  /// with the reason, all others skipped (cancelled), each with its log. `attempt_of` says which
  /// attempt that is; empty for a node that has ended already, which is left as it is.
  std::vector<model::Attempt> LastAttempts(
      const LaneEnd& end,
      const std::function<std::optional<int32_t>(const std::string& instance)>& attempt_of);

  /// Puts the logs that are here on the disk.
  boost::asio::awaitable<void> SyncLogs() { return pull_.Sync(); }

 private:
  void OnAttempt(model::Attempt attempt);
  /// A lane that says that nothing of it is under way, and knows nothing of a node of its plan, is
  /// what is left of one that was killed: the rest will never run. Once its logs are here.
  void LookWhetherItDied();
  LaneNews WithProgress(LaneNews news) const;
  model::Attempt Record(const std::string& instance, int32_t n, model::NodeStatus status,
                        std::string reason) const;

  World& world_;
  std::string run_id_;
  std::string cache_id_;
  ledger::RunLane lane_;
  model::LaneFolder folder_;
  model::LanePlan plan_;
  std::string runner_sha256_;
  provision::HostWorld host_world_;
  LaneHandlers run_;
  SetupStory story_;
  NeedsGate gate_{[this](const model::Attempt& attempt) { run_.on_attempt(attempt); }};
  LogPull pull_;
  SourceSupply supply_;
  LaneLink* link_ = nullptr;
  bool adopted_ = false;
  int64_t setup_began_ = 0;  ///< epoch milliseconds; 0 = under an earlier owner
  LaneNews shown_;
  /// How far the host's clock is behind ours; known once something began there before our eyes.
  std::optional<int64_t> behind_ms_;
  bool live_ = false;  ///< what is heard now happens now
  bool settled_there_ = false;
  std::set<std::string> heard_of_;  ///< the nodes that the lane has an attempt of
};

}  // namespace odu::coordinator
