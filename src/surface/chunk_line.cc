#include "surface/chunk_line.h"

#include <bit>
#include <charconv>
#include <cstring>

#include "base/text.h"

namespace surface {
namespace {

bool Take(std::string_view& line, std::string_view word) {
  if (!line.starts_with(word)) {
    return false;
  }
  line.remove_prefix(word.size());
  return true;
}

template <class N>
bool TakeNumber(std::string_view& line, N& number) {
  if (line.starts_with('-')) {
    return false;
  }
  const char* end = line.data() + line.size();
  const auto [rest, error] = std::from_chars(line.data(), end, number);
  const bool zero_first = rest - line.data() > 1 && line.front() == '0';  // not JSON
  if (error != std::errc() || rest == end || zero_first) {
    return false;
  }
  line.remove_prefix(static_cast<size_t>(rest - line.data()));
  return true;
}

/// The character that `\x` stands for, 0 for what takes more than one byte.
char Unescaped(char escape) {
  switch (escape) {
    case '"':
    case '\\':
    case '/':
      return escape;
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    default:
      return 0;
  }
}

/// A high bit in each byte of `eight` that ends a plain run: below 0x20, a quote, a backslash. The
/// lowest one set is exact; above it there may be false ones.
uint64_t StopBits(uint64_t eight) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighBits = 0x8080808080808080;
  const uint64_t quote = eight ^ (kOnes * '"');
  const uint64_t backslash = eight ^ (kOnes * '\\');
  return (((eight - kOnes * 0x20) & ~eight) | ((quote - kOnes) & ~quote) |
          ((backslash - kOnes) & ~backslash)) &
         kHighBits;
}

/// Copies what stands as it is, eight bytes at a time; both have at least 8 bytes of room after
/// their last. Returns how many.
size_t CopyPlain(const char* from, size_t size, char* to) {
  size_t at = 0;
  if constexpr (std::endian::native == std::endian::little) {
    for (; at + 8 <= size; at += 8) {
      uint64_t eight = 0;
      std::memcpy(&eight, from + at, sizeof(eight));
      std::memcpy(to + at, &eight, sizeof(eight));
      if (const uint64_t stop = StopBits(eight); stop != 0) {
        return at + static_cast<size_t>(std::countr_zero(stop)) / 8;
      }
    }
  }
  for (; at < size; ++at) {
    const char c = from[at];
    if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') {
      break;
    }
    to[at] = c;
  }
  return at;
}

/// `\u00XX` of a control byte, which is all that our servers escape so.
bool ControlByte(std::string_view digits, char& out) {
  unsigned value = 0;
  const char* end = digits.data() + digits.size();
  const auto [rest, error] = std::from_chars(digits.data(), end, value, 16);
  if (digits.size() != 4 || error != std::errc() || rest != end || value >= 0x80) {
    return false;
  }
  out = static_cast<char>(value);
  return true;
}

/// The string that starts after its quote, into `buffer`; `line` is left after the closing quote.
bool TakeString(std::string_view& line, std::string& buffer, size_t& length) {
  if (buffer.size() < line.size() + 8) {
    buffer.resize(line.size() + 8);
  }
  char* to = buffer.data();
  size_t at = 0;
  for (;;) {
    const size_t plain = CopyPlain(line.data() + at, line.size() - at, to);
    at += plain;
    to += plain;
    if (at + 1 >= line.size()) {
      return false;
    }
    if (line[at] == '"') {
      length = static_cast<size_t>(to - buffer.data());
      line.remove_prefix(at + 1);
      return true;
    }
    if (line[at] != '\\') {
      return false;
    }
    if (const char c = Unescaped(line[at + 1]); c != 0) {
      *to++ = c;
      at += 2;
    } else if (line[at + 1] == 'u' && ControlByte(line.substr(at + 2, 4), *to)) {
      ++to;
      at += 6;
    } else {
      return false;
    }
  }
}

}  // namespace

std::optional<ChunkLine> ReadChunkLine(std::string_view line, std::string& buffer) {
  ChunkLine chunk;
  if (!Take(line, R"({"jsonrpc":"2.0","method":"surface.next","params":{"subscription":)") ||
      !TakeNumber(line, chunk.subscription) || !Take(line, R"(,"offset":)") ||
      !TakeNumber(line, chunk.offset)) {
    return std::nullopt;
  }
  constexpr std::string_view kEnd = "}}";
  if (Take(line, R"(,"text":")")) {
    size_t length = 0;
    if (!TakeString(line, buffer, length) || line != kEnd) {
      return std::nullopt;
    }
    chunk.bytes = std::string_view(buffer).substr(0, length);
    return base::IsUtf8(chunk.bytes) ? std::optional(chunk) : std::nullopt;
  }
  if (!Take(line, R"(,"base64":")")) {
    return std::nullopt;
  }
  const size_t end = line.find('"');
  if (end == std::string_view::npos || line.substr(end + 1) != kEnd ||
      !base::Base64Decode(line.substr(0, end), buffer)) {
    return std::nullopt;
  }
  chunk.bytes = buffer;
  return chunk;
}

}  // namespace surface
