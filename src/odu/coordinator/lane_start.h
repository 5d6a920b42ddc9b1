#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "async/task_group.h"
#include "odu/coordinator/fan_in.h"
#include "odu/coordinator/lane_link.h"
#include "odu/coordinator/remote_lane.h"
#include "odu/coordinator/world.h"
#include "odu/ledger/run_folder.h"

namespace odu::coordinator {

/// One lane as a run begins with it.
struct LaneStart {
  ledger::RunLane lane;
  model::ConfigureRequest configure;
  bool adopt = false;  ///< it may be running already: find it, do not start it
  bool over = false;   ///< it ended under an earlier owner
  std::vector<model::LaneNodesRequest> cancels;  ///< that an earlier owner took and never told it
  std::string runner;                            ///< LaneLine::runner of an earlier owner
};

/// A lane's link with what stands beside it; the link goes first.
struct StartedLane {
  std::unique_ptr<RemoteLane> remote;  ///< null for a lane of this machine
  std::unique_ptr<LaneLink> link;
};

/// Makes the link of a lane, wherever it runs, and starts its tasks in `group`. A lane that cannot
/// even be named has no link: its end is told.
StartedLane StartLane(World& world, const ledger::RunHeader& header,
                      const ledger::RunFolder& folder, async::TaskGroup& group, LaneStart start,
                      LaneHandlers handlers);

/// What its lane says last of nodes that nobody will run: for one of this machine that died, what
/// its journal has, after what it left running was ended (`left` processes); for another, what
/// became of nodes that never had a lane.
boost::asio::awaitable<std::vector<model::Attempt>> LastOf(World& world, const FanIn& fan_in,
                                                           const model::LaneFolder& folder,
                                                           std::string platform, LaneEnd end,
                                                           RemoteLane* remote, size_t& left);

}  // namespace odu::coordinator
