#include "faults/sim_schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "faults/dice.h"

namespace odu::faults {
namespace {

using enum SimPoint;
using enum SimDeed;

struct Kind {
  SimPoint point;
  SimDeed deed;
};

/// One after the other, at each of their points.
constexpr std::array kEnumerated = {
    Kind{kRunLines, kKillOwner},      Kind{kLaneLines, kKillLane},
    Kind{kLaneFrames, kCutLaneLinks}, Kind{kLaneFrames, kKillOwner},
    Kind{kLaneFrames, kKillLane},     Kind{kFaceFrames, kKillOwner},
    Kind{kNodeStates, kKillOwner},    Kind{kNodeStates, kKillLane},
    Kind{kRunLines, kReplaceOwner},   Kind{kLaneLines, kKillOwner},
    Kind{kRunLines, kKillLane},       Kind{kRunLines, kFillOwner},
    Kind{kLaneLines, kFillLane},      Kind{kFaceFrames, kCutFaceLinks},
    Kind{kLaneFrames, kReplaceOwner}, Kind{kNodeStates, kKillBoth},
    Kind{kNodeStates, kCancelNode},   Kind{kRunLines, kStopOwner},
    Kind{kLaneLines, kStopLane},
};

/// About so many there are of each in an undisturbed run.
int MostOf(SimPoint point) {
  switch (point) {
    case kRunLines:
      return 22;
    case kLaneLines:
      return 18;
    case kLaneFrames:
      return 40;
    case kFaceFrames:
      return 8;
    case kNodeStates:
      return 14;
    case kMoment:
      return 2'500;
  }
  return 1;
}

constexpr int64_t kMinute = 60'000;

SimBlow BlowOf(SimPoint point, SimDeed deed, int at, Dice& dice) {
  SimBlow blow;
  blow.point = point;
  blow.deed = deed;
  blow.at = at;
  blow.which = dice.Between(0, 7);
  switch (deed) {
    case kKillOwner:
    case kKillBoth:
      // Now and then nobody looks for long.
      blow.lasts_ms = dice.OnceIn(6) ? 40 * kMinute : dice.Between(0, 2'000);
      break;
    case kStopOwner:
    case kReplaceOwner:
      blow.lasts_ms = dice.OnceIn(3) ? 60 * kMinute : dice.Between(1, 3'000);
      break;
    case kStopLane:
      blow.lasts_ms = dice.OnceIn(3) ? 5 * kMinute : dice.Between(1, 3'000);
      break;
    case kJumpOwner:
    case kJumpLane:
      blow.jump_ms =
          (dice.OnceIn(2) ? 1 : -1) * static_cast<int64_t>(dice.Between(1, 100)) * kMinute;
      break;
    default:
      blow.lasts_ms = dice.Between(1, 3'000);
      break;
  }
  return blow;
}

std::string_view NameOf(SimPoint point) {
  switch (point) {
    case kRunLines:
      return "lines of the run's journal";
    case kLaneLines:
      return "lines of the lane's journal";
    case kLaneFrames:
      return "frames with the lane";
    case kFaceFrames:
      return "frames with faces";
    case kNodeStates:
      return "begins and ends of recipes";
    case kMoment:
      return "ms";
  }
  return "?";
}

std::string_view NameOf(SimDeed deed) {
  constexpr std::array<std::string_view, 16> kNames = {
      "kill the coordinator",
      "kill the lane",
      "kill both",
      "cut the lane's links",
      "cut the faces' links",
      "stop the coordinator",
      "stop the lane",
      "replace the coordinator",
      "fill the coordinator's disk",
      "fill the lane's disk",
      "jump the coordinator's clock",
      "jump the lane's clock",
      "slow the coordinator down",
      "slow the lane down",
      "cancel a node",
      "cancel the run",
  };
  return kNames[static_cast<size_t>(deed)];
}

}  // namespace

bool SimSchedule::Has(SimDeed deed) const {
  return std::ranges::any_of(blows, [deed](const SimBlow& blow) { return blow.deed == deed; });
}

SimSchedule SimScheduleOf(uint64_t seed) {
  Dice dice(seed);
  SimSchedule schedule;
  schedule.seed = seed;
  schedule.remote = dice.OnceIn(2);
  schedule.rerun = dice.OnceIn(2);
  if (seed % 4 != 3) {
    const uint64_t number = seed / 4 * 3 + seed % 4;
    const Kind kind = kEnumerated[number % kEnumerated.size()];
    const auto most = static_cast<uint64_t>(MostOf(kind.point));
    const int at = 1 + static_cast<int>(number / kEnumerated.size() % most);
    schedule.blows.push_back(BlowOf(kind.point, kind.deed, at, dice));
    return schedule;
  }
  const int blows = dice.Between(1, 5);
  for (int number = 0; number < blows; ++number) {
    const auto point = static_cast<SimPoint>(dice.Between(0, static_cast<int>(kMoment)));
    const auto deed = static_cast<SimDeed>(dice.Between(0, static_cast<int>(kCancelRun)));
    schedule.blows.push_back(BlowOf(point, deed, dice.Between(1, MostOf(point)), dice));
  }
  return schedule;
}

std::string Told(const SimSchedule& schedule) {
  std::string text =
      fmt::format("seed {} (script/test --faults 1 --in-process --seed {}): {} lane{}\n",
                  schedule.seed, schedule.seed, schedule.remote ? "a remote" : "a local",
                  schedule.rerun ? ", rerun when red" : "");
  for (const SimBlow& blow : schedule.blows) {
    text += fmt::format("  at {} {}: {} ({} ms, jump {} ms)\n", blow.at, NameOf(blow.point),
                        NameOf(blow.deed), blow.lasts_ms, blow.jump_ms);
  }
  return text;
}

}  // namespace odu::faults
