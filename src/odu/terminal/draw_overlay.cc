#include "odu/terminal/draw_overlay.h"

#include <fmt/format.h>

#include <algorithm>

#include "odu/face/display.h"
#include "odu/terminal/action.h"

namespace odu::terminal {
namespace {

struct Line {
  std::string left;
  std::string right;
  Style style;
};

/// A frame in the middle with a title and so many of `lines` as fit around the chosen one.
void DrawBox(Picture& picture, const Theme& theme, std::string_view title,
             const std::vector<Line>& lines, size_t chosen, bool choosable) {
  const int screen_width = picture.layout.width;
  const int screen_height = picture.layout.height;
  int left = 0;
  int right = 0;
  for (const Line& line : lines) {
    left = std::max(left, Columns(line.left));
    right = std::max(right, Columns(line.right));
  }
  const int width = std::clamp(left + right + 6, std::min(30, screen_width), screen_width);
  const int height =
      std::clamp(static_cast<int>(lines.size()) + 2, 3, std::max(screen_height - 2, 3));
  const Rect box{(screen_width - width) / 2, std::max((screen_height - height) / 2, 0), width,
                 std::min(height, screen_height)};
  const int end = box.x + box.width;
  picture.grid.Fill(box, " ", {});
  const Style edge = Theme::Dim();
  picture.grid.Fill({box.x, box.y, box.width, 1}, theme.rule(), edge);
  picture.grid.Fill({box.x, box.y + box.height - 1, box.width, 1}, theme.rule(), edge);
  picture.grid.Fill({box.x, box.y + 1, 1, box.height - 2}, theme.bar(), edge);
  picture.grid.Fill({end - 1, box.y + 1, 1, box.height - 2}, theme.bar(), edge);
  const auto corners = theme.corners();
  picture.grid.Put(box.x, box.y, corners[0], edge, end);
  picture.grid.Put(end - 1, box.y, corners[1], edge, end);
  picture.grid.Put(box.x, box.y + box.height - 1, corners[2], edge, end);
  picture.grid.Put(end - 1, box.y + box.height - 1, corners[3], edge, end);
  picture.grid.Put(box.x + 2, box.y, fmt::format(" {} ", title), Theme::Bold(), end - 1);
  const int room = box.height - 2;
  const int first = FirstShown(static_cast<int>(lines.size()), room, static_cast<int>(chosen));
  const int left_columns = std::min(left, width - 4);
  const int below = static_cast<int>(lines.size()) - first - room;
  if (below > 0 || first > 0) {
    std::string more = first > 0 ? fmt::format(" {}{}", theme.up(), first) : "";
    more += below > 0 ? fmt::format(" {}{}", theme.down(), below) : "";
    more += " ";
    picture.grid.Put(std::max(end - 2 - Columns(more), box.x + 1), box.y + box.height - 1, more,
                     Theme::Dim(), end - 1);
  }
  for (int i = 0; i < room && first + i < static_cast<int>(lines.size()); ++i) {
    const auto index = static_cast<size_t>(first) + static_cast<size_t>(i);
    const int y = box.y + 1 + i;
    picture.grid.Put(box.x + 2, y, Fitted(lines[index].left, left_columns, theme),
                     lines[index].style, end - 2);
    picture.grid.Put(box.x + 4 + left_columns, y,
                     Fitted(lines[index].right, end - 2 - (box.x + 4 + left_columns), theme),
                     Theme::Dim(), end - 2);
    if (!choosable) {
      continue;
    }
    const Rect row{box.x + 1, y, box.width - 2, 1};
    if (index == chosen) {
      picture.grid.Restyle(row, [](Style style) { return style.With(Style::kReverse); });
    }
    Hit hit;
    hit.where = row;
    hit.kind = Hit::Kind::kChoice;
    hit.index = index;
    picture.hits.push_back(std::move(hit));
  }
}

}  // namespace

void DrawOverlay(Picture& picture, const State& state, const Theme& theme) {
  std::vector<Line> lines;
  if (state.mode == Mode::kHelp) {
    for (const ActionInfo& info : Actions()) {
      if (!info.keys.empty()) {
        lines.push_back({std::string(info.keys), std::string(info.help), Theme::Key()});
      }
    }
    lines.push_back({"mouse", "click a cell, an event, a hint; drag selects", Theme::Key()});
    DrawBox(picture, theme, "keys", lines, state.choice, false);
  } else if (state.mode == Mode::kPalette) {
    for (const PaletteLine& line : PaletteLines(state)) {
      const std::string keys = line.keys.empty() ? "" : fmt::format(" ({})", line.keys);
      lines.push_back({line.name, std::string(line.help) + keys, {}});
    }
    if (lines.empty()) {
      lines.push_back({"nothing is called that", "", Theme::Dim()});
    }
    DrawBox(picture, theme, "commands", lines, state.choice, true);
  } else if (state.mode == Mode::kAttempts) {
    for (const AttemptLine& attempt : state.attempts) {
      Line line;
      line.left = fmt::format("attempt {}", attempt.attempt);
      if (attempt.status.has_value()) {
        line.left = fmt::format("{} {}", theme.Glyph(*attempt.status), line.left);
        line.style = Theme::StatusStyle(*attempt.status);
      }
      line.right = attempt.duration_ms.has_value() ? face::Span(*attempt.duration_ms) : "";
      if (!attempt.reason.empty()) {
        line.right += "  " + attempt.reason;
      }
      lines.push_back(std::move(line));
    }
    DrawBox(picture, theme, state.focus, lines, state.choice, true);
  }
}

}  // namespace odu::terminal
