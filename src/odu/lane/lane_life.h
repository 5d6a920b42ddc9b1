#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "async/clock.h"
#include "base/error.h"
#include "odu/model/lane_folder.h"

namespace odu::lane {

/// How a lane's process is made.
struct LaneLifeOptions {
  model::LaneFolder folder;
  std::string build;        ///< `odu-runner --version`
  double time_scale = 1.0;  ///< graces and timeouts are divided by it (tests: ODU_TIME_SCALE)
  bool sync = true;         ///< to the disk; off only for a benchmark (ODU_DURABILITY)
  /// What runs is ended when nobody has been connected for so long.
  async::Duration orphan_timeout = std::chrono::hours(12);
};

/// Brings a lane to life over its folder, in a process of its own that outlives this one. Returns
/// in two processes: nothing in the starter, once the lane serves (or somebody served it already);
/// its exit code in the lane, at the end of its life. Call it before any thread or event loop.
/// Over the folder of a lane that is dead (killed, or of an earlier boot) the new one only tells
/// what became of that, and ends what it left running.
/// Failures: the folder, or a `lanes` above it, is not ours alone (kRefused), its lock is held by a
/// process that does not answer (kBusy "not_answering"), or what the lane itself failed with.
base::Result<std::optional<int>> LiveAsLane(const LaneLifeOptions& options);

/// The lane's own life, in this process: serves until it is released, told to end, or nobody wants
/// it any more. For the foreground and for tests.
base::Result<int> ServeLane(const LaneLifeOptions& options);

}  // namespace odu::lane
