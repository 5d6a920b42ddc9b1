#include "transport/framing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace transport {

LineBuffer::Room LineBuffer::PrepareRead() {
  if (begin_ == end_) {
    begin_ = end_ = scanned_ = 0;
    if (buffer_.size() > kKeptBytes) {
      buffer_.resize(kKeptBytes);
      buffer_.shrink_to_fit();
    }
  }
  if (buffer_.size() - end_ < kReadBytes && begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    scanned_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < kReadBytes) {
    buffer_.resize(std::max(buffer_.size() * 2, end_ + kReadBytes));
  }
  return Room{buffer_.data() + end_, buffer_.size() - end_};
}

void LineBuffer::Commit(size_t count) {
  end_ += count;
}

base::Result<std::optional<std::string_view>> LineBuffer::Next() {
  for (;;) {
    const char* from = buffer_.data() + scanned_;
    const void* newline = end_ > scanned_ ? std::memchr(from, '\n', end_ - scanned_) : nullptr;
    const size_t line_end =
        newline == nullptr
            ? end_
            : static_cast<size_t>(static_cast<const char*>(newline) - buffer_.data());
    if (line_end - begin_ > max_line_bytes_) {
      return base::Fail(base::ErrorKind::kLimit, "line_too_long",
                        fmt::format("message: longer than {} bytes", max_line_bytes_));
    }
    if (newline == nullptr) {
      scanned_ = end_;
      return std::nullopt;
    }
    std::string_view line(buffer_.data() + begin_, line_end - begin_);
    begin_ = scanned_ = line_end + 1;
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (!line.empty()) {
      return line;
    }
  }
}

}  // namespace transport
