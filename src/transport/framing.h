#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "surface/value_limit.h"

namespace transport {

/// The longest line that a link accepts, newline not counted.
inline constexpr size_t kMaxLineBytes = surface::kMaxMessageBytes;

/// Cuts arriving bytes into lines. Memory is bounded by the limit plus one read.
class LineBuffer {
 public:
  explicit LineBuffer(size_t max_line_bytes = kMaxLineBytes) : max_line_bytes_(max_line_bytes) {}

  /// Where the next read may put bytes: at least `kReadBytes` of room.
  struct Room {
    char* data;
    size_t size;
  };
  Room PrepareRead();
  /// `count` bytes were put into the room of the last PrepareRead.
  void Commit(size_t count);

  /// The next whole line without `\n` or `\r\n`; blank lines are passed over. Nothing when no line
  /// is whole yet. The view is valid until the next call of any kind. Failure: kLimit
  /// "line_too_long".
  base::Result<std::optional<std::string_view>> Next();

 private:
  static constexpr size_t kReadBytes = size_t{64} << 10;
  /// What stays allocated between lines; one long line does not cost its memory for ever.
  static constexpr size_t kKeptBytes = size_t{512} << 10;

  size_t max_line_bytes_;
  std::string buffer_;
  size_t begin_ = 0;    ///< first byte not yet given out
  size_t end_ = 0;      ///< one past the last byte that arrived
  size_t scanned_ = 0;  ///< no newline in [begin_, scanned_)
};

}  // namespace transport
