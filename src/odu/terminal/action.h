#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "odu/terminal/key.h"
#include "odu/terminal/state.h"

namespace odu::terminal {

/// What a person can ask of the dashboard: by a key, by the palette, by a click on a hint.
enum class Action {
  kLeft,
  kDown,
  kUp,
  kRight,
  kNext,
  kPrevious,
  kZoom,
  kAttempts,
  kHelp,
  kPalette,
  kRerun,
  kRerunRed,
  kCancel,
  kCancelLane,
  kCancelRun,
  kShell,
  kFollow,
  kPageUp,
  kPageDown,
  kTop,
  kBottom,
  kSearch,
  kNextMatch,
  kPreviousMatch,
  kNextError,
  kWrap,
  kCopy,
  kOlderRun,
  kNewerRun,
  kSelect,
  kStart,
  kStartNoPost,
  kStartNoStrict,
  kRedraw,
  kSuspend,
  kLeave,
};

struct ActionInfo {
  Action action;
  std::string_view keys;  ///< as help shows them
  std::string_view name;  ///< in the palette; empty = not there
  std::string_view help;
};

/// Every action that help or the palette shows, in their order.
std::span<const ActionInfo> Actions();

/// What a key means while nothing is open.
std::optional<Action> ActionOf(const Key& key);

/// A line of the palette: an action, or a node to go to.
struct PaletteLine {
  std::optional<Action> action;
  std::string name;
  std::string_view keys;
  std::string_view help;
};
/// The lines that hold what was typed, in any case: actions first, then nodes.
std::vector<PaletteLine> PaletteLines(const State& state);

}  // namespace odu::terminal
