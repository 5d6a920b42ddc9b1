#include "faults/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "faults/dice.h"

namespace odu::faults {
namespace {

/// Runs of the pipelines here write about so many lines into each of their journals.
constexpr int kLines = 16;

constexpr std::array kEnumerated = {
    std::pair(Point::kRunLines, Deed::kKillCoordinator),
    std::pair(Point::kLaneLines, Deed::kKillLane),
    std::pair(Point::kLaneLines, Deed::kKillCoordinator),
    std::pair(Point::kRunLines, Deed::kKillLane),
    std::pair(Point::kWitness, Deed::kKillBoth),
};

Schedule Enumerated(uint64_t number, std::span<const std::pair<Point, Deed>> each) {
  const auto [point, deed] = each[number % each.size()];
  Blow blow;
  blow.point = point;
  blow.deed = deed;
  blow.at = 1 + static_cast<int>(number / each.size() % kLines);
  Schedule schedule;
  schedule.blows.push_back(blow);
  return schedule;
}

Schedule AtCalls(uint64_t number, Dice& dice) {
  // A coordinator makes about so many such calls in a run, a lane fewer.
  constexpr int kCalls = 90;
  // So many of them are visited between two neighbours; it has no divisor in common with kCalls.
  constexpr uint64_t kStride = 37;
  Schedule schedule;
  // Every third time the next coordinator dies too, and the one after that.
  const int deaths = number % 3 == 2 ? 3 : 1;
  for (int death = 0; death < deaths; ++death) {
    Blow blow;
    blow.point = Point::kRunLines;
    blow.at = death == 0 ? dice.Between(1, 4) : 1;
    const bool lane = number % 3 == 1;
    blow.deed = lane ? Deed::kKillLaneAtCall : Deed::kKillCoordinatorAtCall;
    const int calls = deaths > 1 || lane ? kCalls / 3 : kCalls;
    blow.call = 1 + static_cast<int>(number * kStride % static_cast<uint64_t>(calls));
    blow.behind = dice.OnceIn(2);
    blow.looked_after = deaths > 1;
    schedule.blows.push_back(blow);
  }
  return schedule;
}

// Deaths are what most can be lost by.
constexpr std::array kHere = {
    Deed::kKillCoordinator, Deed::kKillCoordinator, Deed::kKillCoordinator, Deed::kKillLane,
    Deed::kKillLane,        Deed::kKillBoth,        Deed::kKillFace,        Deed::kKillFace,
    Deed::kStopCoordinator, Deed::kStopLane,        Deed::kStopFace,        Deed::kClean,
    Deed::kDropDoor,        Deed::kDropLaneDoor,    Deed::kFillDisk,        Deed::kSlowCoordinator,
    Deed::kSlowLane,        Deed::kCancelNode,      Deed::kCancelRun,
};

constexpr std::array kThere = {
    Deed::kCutLink,  Deed::kCutLink,         Deed::kCutLink,  Deed::kKillCoordinator,
    Deed::kKillLane, Deed::kStopCoordinator, Deed::kStopLane, Deed::kFillDisk,
    Deed::kFillFar,  Deed::kJumpClock,       Deed::kKillFace, Deed::kCancelNode,
};

// Of a run that is rerun in part: no death of its lane and nothing that ends it early, else the
// rerun is another run.
constexpr std::array kRerun = {
    Deed::kRerunNode,       Deed::kRerunNode, Deed::kKillCoordinator, Deed::kKillFace,
    Deed::kStopCoordinator, Deed::kStopLane,  Deed::kSlowLane,        Deed::kCancelNode,
};

std::vector<Blow> AtRandom(std::span<const Deed> deeds, Dice& dice) {
  constexpr std::array kPoints = {Point::kRunLines, Point::kLaneLines, Point::kWitness,
                                  Point::kMoment};
  std::vector<Blow> blows;
  const int count = dice.Between(1, 4);
  int lines = 0;
  int ms = 0;
  for (int number = 0; number < count; ++number) {
    Blow blow;
    blow.point = kPoints[static_cast<size_t>(dice.Between(0, kPoints.size() - 1))];
    blow.deed = deeds[static_cast<size_t>(dice.Between(0, static_cast<int>(deeds.size()) - 1))];
    lines += dice.Between(1, kLines / 2);
    ms = dice.Between(0, 400);
    blow.at = blow.point == Point::kMoment ? ms : lines;
    blow.after_ms = dice.OnceIn(3) ? dice.Between(1, 60) : 0;
    blow.lasts_ms = dice.Between(50, 700);
    blow.looked_after = dice.OnceIn(2);
    blows.push_back(blow);
  }
  return blows;
}

Schedule Remote(uint64_t number, Dice& dice) {
  constexpr std::array kOneByOne = {
      std::pair(Point::kLaneLines, Deed::kCutLink),
      std::pair(Point::kWitness, Deed::kCutLink),
      std::pair(Point::kRunLines, Deed::kCutLink),
      std::pair(Point::kLaneLines, Deed::kKillCoordinator),
      std::pair(Point::kLaneLines, Deed::kKillLane),
  };
  Schedule schedule;
  if (number % 2 == 0) {
    schedule = Enumerated(number / 2, kOneByOne);
    schedule.blows.front().lasts_ms = dice.OnceIn(2) ? 0 : dice.Between(50, 400);
  } else {
    schedule.blows = AtRandom(dice.OnceIn(4) ? std::span<const Deed>(kRerun) : kThere, dice);
  }
  schedule.remote = true;
  schedule.ssh = dice.OnceIn(2);
  return schedule;
}

std::string_view NameOf(Point point) {
  switch (point) {
    case Point::kRunLines:
      return "lines in the run's journal";
    case Point::kLaneLines:
      return "lines in the lane's journal";
    case Point::kWitness:
      return "beginnings and ends of recipes";
    case Point::kMoment:
      return "ms";
  }
  return "?";
}

std::string_view NameOf(Deed deed) {
  switch (deed) {
    case Deed::kKillCoordinator:
      return "kill -9 the coordinator";
    case Deed::kKillLane:
      return "kill -9 the lane";
    case Deed::kKillBoth:
      return "kill -9 coordinator and lane";
    case Deed::kKillFace:
      return "kill -9 the face";
    case Deed::kStopCoordinator:
      return "stop the coordinator";
    case Deed::kStopLane:
      return "stop the lane";
    case Deed::kStopFace:
      return "stop the face";
    case Deed::kClean:
      return "git clean -fdx";
    case Deed::kDropDoor:
      return "remove .ci/odu.sock";
    case Deed::kDropLaneDoor:
      return "remove lane.sock";
    case Deed::kFillDisk:
      return "fill the disk";
    case Deed::kKillCoordinatorAtCall:
      return "kill -9 the coordinator";
    case Deed::kKillLaneAtCall:
      return "kill -9 the lane";
    case Deed::kSlowCoordinator:
      return "slow the coordinator's disk down";
    case Deed::kSlowLane:
      return "slow the lane's disk down";
    case Deed::kCancelNode:
      return "cancel a node";
    case Deed::kCancelRun:
      return "cancel the run";
    case Deed::kRerunNode:
      return "rerun a node";
    case Deed::kCutLink:
      return "cut the link";
    case Deed::kFillFar:
      return "fill the lane's disk";
    case Deed::kJumpClock:
      return "let the lane's clock jump";
  }
  return "?";
}

}  // namespace

int Schedule::Count(Deed deed) const {
  return static_cast<int>(std::ranges::count(blows, deed, &Blow::deed));
}

Schedule ScheduleOf(uint64_t seed) {
  Dice dice(seed);
  const uint64_t number = seed / 4;
  Schedule schedule;
  switch (seed % 4) {
    case 0:
      schedule = Enumerated(number, kEnumerated);
      break;
    case 1:
      schedule = AtCalls(number, dice);
      break;
    case 2:
      schedule.blows = AtRandom(dice.OnceIn(4) ? std::span<const Deed>(kRerun) : kHere, dice);
      break;
    default:
      schedule = Remote(number, dice);
  }
  schedule.seed = seed;
  return schedule;
}

std::string Told(const Schedule& schedule) {
  std::string text = fmt::format("seed {} (script/test --faults 1 --real --seed {}):\n",
                                 schedule.seed, schedule.seed);
  if (schedule.remote) {
    text += fmt::format("  its lane is on another machine, behind {}\n",
                        schedule.ssh ? "ssh" : "a command");
  }
  for (const Blow& blow : schedule.blows) {
    const std::string call =
        blow.call > 0 ? fmt::format(" {} its call {}", blow.behind ? "behind" : "before", blow.call)
                      : "";
    text += fmt::format("  at {} {}{}: {}{}{}\n", blow.at, NameOf(blow.point),
                        blow.after_ms > 0 ? fmt::format(" and {} ms", blow.after_ms) : "",
                        NameOf(blow.deed), call, blow.looked_after ? ", then look" : "");
  }
  return text;
}

}  // namespace odu::faults
