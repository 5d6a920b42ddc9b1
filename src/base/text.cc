#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace base {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t kNotBase64 = 0xff;

constexpr std::array<uint8_t, 256> kSextets = [] {
  std::array<uint8_t, 256> sextets{};
  sextets.fill(kNotBase64);
  for (size_t i = 0; i < kBase64.size(); ++i) {
    sextets[static_cast<unsigned char>(kBase64[i])] = static_cast<uint8_t>(i);
  }
  return sextets;
}();

uint32_t ByteAt(std::string_view bytes, size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

/// Insertions, deletions, changes and swaps of neighbours that lead from `a` to `b`; anything above
/// `limit` is `limit + 1`.
size_t EditDistance(std::string_view a, std::string_view b, size_t limit) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) {
    return limit + 1;
  }
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) {
    last[j] = j;
  }
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    if (std::ranges::min(row) > limit) {
      return limit + 1;
    }
    before_last.swap(last);
    last.swap(row);
  }
  return std::min(last[b.size()], limit + 1);
}

}  // namespace

std::string Counted(size_t count, std::string_view singular, std::string_view plural) {
  if (count == 1) {
    return fmt::format("1 {}", singular);
  }
  return plural.empty() ? fmt::format("{} {}s", count, singular)
                        : fmt::format("{} {}", count, plural);
}

std::string NearestName(std::string_view word, std::span<const std::string> candidates) {
  // Three mistakes in a long word, one in a short one; beyond that it is another word.
  size_t limit = std::clamp<size_t>(word.size() / 3, 1, 3);
  std::string_view nearest;
  for (const std::string& candidate : candidates) {
    const size_t distance = EditDistance(word, candidate, limit);
    // At least one letter must have been right.
    if (distance <= limit &&
        (distance < std::max(word.size(), candidate.size()) || candidate.empty())) {
      nearest = candidate;
      if (distance == 0) {
        break;
      }
      limit = distance - 1;
    }
  }
  return std::string(nearest);
}

std::string GoDuration(std::chrono::milliseconds duration) {
  const int64_t seconds =
      std::max<int64_t>(std::chrono::duration_cast<std::chrono::seconds>(duration).count(), 0);
  if (seconds < 60) {
    return fmt::format("{}s", seconds);
  }
  if (seconds < 3600) {
    return fmt::format("{}m{}s", seconds / 60, seconds % 60);
  }
  return fmt::format("{}h{}m{}s", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string Base64Encode(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '=');
  size_t at = 0;
  size_t to = 0;
  for (; at + 3 <= bytes.size(); at += 3, to += 4) {
    const uint32_t three =
        ByteAt(bytes, at) << 16 | ByteAt(bytes, at + 1) << 8 | ByteAt(bytes, at + 2);
    out[to] = kBase64[three >> 18];
    out[to + 1] = kBase64[three >> 12 & 63];
    out[to + 2] = kBase64[three >> 6 & 63];
    out[to + 3] = kBase64[three & 63];
  }
  if (at < bytes.size()) {
    const bool two = bytes.size() - at == 2;
    const uint32_t rest = ByteAt(bytes, at) << 16 | (two ? ByteAt(bytes, at + 1) << 8 : 0);
    out[to] = kBase64[rest >> 18];
    out[to + 1] = kBase64[rest >> 12 & 63];
    if (two) {
      out[to + 2] = kBase64[rest >> 6 & 63];
    }
  }
  return out;
}

bool Base64Decode(std::string_view text, std::string& out) {
  out.clear();
  if (text.size() % 4 != 0) {
    return false;
  }
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
    ++padding;
  }
  out.resize(text.size() / 4 * 3);
  size_t to = 0;
  for (size_t at = 0; at < text.size(); at += 4, to += 3) {
    const bool last = at + 4 == text.size();
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; ++i) {
      const bool is_padding = last && i >= 4 - padding;
      const uint8_t sextet = is_padding ? 0 : kSextets[ByteAt(text, at + i)];
      if (sextet == kNotBase64) {
        return false;
      }
      bits = bits << 6 | sextet;
    }
    // Bits that the padding cuts off must be 0: one text a value.
    if (last && ((padding == 1 && (bits & 0xff) != 0) || (padding == 2 && (bits & 0xffff) != 0))) {
      return false;
    }
    out[to] = static_cast<char>(bits >> 16);
    out[to + 1] = static_cast<char>(bits >> 8);
    out[to + 2] = static_cast<char>(bits);
  }
  out.resize(out.size() - padding);
  return true;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  size_t start = 0;
  for (;;) {
    const size_t end = text.find(separator, start);
    if (end == std::string_view::npos) {
      parts.push_back(text.substr(start));
      return parts;
    }
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
}

}  // namespace base
