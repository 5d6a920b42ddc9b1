#include "faults/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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

Schedule Enumerated(uint64_t number) {
  const auto [point, deed] = kEnumerated[number % kEnumerated.size()];
  Blow blow;
  blow.point = point;
  blow.deed = deed;
  blow.at = 1 + static_cast<int>(number / kEnumerated.size() % kLines);
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

Schedule AtRandom(Dice& dice) {
  // Deaths are what most can be lost by.
  constexpr std::array kDeeds = {
      Deed::kKillCoordinator, Deed::kKillCoordinator, Deed::kKillCoordinator,
      Deed::kKillLane,        Deed::kKillLane,        Deed::kKillBoth,
      Deed::kKillFace,        Deed::kKillFace,        Deed::kStopCoordinator,
      Deed::kStopLane,        Deed::kStopFace,        Deed::kClean,
      Deed::kDropDoor,        Deed::kDropLaneDoor,    Deed::kFillDisk,
      Deed::kSlowCoordinator, Deed::kSlowLane,        Deed::kCancelNode,

  };
  constexpr std::array kPoints = {Point::kRunLines, Point::kLaneLines, Point::kWitness,
                                  Point::kMoment};
  Schedule schedule;
  const int blows = dice.Between(1, 4);
  int lines = 0;
  int ms = 0;
  for (int number = 0; number < blows; ++number) {
    Blow blow;
    blow.point = kPoints[static_cast<size_t>(dice.Between(0, kPoints.size() - 1))];
    blow.deed = kDeeds[static_cast<size_t>(dice.Between(0, kDeeds.size() - 1))];
    lines += dice.Between(1, kLines / 2);
    ms = dice.Between(0, 400);
    blow.at = blow.point == Point::kMoment ? ms : lines;
    blow.after_ms = dice.OnceIn(3) ? dice.Between(1, 60) : 0;
    blow.lasts_ms = dice.Between(50, 700);
    blow.looked_after = dice.OnceIn(2);
    schedule.blows.push_back(blow);
  }
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
  }
  return "?";
}

}  // namespace

bool Schedule::Has(Deed deed) const {
  return std::ranges::any_of(blows, [deed](const Blow& blow) { return blow.deed == deed; });
}

Schedule ScheduleOf(uint64_t seed) {
  Dice dice(seed);
  const uint64_t number = seed / 3;
  Schedule schedule = seed % 3 == 0   ? Enumerated(number)
                      : seed % 3 == 1 ? AtCalls(number, dice)
                                      : AtRandom(dice);
  schedule.seed = seed;
  return schedule;
}

std::string Told(const Schedule& schedule) {
  std::string text = fmt::format("seed {} (script/test --faults 1 --real --seed {}):\n",
                                 schedule.seed, schedule.seed);
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
