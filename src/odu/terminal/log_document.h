#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "odu/terminal/grid.h"

namespace odu::terminal {

/// A line of a log as a terminal would have it. `offset` is where in the log the line began whose
/// part it is; `continued` says that it is not the first part.
struct LogLine {
  uint64_t offset = 0;
  bool continued = false;
  std::vector<Cell> cells;

  std::string Text() const;
};

/// A stretch of a log as a terminal shows it (libvterm): carriage returns, colours, wide and
/// combining characters, cursor movement within the last kScreenRows lines. Whatever else the bytes
/// ask for (titles, the clipboard, answers, another screen) is dropped here, an unfinished sequence
/// at the end of its line; links keep their text. Memory is bounded: the oldest lines go.
class LogDocument {
 public:
  static constexpr size_t kMaxLines = 3000;
  static constexpr size_t kMaxCells = 300'000;
  /// Lines are this wide where they are not wrapped.
  static constexpr int kUnwrapped = 1000;

  explicit LogDocument(int columns = kUnwrapped);
  ~LogDocument();
  LogDocument(const LogDocument&) = delete;
  LogDocument& operator=(const LogDocument&) = delete;

  /// Forgets everything; the next bytes are those at `begin` of the log. With `in_a_line` what
  /// comes before the first newline is left out: it may be half of a line.
  void Restart(uint64_t begin, bool in_a_line);
  /// Adds the bytes that follow those at hand.
  void Append(std::string_view bytes);
  /// Shows the bytes at hand again in lines of that many columns.
  void SetColumns(int columns);

  /// The log's bytes at hand are [begin, end).
  uint64_t begin() const { return begin_; }
  uint64_t end() const { return end_; }
  int columns() const { return columns_; }

  /// Lines, the last of which may still grow; an empty one after the last newline does not count.
  size_t size() const;
  const LogLine& line(size_t index) const { return lines_[index]; }
  /// The first line that begins at `offset` or later; size() when there is none.
  size_t LineAt(uint64_t offset) const;
  /// How many lines were dropped from the front since the last Restart or SetColumns.
  size_t dropped() const { return dropped_; }

 private:
  struct Terminal;
  friend struct Terminal;

  void Feed(std::string_view line);
  void Trim();
  LogLine& Row(int row);

  std::unique_ptr<Terminal> terminal_;
  int columns_;
  std::deque<LogLine> lines_;
  size_t top_ = 0;  ///< the line that is the terminal's first row
  size_t cells_ = 0;
  size_t dropped_ = 0;
  std::string bytes_;  ///< what is at hand
  uint64_t begin_ = 0;
  uint64_t end_ = 0;
  bool skipping_ = false;
  // While bytes are fed:
  uint64_t line_offset_ = 0;  ///< where the line began whose bytes are fed
  bool line_has_row_ = false;
  bool at_line_start_ = true;
  Style pen_;
};

}  // namespace odu::terminal
