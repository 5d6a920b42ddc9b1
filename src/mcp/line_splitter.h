#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mcp {

/// Cuts arriving bytes into lines. One that is too long is passed over to its end and told as such:
/// what comes after it is read as ever.
class LineSplitter {
 public:
  explicit LineSplitter(size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  /// Adds bytes as they came.
  void Add(std::string_view bytes);

  struct Line {
    std::string text;       ///< without its `\n` or `\r\n`
    bool too_long = false;  ///< then without text
  };
  /// The next whole line; blank ones are passed over. Nothing when none is whole yet.
  std::optional<Line> Next();

 private:
  size_t max_line_bytes_;
  std::string buffer_;
  size_t begin_ = 0;    ///< first byte not given out
  size_t scanned_ = 0;  ///< no newline in [begin_, scanned_)
  bool skipping_ = false;
};

}  // namespace mcp
