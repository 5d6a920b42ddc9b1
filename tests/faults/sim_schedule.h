#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace odu::faults {

/// What is waited for before something is done to a simulated run.
enum class SimPoint {
  kRunLines,    ///< the run's journal has that many lines
  kLaneLines,   ///< the lane's journal has that many lines
  kLaneFrames,  ///< that many frames were sent between coordinator and lane
  kFaceFrames,  ///< that many between faces and coordinator
  kNodeStates,  ///< recipes began and ended that often, together
  kMoment,      ///< that many milliseconds have passed
};

enum class SimDeed {
  kKillOwner,  ///< the coordinator; at a frame, in its middle
  kKillLane,
  kKillBoth,
  kCutLaneLinks,  ///< at a frame, in its middle
  kCutFaceLinks,
  kStopOwner,  ///< SIGSTOP, and SIGCONT later
  kStopLane,
  kReplaceOwner,  ///< stopped, another one owns the checkout meanwhile, and then it wakes
  kFillOwner,     ///< its disk is full for a while
  kFillLane,
  kJumpOwner,  ///< its wall clock is wrong from now on
  kJumpLane,
  kSlowOwner,  ///< each of its turns takes long, for a while
  kSlowLane,
  kCancelNode,
  kCancelRun,
};

struct SimBlow {
  SimPoint point = SimPoint::kMoment;
  int at = 0;
  SimDeed deed = SimDeed::kKillOwner;
  int64_t lasts_ms = 0;  ///< of what ends again; of a death: until there is another
  int64_t jump_ms = 0;
  int which = 0;  ///< the node that is cancelled
};

/// What happens to one simulated run, from first to last.
struct SimSchedule {
  uint64_t seed = 0;
  bool remote = false;  ///< its lane is on another machine
  bool rerun = false;   ///< somebody runs what is red once more
  std::vector<SimBlow> blows;

  bool Has(SimDeed deed) const;
};

/// Three of four seeds count through every deed at every line, frame and state, one after the
/// other; every fourth throws one to five of any kind at any point.
SimSchedule SimScheduleOf(uint64_t seed);

/// For people: one line a blow.
std::string Told(const SimSchedule& schedule);

}  // namespace odu::faults
