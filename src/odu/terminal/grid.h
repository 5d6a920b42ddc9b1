#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "odu/terminal/style.h"

namespace odu::terminal {

/// One place of a screen: a character with what combines with it, printable always. A wide
/// character takes two cells, of which the second has no width and no text.
struct Cell {
  static constexpr size_t kMaxBytes = 13;
  std::array<char, kMaxBytes> bytes{' '};
  uint8_t length = 1;
  uint8_t width = 1;
  Style style;

  std::string_view text() const { return {bytes.data(), length}; }
  bool operator==(const Cell& other) const {
    return width == other.width && style == other.style && text() == other.text();
  }
};

/// Columns that a character takes: 0 (combines with the one before), 1 or 2. Characters that would
/// give a terminal orders have none of their own and are to be replaced: IsSafe() tells.
int Columns(char32_t character);
/// Neither a control character nor one that turns the direction of text.
bool IsSafe(char32_t character);
/// Shows nothing itself, and makes some terminals show its neighbours wider or narrower than they
/// are (variation selectors, joiners): it is left out.
bool IsInvisible(char32_t character);
/// Columns that `text` (UTF-8) takes when it is put on a grid.
int Columns(std::string_view text);

struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  bool Holds(int column, int row) const {
    return column >= x && column < x + width && row >= y && row < y + height;
  }
  bool empty() const { return width <= 0 || height <= 0; }
  bool operator==(const Rect&) const = default;
};

/// A screen as a value: cells by row.
class Grid {
 public:
  Grid() = default;
  Grid(int width, int height);

  int width() const { return width_; }
  int height() const { return height_; }
  const Cell& at(int x, int y) const { return cells_[Index(x, y)]; }

  /// Puts `text` at (x, y), cut at the column `end` (or the edge), and returns the column after it.
  /// What is not safe or not UTF-8 shows as U+FFFD; tabs and newlines as blanks.
  int Put(int x, int y, std::string_view text, const Style& style, int end);
  int Put(int x, int y, std::string_view text, const Style& style = {}) {
    return Put(x, y, text, style, width_);
  }
  /// Puts a cell as it is; a wide one needs room for its second half before `end`, else a blank.
  void Put(int x, int y, const Cell& cell, int end);
  void Fill(const Rect& rect, std::string_view character, const Style& style);
  /// Changes the style of what is there.
  template <class F>
  void Restyle(const Rect& rect, F change) {
    for (int y = std::max(rect.y, 0); y < std::min(rect.y + rect.height, height_); ++y) {
      for (int x = std::max(rect.x, 0); x < std::min(rect.x + rect.width, width_); ++x) {
        Style& style = cells_[Index(x, y)].style;
        style = change(style);
      }
    }
  }

  /// The characters alone, a line a row, without blanks at the ends.
  std::string Text() const;

  bool operator==(const Grid&) const = default;

 private:
  size_t Index(int x, int y) const {
    return static_cast<size_t>(y) * static_cast<size_t>(width_) + static_cast<size_t>(x);
  }
  void Clear(int x, int y);

  int width_ = 0;
  int height_ = 0;
  std::vector<Cell> cells_;
};

}  // namespace odu::terminal
