#include "odu/terminal/log_moves.h"

#include <fmt/format.h>

#include <algorithm>

#include "odu/terminal/draw_log.h"

namespace odu::terminal {

std::vector<Effect> ScrollLog(State& state, const Picture& picture, const LogDocument& log,
                              int lines) {
  if (state.mode != Mode::kBrowse || state.is_idle()) {
    return {};
  }
  // Not what the last frame showed: more keys than frames may have come.
  const size_t top = FirstLogLine(state.log, log, picture.layout.log.height);
  const size_t room = static_cast<size_t>(std::max(picture.layout.log.height, 1));
  const size_t last = log.size() > room ? log.size() - room : 0;
  if (lines < 0) {
    state.log.follow = false;
    const auto up = static_cast<size_t>(-lines);
    state.log.top = top > up ? top - up : 0;
    if (top < up && log.begin() > 0) {
      return {EffectOf(Effect::Kind::kLogBefore)};
    }
    return {};
  }
  if (state.log.follow) {
    return {};
  }
  state.log.top = std::min(top + static_cast<size_t>(lines), last);
  if (state.log.top == last && log.end() >= state.log.size) {
    state.log.follow = true;
  }
  return {};
}

std::vector<Effect> FindInLog(const State& state, const Picture& picture, const LogDocument& log,
                              const LogPattern& pattern, bool forward) {
  if (state.is_idle()) {
    return {};
  }
  Effect effect = EffectOf(Effect::Kind::kSearch);
  effect.pattern = pattern;
  effect.forward = forward;
  if (state.log.match.has_value()) {
    effect.offset = *state.log.match + (forward ? 1 : 0);
  } else if (pattern.is_errors()) {
    effect.offset = 0;
  } else if (picture.log_top < log.size()) {
    effect.offset = log.line(picture.log_top).offset;
  }
  return {effect};
}

std::vector<Effect> CopyLog(State& state, const Picture& picture, const LogDocument& log) {
  Effect effect = EffectOf(Effect::Kind::kCopy);
  size_t lines = 0;
  if (state.log.selection.has_value()) {
    const LogPoint from = std::min(state.log.selection->from, state.log.selection->to);
    const LogPoint to = std::max(state.log.selection->from, state.log.selection->to);
    for (size_t i = from.line; i <= to.line && i < log.size(); ++i, ++lines) {
      const std::vector<Cell>& cells = log.line(i).cells;
      const size_t left = i == from.line ? static_cast<size_t>(from.column) : 0;
      const size_t right =
          i == to.line ? std::min(static_cast<size_t>(to.column) + 1, cells.size()) : cells.size();
      std::string text;
      for (size_t x = left; x < right; ++x) {
        text += cells[x].text();
      }
      text.resize(text.find_last_not_of(' ') + 1);
      effect.text += text + (i == to.line ? "" : "\n");
    }
    state.log.selection.reset();
  } else {
    const size_t end = std::min(
        picture.log_top + static_cast<size_t>(std::max(picture.layout.log.height, 0)), log.size());
    for (size_t i = picture.log_top; i < end; ++i, ++lines) {
      effect.text += log.line(i).Text() + '\n';
    }
  }
  if (effect.text.empty() || state.is_idle()) {
    Say(state, "nothing to copy");
    return {};
  }
  Say(state, fmt::format("copied {} {}", lines, lines == 1 ? "line" : "lines"));
  return {effect};
}

std::optional<LogPoint> LogPointAt(const State& state, const Picture& picture,
                                   const LogDocument& log, const Key& key, bool clamped) {
  const Rect& place = picture.layout.log;
  if (place.empty() || log.size() == 0 || state.is_idle() ||
      (!clamped && !place.Holds(key.x, key.y))) {
    return std::nullopt;
  }
  const int row = std::clamp(key.y - place.y, 0, place.height - 1);
  LogPoint point;
  point.line = std::min(picture.log_top + static_cast<size_t>(row), log.size() - 1);
  point.column = std::clamp(key.x - place.x, 0, place.width - 1);
  return point;
}

}  // namespace odu::terminal
