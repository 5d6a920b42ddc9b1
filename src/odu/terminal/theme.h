#pragma once

#include <array>
#include <string_view>

#include "odu/model/node.h"
#include "odu/terminal/style.h"

namespace odu::terminal {

/// What the parts of the screen look like: on dark and on light backgrounds, as only the
/// terminal's own colours are used and no background is painted over. Each status has a shape of
/// its own besides its colour; `ascii` keeps to shapes that every terminal has.
struct Theme {
  bool ascii = false;

  std::string_view Glyph(model::NodeStatus status) const;
  static Style StatusStyle(model::NodeStatus status);
  /// The state of a lane: connected, on its way, or lost.
  std::string_view LaneGlyph(std::string_view state) const;
  static Style LaneStyle(std::string_view state);

  std::string_view dot() const { return ascii ? "-" : "·"; }
  std::string_view ellipsis() const { return ascii ? "~" : "…"; }
  std::string_view rule() const { return ascii ? "-" : "─"; }
  std::string_view bar() const { return ascii ? "|" : "│"; }
  std::string_view up() const { return ascii ? "^" : "↑"; }
  std::string_view down() const { return ascii ? "v" : "↓"; }
  /// Where a rule comes from the left and ends at a bar.
  std::string_view joint() const { return ascii ? "+" : "┤"; }
  /// The corners of a frame: top left, top right, bottom left, bottom right.
  std::array<std::string_view, 4> corners() const {
    using Corners = std::array<std::string_view, 4>;
    return ascii ? Corners{"+", "+", "+", "+"} : Corners{"╭", "╮", "╰", "╯"};
  }

  static Style Plain() { return {}; }
  static Style Dim() { return Style{}.With(Style::kDim); }
  static Style Bold() { return Style{}.With(Style::kBold); }
  static Style Title();
  static Style Warning();
  static Style Bad();
  static Style Good();
  static Style Busy();
  static Style Key();
  static Style Match();
};

}  // namespace odu::terminal
