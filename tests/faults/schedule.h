#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace odu::faults {

/// What is waited for before something is done to a run.
enum class Point {
  kRunLines,   ///< the run's journal has that many lines
  kLaneLines,  ///< the lane's journal has that many lines
  kWitness,    ///< recipes began and ended that often, together
  kMoment,     ///< that many milliseconds have passed
};

enum class Deed {
  kKillCoordinator,
  kKillLane,
  kKillBoth,  ///< coordinator, then lane
  kKillFace,
  kStopCoordinator,  ///< SIGSTOP, and SIGCONT later
  kStopLane,
  kStopFace,
  kClean,                  ///< `git clean -fdx` in the checkout
  kDropDoor,               ///< `.ci/odu.sock` is removed
  kDropLaneDoor,           ///< the lane's socket is removed
  kFillDisk,               ///< the disk of the state is full for a while
  kKillCoordinatorAtCall,  ///< at the `call`-th system call that others could notice
  kKillLaneAtCall,
  kSlowCoordinator,  ///< each call that others could notice takes long, as on a slow disk
  kSlowLane,
  kCancelNode,
  kCancelRun,
  kRerunNode,  ///< of a run whose last step waits until all is done to it
  // Of a run whose lane is on another machine.
  kCutLink,    ///< every connection ends, and none can be made for a while
  kFillFar,    ///< its disk is full for a while
  kJumpClock,  ///< its clock is an hour or so ahead, or behind, from now on
};

struct Blow {
  Point point = Point::kMoment;
  int at = 0;
  /// Further wait after the point, so that not only the instruction after a write is hit.
  int after_ms = 0;
  Deed deed = Deed::kKillCoordinator;
  int lasts_ms = 0;  ///< of what ends again
  int call = 0;
  bool behind = false;  ///< after that call, not before it
  /// Somebody looks at once, which starts another coordinator.
  bool looked_after = false;
};

/// What happens to one run, from first to last.
struct Schedule {
  uint64_t seed = 0;
  bool remote = false;  ///< the lane is on another machine
  bool ssh = false;     ///< which is reached by ssh
  std::vector<Blow> blows;

  bool Has(Deed deed) const { return Count(deed) > 0; }
  int Count(Deed deed) const;
};

/// By seed modulo 4. 0: each death at each line of each journal, one after the other. 1: death of
/// coordinator or lane at each system call that others could notice, one after the other, once or
/// of several in a row. 2: one to four blows of any kind at any point. 3: a lane on another
/// machine; every second one has its link cut, or a death, at each line and state, one after the
/// other, the others one to four blows.
Schedule ScheduleOf(uint64_t seed);

/// For people: one line a blow.
std::string Told(const Schedule& schedule);

}  // namespace odu::faults
