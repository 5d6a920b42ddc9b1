#pragma once

#include <string>
#include <vector>

#include "odu/terminal/grid.h"

namespace odu::terminal {

/// What a layout is made for.
struct LayoutNeeds {
  int width = 80;
  int height = 24;
  int rows = 1;       ///< recipes
  int platforms = 1;  ///< columns
  int label = 8;      ///< columns of the longest recipe's name
  bool zoomed = false;
};

/// Where the parts of the screen are. The log pane has at least kLeastLogRows of text on every
/// screen of 12 rows or more; on a smaller one what is left after a line for each other part.
struct Layout {
  static constexpr int kLeastLogRows = 8;
  /// From here on the log stands beside the matrix.
  static constexpr int kWideColumns = 110;

  int width = 0;
  int height = 0;
  bool wide = false;
  Rect header;
  Rect lanes;   ///< the heads of the columns; empty on small screens
  Rect matrix;  ///< the rows; empty when zoomed
  Rect rule;    ///< between matrix and log on a wide screen
  Rect events;
  Rect log_title;
  Rect log;
  Rect footer;
  int label_columns = 0;  ///< of a row's name
  int cell_columns = 0;   ///< of a platform
  int shown_platforms = 0;
};

Layout LayOut(const LayoutNeeds& needs);

/// The first of `count` things of which `room` are shown around `focus`.
int FirstShown(int count, int room, int focus);

}  // namespace odu::terminal
