#include "odu/terminal/picture.h"

#include <algorithm>

#include "odu/terminal/draw_chrome.h"
#include "odu/terminal/draw_log.h"
#include "odu/terminal/draw_matrix.h"
#include "odu/terminal/draw_overlay.h"

namespace odu::terminal {
namespace {

/// Every character a terminal without UTF-8 cannot show, replaced.
void ToAscii(Grid& grid) {
  for (int y = 0; y < grid.height(); ++y) {
    for (int x = 0; x < grid.width(); ++x) {
      const Cell& cell = grid.at(x, y);
      if (cell.width == 1 && static_cast<unsigned char>(cell.text()[0]) < 0x80 &&
          cell.length == 1) {
        continue;
      }
      Cell plain;
      plain.style = cell.style;
      plain.bytes[0] = '?';
      grid.Put(x, y, plain, grid.width());
    }
  }
}

}  // namespace

std::string Fitted(std::string_view text, int columns, const Theme& theme) {
  if (columns <= 0) {
    return {};
  }
  if (Columns(text) <= columns) {
    return std::string(text);
  }
  Grid line(columns - 1, 1);
  const int used = line.Put(0, 0, text);
  std::string cut = line.Text();
  cut.pop_back();
  cut.append(static_cast<size_t>(std::max(used - Columns(cut), 0)), ' ');
  return cut + std::string(theme.ellipsis());
}

Picture Draw(const State& state, const LogDocument& log, const Theme& theme, int width,
             int height) {
  const Matrix matrix = MatrixOf(state.shown());
  LayoutNeeds needs;
  needs.width = width;
  needs.height = height;
  needs.rows = std::max(static_cast<int>(matrix.rows.size()), 1);
  needs.platforms = static_cast<int>(matrix.platforms.size());
  for (const Matrix::Row& row : matrix.rows) {
    needs.label = std::max(needs.label, Columns(row.recipe) + 1);
  }
  needs.zoomed = state.zoomed && !state.is_idle();
  Picture picture;
  picture.layout = LayOut(needs);
  picture.grid = Grid(picture.layout.width, picture.layout.height);
  if (!needs.zoomed) {
    DrawMatrix(picture, state, matrix, theme);
    DrawEvents(picture, state, theme);
  }
  const Rect& rule = picture.layout.rule;
  picture.grid.Fill(rule, theme.bar(), Theme::Dim());
  if (!rule.empty() && !picture.layout.events.empty()) {
    picture.grid.Put(rule.x, picture.layout.events.y, theme.joint(), Theme::Dim());
  }
  if (state.is_idle()) {
    DrawRuns(picture, state, theme);
  } else {
    DrawLog(picture, state, log, theme);
  }
  DrawHeader(picture, state, theme);
  DrawFooter(picture, state, theme);
  DrawOverlay(picture, state, theme);
  if (theme.ascii) {
    ToAscii(picture.grid);
  }
  return picture;
}

}  // namespace odu::terminal
