#include "odu/terminal/draw_matrix.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "odu/face/display.h"

namespace odu::terminal {
namespace {

constexpr int kMargin = 2;
constexpr int kDigits = 9;

/// "1m3s" where there is room, else "63s" cut: a duration is never shown in part.
std::string CellText(const model::Node& node, const State& state, const Theme& theme, int room) {
  std::string text(theme.Glyph(node.status));
  if (state.is_idle()) {
    const bool taken = state.selected.empty() || state.selected.contains(node.name);
    return fmt::format("[{}]", taken ? (theme.ascii ? "x" : "✔") : " ");
  }
  const auto add = [&](const std::string& more) {
    if (Columns(text + more) <= room) {
      text += more;
    }
  };
  if (const auto elapsed = face::ElapsedMs(node, state.now_ms)) {
    text += ' ' + face::Span(*elapsed);
  }
  if (node.attempt > 1) {
    add(fmt::format(" #{}", node.attempt));
  }
  if (IsFlaky(state.shown(), node.name)) {
    add(" flaky");
  }
  return text;
}

/// What a lane does, in few words: "copying 63 %", "reconnecting in 4 s".
std::string LaneText(const model::Lane& lane) {
  constexpr uint64_t kWhole = 100;
  if (lane.total_bytes > 0) {
    return fmt::format("{} {} %", lane.state, lane.bytes * kWhole / lane.total_bytes);
  }
  if (lane.state == "connected" || lane.state == "ended") {
    return {};
  }
  return lane.detail.empty() ? lane.state : lane.detail;
}

struct Window {
  int first_row = 0;
  int rows = 0;
  int first_column = 0;
  int columns = 0;
};

void DrawHeads(Picture& picture, const State& state, const Matrix& matrix, const Theme& theme,
               const Window& window) {
  const Layout& layout = picture.layout;
  const Rect& place = layout.lanes;
  if (place.empty()) {
    return;
  }
  const int above = window.first_row;
  const int below = static_cast<int>(matrix.rows.size()) - window.first_row - window.rows;
  std::string more;
  if (above > 0) {
    more += fmt::format("{}{} ", theme.up(), above);
  }
  if (below > 0) {
    more += fmt::format("{}{}", theme.down(), below);
  }
  picture.grid.Put(place.x + kMargin, place.y + 1, more, Theme::Dim(),
                   place.x + kMargin + layout.label_columns);
  for (int i = 0; i < window.columns; ++i) {
    const auto index = static_cast<size_t>(window.first_column) + static_cast<size_t>(i);
    const std::string platform(matrix.platforms[index]);
    const int x = place.x + kMargin + layout.label_columns + i * layout.cell_columns;
    const int end = std::min(x + layout.cell_columns, place.x + place.width);
    const int room = layout.cell_columns - 1;
    picture.grid.Put(x, place.y, Fitted(platform, room, theme), Theme::Bold(), end);
    const auto lane = state.shown().lanes.find(platform);
    if (lane == state.shown().lanes.end()) {
      continue;
    }
    const std::string text = LaneText(lane->second);
    const std::string said = text.empty() ? lane->second.host : text;
    const Style style = Theme::LaneStyle(lane->second.state);
    const int next =
        picture.grid.Put(x, place.y + 1, theme.LaneGlyph(lane->second.state), style, end);
    picture.grid.Put(next + 1, place.y + 1, Fitted(said, room - 2, theme),
                     text.empty() ? Theme::Dim() : style, end);
  }
}

}  // namespace

void DrawMatrix(Picture& picture, const State& state, const Matrix& matrix, const Theme& theme) {
  const Layout& layout = picture.layout;
  const Rect& place = layout.matrix;
  if (place.empty()) {
    return;
  }
  const Matrix::Place focus = matrix.Find(state.focus).value_or(Matrix::Place{});
  Window window;
  window.rows = std::min(place.height, static_cast<int>(matrix.rows.size()));
  window.first_row =
      FirstShown(static_cast<int>(matrix.rows.size()), place.height, static_cast<int>(focus.row));
  window.columns = std::min(layout.shown_platforms, static_cast<int>(matrix.platforms.size()));
  window.first_column = FirstShown(static_cast<int>(matrix.platforms.size()), window.columns,
                                   static_cast<int>(focus.column));
  DrawHeads(picture, state, matrix, theme, window);
  for (int i = 0; i < window.rows; ++i) {
    const Matrix::Row& row =
        matrix.rows[static_cast<size_t>(window.first_row) + static_cast<size_t>(i)];
    const int y = place.y + i;
    const bool here = static_cast<size_t>(window.first_row) + static_cast<size_t>(i) == focus.row;
    if (i < kDigits) {
      picture.grid.Put(place.x, y, std::to_string(i + 1), Theme::Dim());
    }
    picture.grid.Put(place.x + kMargin, y, Fitted(row.recipe, layout.label_columns - 1, theme),
                     here ? Theme::Bold() : Style(), place.x + place.width);
    for (int column = 0; column < window.columns; ++column) {
      const model::Node* node =
          row.cells[static_cast<size_t>(window.first_column) + static_cast<size_t>(column)];
      if (node == nullptr) {
        continue;
      }
      const int x = place.x + kMargin + layout.label_columns + column * layout.cell_columns;
      const int end = std::min(x + layout.cell_columns, place.x + place.width);
      const int room = layout.cell_columns - 1;
      const std::string text = CellText(*node, state, theme, room);
      const bool flaky = IsFlaky(state.shown(), node->name);
      picture.grid.Put(x, y, text, flaky ? Theme::Warning() : Theme::StatusStyle(node->status),
                       end - 1);
      const Rect cell{x, y, std::max(end - x - 1, 1), 1};
      if (node->name == state.focus) {
        picture.grid.Restyle(cell, [](Style style) {
          style.attributes =
              static_cast<uint8_t>((style.attributes & ~Style::kDim) | Style::kReverse);
          return style;
        });
      }
      Hit hit;
      hit.where = cell;
      hit.name = node->name;
      picture.hits.push_back(std::move(hit));
    }
  }
  if (state.link_lost.has_value()) {
    Rect all = place;
    all.y = layout.lanes.empty() ? place.y : layout.lanes.y;
    all.height = place.y + place.height - all.y;
    picture.grid.Restyle(
        all, [](Style style) { return Style{{}, {}, style.attributes}.With(Style::kDim); });
  }
}

}  // namespace odu::terminal
