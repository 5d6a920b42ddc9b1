#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "async/clock.h"
#include "base/error.h"
#include "git/runner.h"
#include "odu/model/lane_contract.h"

/// What lanes leave on another machine, below one folder:
///
///   lanes/<run_id>.<platform>/   a lane's folder      goes 7 days after its end
///   work/<run_id>.<platform>/    its kept work tree   goes after 24 hours, or as the fourth kept
///   repos/<id>.git               an object cache      goes unused for 30 days, or over the quota
///
/// Nothing goes that is in use: a lane that lives with its tree and its cache, a cache with a tree,
/// a tree in which a process works.
namespace odu::lane {

struct SweepRules {
  async::Duration lanes_after = std::chrono::days(7);
  async::Duration trees_after = std::chrono::hours(24);
  size_t trees_kept = 3;  ///< a repository
  async::Duration caches_after = std::chrono::days(30);
  uint64_t caches_bytes = uint64_t{20} << 30;  ///< all together
  /// Before what a killed lane left running is killed.
  async::Duration grace = std::chrono::seconds(10);
};

/// What was removed, by path.
struct SweepReport {
  bool busy = false;  ///< somebody else sweeps there; nothing was done
  std::vector<std::string> removed;
};

/// Sweeps `root`, which must be ours. What resists is passed over; the next sweep finds it again.
/// Failures: kRefused when it is no folder of ours.
boost::asio::awaitable<base::Result<SweepReport>> Sweep(git::Runner& runner, async::Clock& clock,
                                                        std::string root, SweepRules rules);

/// The root that a lane's folder and its source lie below; empty when they do not lie as above.
std::string SweepRootOf(const std::string& lane_folder, const model::LaneSource& source);

/// True, at most once in `every`, when it is time to sweep `root`.
bool IsSweepDue(const std::string& root, async::Duration every, int64_t now_ms);

}  // namespace odu::lane
