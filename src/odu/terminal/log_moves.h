#pragma once

#include <optional>
#include <vector>

#include "odu/terminal/effect.h"
#include "odu/terminal/key.h"
#include "odu/terminal/picture.h"

/// What keys and the mouse do with the log pane.
namespace odu::terminal {

/// Up (negative) or down; at the last line it follows again.
std::vector<Effect> ScrollLog(State& state, const Picture& picture, const LogDocument& log,
                              int lines);
/// The next or the last line that matches, from the last match or from what is shown; errors from
/// the log's beginning.
std::vector<Effect> FindInLog(const State& state, const Picture& picture, const LogDocument& log,
                              const LogPattern& pattern, bool forward);
/// What is selected, else the lines shown.
std::vector<Effect> CopyLog(State& state, const Picture& picture, const LogDocument& log);
/// The place of the log under the mouse; with `clamped` the nearest one.
std::optional<LogPoint> LogPointAt(const State& state, const Picture& picture,
                                   const LogDocument& log, const Key& key, bool clamped);

}  // namespace odu::terminal
