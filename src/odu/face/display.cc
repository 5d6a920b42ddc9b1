#include "odu/face/display.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/text.h"

namespace odu::face {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

/// Characters that take two columns (East Asian wide and emoji), coarsely: being one column off in
/// a script that no rule here covers costs a ragged edge and nothing else.
constexpr std::array kWide{
    Range{0x1100, 0x115f},   Range{0x2e80, 0xa4cf},   Range{0xac00, 0xd7a3},
    Range{0xf900, 0xfaff},   Range{0xfe30, 0xfe6f},   Range{0xff00, 0xff60},
    Range{0xffe0, 0xffe6},   Range{0x1f300, 0x1f64f}, Range{0x1f680, 0x1f6ff},
    Range{0x1f900, 0x1f9ff}, Range{0x20000, 0x3fffd}};
/// Combining marks and joiners, which take none.
constexpr std::array kNone{Range{0x0300, 0x036f}, Range{0x200b, 0x200f}, Range{0x20d0, 0x20ff},
                           Range{0xfe00, 0xfe0f}};

size_t WidthOf(uint32_t character) {
  const auto within = [character](const Range& range) {
    return character >= range.first && character <= range.last;
  };
  if (character < 0x300) {
    return 1;
  }
  if (std::any_of(kNone.begin(), kNone.end(), within)) {
    return 0;
  }
  return std::any_of(kWide.begin(), kWide.end(), within) ? 2 : 1;
}

/// One thing of a text: an SGR sequence (no columns) or a character.
struct Piece {
  size_t bytes = 0;
  size_t columns = 0;
};

Piece PieceAt(std::string_view text, size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte == 0x1b && at + 1 < text.size() && text[at + 1] == '[') {
    size_t end = at + 2;
    while (end < text.size() && (text[end] < 0x40 || text[end] > 0x7e)) {
      ++end;
    }
    return {std::min(end + 1, text.size()) - at, 0};
  }
  if (byte < 0x80) {
    return {1, 1};
  }
  const size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
  if (length == 1 || at + length > text.size()) {
    return {1, 1};
  }
  uint32_t character = byte & (0xffU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    character = character << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3fU);
  }
  return {length, WidthOf(character)};
}

}  // namespace

std::string Tinted(std::string_view text, Tint tint, bool colour) {
  constexpr std::array<std::string_view, 7> kSgr{"", "32", "31", "33", "36", "2", "1"};
  if (!colour || tint == Tint::kNone || text.empty()) {
    return std::string(text);
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", kSgr[static_cast<size_t>(tint)], text);
}

std::string FileLink(std::string_view text, std::string_view path) {
  constexpr std::string_view kPlain = "/._-~:@";
  std::string address = "file://";
  for (const char c : path) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       kPlain.find(c) != std::string_view::npos;
    address += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return fmt::format("\x1b]8;;{}\x1b\\{}\x1b]8;;\x1b\\", address, text);
}

Tint TintOf(model::NodeStatus status) {
  switch (status) {
    case model::NodeStatus::kOk:
      return Tint::kGreen;
    case model::NodeStatus::kFailed:
    case model::NodeStatus::kErrored:
      return Tint::kRed;
    case model::NodeStatus::kRunning:
      return Tint::kCyan;
    case model::NodeStatus::kCancelled:
      return Tint::kYellow;
    case model::NodeStatus::kPending:
    case model::NodeStatus::kSkipped:
      return Tint::kDim;
  }
  return Tint::kNone;
}

size_t DisplayWidth(std::string_view text) {
  size_t columns = 0;
  for (size_t at = 0; at < text.size();) {
    const Piece piece = PieceAt(text, at);
    columns += piece.columns;
    at += piece.bytes;
  }
  return columns;
}

std::string Padded(std::string_view text, size_t columns) {
  const size_t width = DisplayWidth(text);
  std::string padded(text);
  padded.append(columns > width ? columns - width : 0, ' ');
  return padded;
}

std::string Cut(std::string_view text, size_t columns) {
  if (text.size() <= columns || DisplayWidth(text) <= columns) {
    return std::string(text);
  }
  if (columns == 0) {
    return {};
  }
  size_t used = 0;
  size_t at = 0;
  bool coloured = false;
  while (at < text.size()) {
    const Piece piece = PieceAt(text, at);
    if (used + piece.columns > columns - 1) {
      break;
    }
    coloured = coloured || text[at] == '\x1b';
    used += piece.columns;
    at += piece.bytes;
  }
  std::string cut(text.substr(0, at));
  cut += "…";
  if (coloured) {
    cut += "\x1b[0m";
  }
  return cut;
}

std::string Span(int64_t milliseconds) {
  return base::GoDuration(std::chrono::milliseconds(std::max<int64_t>(milliseconds, 0)));
}

std::string Ago(int64_t milliseconds) {
  const int64_t minutes = std::max<int64_t>(milliseconds, 0) / 60000;
  if (minutes == 0) {
    return "just now";
  }
  if (minutes < 60) {
    return fmt::format("{} min ago", minutes);
  }
  if (minutes < 48 * 60) {
    return fmt::format("{} h ago", minutes / 60);
  }
  return fmt::format("{} days ago", minutes / (24 * 60));
}

}  // namespace odu::face
