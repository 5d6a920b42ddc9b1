#include "odu/terminal/theme.h"

namespace odu::terminal {
namespace {

constexpr int kRed = 1;
constexpr int kGreen = 2;
constexpr int kYellow = 3;
constexpr int kCyan = 6;

constexpr Style Of(int colour, uint8_t attributes = 0) {
  Style style;
  style.fg = Colour::Indexed(colour);
  style.attributes = attributes;
  return style;
}

bool IsBad(std::string_view state) {
  return state == "lost" || state == "failed";
}

}  // namespace

std::string_view Theme::Glyph(model::NodeStatus status) const {
  if (!ascii) {
    return model::StatusGlyph(status);
  }
  switch (status) {
    case model::NodeStatus::kPending:
      return ".";
    case model::NodeStatus::kRunning:
      return ">";
    case model::NodeStatus::kOk:
      return "+";
    case model::NodeStatus::kFailed:
      return "x";
    case model::NodeStatus::kSkipped:
      return "-";
    case model::NodeStatus::kErrored:
      return "!";
    case model::NodeStatus::kCancelled:
      return "#";
  }
  return "?";
}

Style Theme::StatusStyle(model::NodeStatus status) {
  switch (status) {
    case model::NodeStatus::kOk:
      return Good();
    case model::NodeStatus::kFailed:
    case model::NodeStatus::kErrored:
      return Bad();
    case model::NodeStatus::kRunning:
      return Busy();
    case model::NodeStatus::kCancelled:
      return Of(kYellow);
    case model::NodeStatus::kPending:
    case model::NodeStatus::kSkipped:
      return Dim();
  }
  return Plain();
}

std::string_view Theme::LaneGlyph(std::string_view state) const {
  if (state == "connected") {
    return ascii ? "*" : "●";
  }
  if (state == "ended") {
    return ascii ? "o" : "○";
  }
  if (IsBad(state)) {
    return ascii ? "!" : "⚠";
  }
  return ascii ? "~" : "◌";
}

Style Theme::LaneStyle(std::string_view state) {
  if (state == "connected") {
    return Good();
  }
  if (state == "ended") {
    return Dim();
  }
  return IsBad(state) ? Bad() : Of(kYellow);
}

Style Theme::Title() {
  return Style{}.With(Style::kBold | Style::kReverse);
}
Style Theme::Warning() {
  return Of(kYellow, Style::kBold);
}
Style Theme::Bad() {
  return Of(kRed, Style::kBold);
}
Style Theme::Good() {
  return Of(kGreen);
}
Style Theme::Busy() {
  return Of(kCyan);
}
Style Theme::Key() {
  return Bold();
}
Style Theme::Match() {
  Style style = Of(0);
  style.bg = Colour::Indexed(kYellow);
  return style;
}

}  // namespace odu::terminal
