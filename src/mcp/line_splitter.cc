#include "mcp/line_splitter.h"

#include <algorithm>

namespace mcp {

void LineSplitter::Add(std::string_view bytes) {
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
    // One long line does not cost its memory for ever.
    if (buffer_.empty() && buffer_.capacity() > (size_t{1} << 20)) {
      buffer_.shrink_to_fit();
    }
  }
  buffer_ += bytes;
}

std::optional<LineSplitter::Line> LineSplitter::Next() {
  for (;;) {
    const size_t newline = buffer_.find('\n', scanned_);
    const bool whole = newline != std::string::npos;
    scanned_ = whole ? newline + 1 : buffer_.size();
    const size_t length = (whole ? newline : buffer_.size()) - begin_;
    if (!skipping_ && length > max_line_bytes_) {
      skipping_ = true;
    }
    if (!whole) {
      if (skipping_) {
        begin_ = scanned_ = 0;
        buffer_ = std::string();
      }
      return std::nullopt;
    }
    const size_t begin = begin_;
    begin_ = scanned_;
    if (skipping_) {
      skipping_ = false;
      return Line{{}, true};
    }
    std::string_view text = std::string_view(buffer_).substr(begin, length);
    if (text.ends_with('\r')) {
      text.remove_suffix(1);
    }
    if (text.find_first_not_of(" \t") != std::string_view::npos) {
      return Line{std::string(text), false};
    }
  }
}

}  // namespace mcp
