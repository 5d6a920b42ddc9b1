// What reaches a terminal from logs, hosts, justfiles and peers. Nothing here may be obeyed by the
// terminal but colours (SGR), and those end with their line.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "base/text.h"
#include "base/utf8.h"

namespace base {
namespace {

constexpr char kEscape = '\x1b';
constexpr std::string_view kSgrOff = "\x1b[0m";
// Longer ones are no colours: 38;2;r;g;b twice, underline colour and some attributes fit.
constexpr size_t kSgrBytes = 64;

/// Characters that are invisible and change what is seen around them.
bool IsHidden(char32_t c) {
  struct Range {
    char32_t low;
    char32_t high;
  };
  constexpr std::array kHidden{
      Range{0x80, 0x9f},        // C1: CSI, OSC, DCS as one character
      Range{0x61c, 0x61c},      // Arabic letter mark
      Range{0x200e, 0x200f},    // left-to-right, right-to-left mark
      Range{0x2028, 0x202e},    // line and paragraph separator, embeddings and overrides
      Range{0x2066, 0x2069},    // isolates
      Range{0xfeff, 0xfeff},    // byte order mark
      Range{0xfff9, 0xfffb},    // interlinear annotation
      Range{0xe0000, 0xe007f},  // tags
  };
  return c >= 0x80 && std::ranges::any_of(kHidden, [c](const Range& range) {
           return c >= range.low && c <= range.high;
         });
}

/// True for colours and attributes that a terminal may be given: numbers up to 255, no conceal (8,
/// it hides text). `parameters` are digits, semicolons and colons.
bool IsHarmlessSgr(std::string_view parameters) {
  // After 38, 48 or 58 the next numbers are a colour: `5;n` or `2;r;g;b`.
  bool colour_kind = false;
  int colour_numbers = 0;
  int number = 0;
  // What follows a colon belongs to the number before it.
  bool begins_group = true;
  for (size_t at = 0; at <= parameters.size(); ++at) {
    const char c = at < parameters.size() ? parameters[at] : ';';
    if (c >= '0' && c <= '9') {
      number = number * 10 + (c - '0');
      if (number > 255) {
        return false;
      }
      continue;
    }
    if (begins_group) {
      if (colour_kind) {
        colour_kind = false;
        colour_numbers = number == 5 ? 1 : number == 2 ? 3 : 0;
      } else if (colour_numbers > 0) {
        --colour_numbers;
      } else if (number == 8) {
        return false;
      } else {
        colour_kind = (number == 38 || number == 48 || number == 58) && c != ':';
      }
    }
    begins_group = c == ';';
    number = 0;
  }
  return true;
}

/// The length of the SGR sequence at the front of `bytes`, 0 when there is none that may pass.
size_t SgrLength(std::string_view bytes) {
  if (!bytes.starts_with("\x1b[")) {
    return 0;
  }
  const size_t end = bytes.substr(0, kSgrBytes).find_first_not_of("0123456789;:", 2);
  if (end == std::string_view::npos || bytes[end] != 'm' ||
      !IsHarmlessSgr(bytes.substr(2, end - 2))) {
    return 0;
  }
  return end + 1;
}

bool IsReset(std::string_view sgr) {
  return sgr.find_first_not_of('0', 2) == sgr.size() - 1;
}

bool IsPlain(char c) {
  return (c >= 0x20 && c < 0x7f) || c == '\t';
}

void AppendControl(std::string& out, char c) {
  out.push_back('^');
  out.push_back(static_cast<char>(c ^ 0x40));
}

}  // namespace

std::string Sanitised(std::string_view bytes, bool keep_sgr) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 16);
  bool coloured = false;
  size_t at = 0;
  while (at < bytes.size()) {
    const size_t plain = at;
    while (at < bytes.size() && IsPlain(bytes[at])) {
      ++at;
    }
    out.append(bytes, plain, at - plain);
    if (at == bytes.size()) {
      break;
    }
    const char c = bytes[at];
    const size_t sgr = c == kEscape && keep_sgr ? SgrLength(bytes.substr(at)) : 0;
    if (sgr != 0) {
      const std::string_view sequence = bytes.substr(at, sgr);
      out += sequence;
      coloured = !IsReset(sequence);
      at += sgr;
    } else if (c == '\n') {
      out += coloured ? kSgrOff : std::string_view();
      coloured = false;
      out.push_back(c);
      ++at;
    } else if (static_cast<unsigned char>(c) < 0x80) {
      AppendControl(out, c);
      ++at;
    } else if (const Utf8Character character = Utf8At(bytes, at); character.length == 0) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
      ++at;
    } else {
      if (IsHidden(character.value)) {
        fmt::format_to(std::back_inserter(out), "<U+{:04X}>",
                       static_cast<uint32_t>(character.value));
      } else {
        out.append(bytes, at, character.length);
      }
      at += character.length;
    }
  }
  out += coloured ? kSgrOff : std::string_view();
  return out;
}

std::string Quoted(std::string_view text) {
  constexpr size_t kLimit = 200;
  const bool cut = text.size() > kLimit;
  if (cut) {
    text = text.substr(0, Utf8PrefixLength(text.substr(0, kLimit)));
  }
  std::string out = "'";
  size_t at = 0;
  while (at < text.size()) {
    const Utf8Character character = Utf8At(text, at);
    const bool hidden = character.length == 0 || character.value < 0x20 ||
                        character.value == 0x7f || IsHidden(character.value);
    const size_t length = std::max<size_t>(character.length, 1);
    for (size_t i = at; i < at + length; ++i) {
      if (hidden) {
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text[i]));
      } else {
        out.push_back(text[i]);
      }
    }
    at += length;
  }
  out += cut ? "…'" : "'";
  return out;
}

}  // namespace base
