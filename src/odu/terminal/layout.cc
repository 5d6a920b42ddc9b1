#include "odu/terminal/layout.h"

#include <algorithm>

namespace odu::terminal {
namespace {

constexpr int kMargin = 2;  ///< the digits before the rows
constexpr int kLeastLabel = 10;
constexpr int kMostLabel = 40;
constexpr int kLeastCell = 12;
constexpr int kMostCell = 20;
/// A screen that is lower has one line of header and no room for heads of columns.
constexpr int kRoomyRows = 18;

void Columns(Layout& layout, const LayoutNeeds& needs, int width) {
  const int platforms = std::max(needs.platforms, 1);
  const int label = std::clamp(needs.label, kLeastLabel, kMostLabel);
  const int rest = width - kMargin - std::min(label, std::max(width / 2 - kMargin, kLeastLabel));
  layout.shown_platforms = std::clamp(rest / kLeastCell, 1, platforms);
  layout.cell_columns = std::clamp(rest / layout.shown_platforms, 1, kMostCell);
  layout.label_columns =
      std::max(std::min(label, width - kMargin - layout.cell_columns * layout.shown_platforms), 1);
}

int WantedWidth(const LayoutNeeds& needs) {
  const int label = std::clamp(needs.label, kLeastLabel, kMostLabel);
  return kMargin + label + std::max(needs.platforms, 1) * kMostCell;
}

void Zoomed(Layout& layout, int top, int bottom) {
  layout.log_title = {0, top, layout.width, 1};
  layout.log = {0, top + 1, layout.width, std::max(bottom - top - 1, 0)};
}

void Wide(Layout& layout, const LayoutNeeds& needs, int top, int bottom) {
  constexpr int kMostEvents = 12;
  const int left = std::clamp(WantedWidth(needs), 36, layout.width * 9 / 20);
  const int height = bottom - top;
  const int heads = 2;
  const int wanted = needs.rows + heads;
  const int events =
      std::clamp(height - wanted, std::min(height / 4, kMostEvents / 2), kMostEvents);
  layout.lanes = {0, top, left, heads};
  layout.matrix = {0, top + heads, left, std::max(height - heads - events, 1)};
  layout.events = {0, bottom - events, left, events};
  layout.rule = {left, top, 1, height};
  layout.log_title = {left + 1, top, layout.width - left - 1, 1};
  layout.log = {left + 1, top + 1, layout.width - left - 1, std::max(height - 1, 0)};
  Columns(layout, needs, left);
}

void Narrow(Layout& layout, const LayoutNeeds& needs, int top, int bottom) {
  const int height = bottom - top;
  const bool roomy = layout.height >= kRoomyRows;
  const int heads = roomy ? 2 : 0;
  const int least_log = Layout::kLeastLogRows + 1;
  int events = 0;
  if (layout.height >= 36) {
    events = 6;
  } else if (layout.height >= 30) {
    events = 4;
  } else if (layout.height >= 24) {
    events = 2;
  }
  int matrix = std::min(needs.rows, std::max(height - heads - events - least_log, 1));
  matrix = std::min(matrix, std::max((height - heads - events) * 11 / 20, 1));
  layout.lanes = {0, top, layout.width, heads};
  layout.matrix = {0, top + heads, layout.width, matrix};
  layout.events = {0, bottom - events, layout.width, events};
  const int log_top = top + heads + matrix;
  layout.log_title = {0, log_top, layout.width,
                      std::min(1, std::max(bottom - events - log_top, 0))};
  layout.log = {0, log_top + 1, layout.width, std::max(bottom - events - log_top - 1, 0)};
  Columns(layout, needs, layout.width);
}

}  // namespace

Layout LayOut(const LayoutNeeds& needs) {
  Layout layout;
  layout.width = std::max(needs.width, 1);
  layout.height = std::max(needs.height, 1);
  const int header = layout.height >= kRoomyRows ? 2 : 1;
  const int footer = layout.height > 2 ? 1 : 0;
  layout.header = {0, 0, layout.width, header};
  layout.footer = {0, layout.height - footer, layout.width, footer};
  const int top = std::min(header, layout.height);
  const int bottom = layout.height - footer;
  layout.wide = layout.width >= Layout::kWideColumns && layout.height >= kRoomyRows;
  if (needs.zoomed) {
    Zoomed(layout, top, bottom);
    Columns(layout, needs, layout.width);
  } else if (layout.wide) {
    Wide(layout, needs, top, bottom);
  } else {
    Narrow(layout, needs, top, bottom);
  }
  for (Rect* part : {&layout.header, &layout.lanes, &layout.matrix, &layout.rule, &layout.events,
                     &layout.log_title, &layout.log, &layout.footer}) {
    part->width = std::min(part->width, layout.width - part->x);
    part->height = std::min(part->height, layout.height - part->y);
  }
  return layout;
}

int FirstShown(int count, int room, int focus) {
  return std::clamp(focus - room / 2, 0, std::max(count - room, 0));
}

}  // namespace odu::terminal
