#pragma once

#include <string>
#include <vector>

#include "odu/terminal/grid.h"
#include "odu/terminal/layout.h"
#include "odu/terminal/log_document.h"
#include "odu/terminal/state.h"
#include "odu/terminal/theme.h"

namespace odu::terminal {

/// Something that a click means.
struct Hit {
  enum class Kind { kNode, kKey, kRun, kChoice };
  Rect where;
  Kind kind = Kind::kNode;
  std::string name;  ///< a node, or the key that is pressed
  size_t index = 0;  ///< a run of `idle.runs`, or a line of a list
};

/// A screen and what is where on it.
struct Picture {
  Grid grid;
  Layout layout;
  std::vector<Hit> hits;  ///< the topmost last
  size_t log_top = 0;     ///< the first line of the log that is shown
};

/// The whole screen. Pure.
Picture Draw(const State& state, const LogDocument& log, const Theme& theme, int width, int height);

/// `text` cut to `columns`, its last one then being an ellipsis. Safe to show.
std::string Fitted(std::string_view text, int columns, const Theme& theme);

}  // namespace odu::terminal
