#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/src.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "base/text.h"
#include "base/utf8.h"

namespace base {
namespace {

/// Not 0 when one of eight bytes must be escaped in a JSON string: below 0x20, a quote, a
/// backslash.
uint64_t UnsafeBytes(uint64_t eight) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighBits = 0x8080808080808080;
  const uint64_t quote = eight ^ (kOnes * '"');
  const uint64_t backslash = eight ^ (kOnes * '\\');
  // x - n borrows into the high bit of each byte below n; a byte that had it set does not count.
  return (((eight - kOnes * 0x20) & ~eight) | ((quote - kOnes) & ~quote) |
          ((backslash - kOnes) & ~backslash)) &
         kHighBits;
}

bool IsSafe(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

/// How many bytes from `at` on need no escape.
size_t SafeRun(std::string_view text, size_t at) {
  const size_t start = at;
  for (; at + sizeof(uint64_t) <= text.size(); at += sizeof(uint64_t)) {
    uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, sizeof(eight));
    if (UnsafeBytes(eight) != 0) {
      break;
    }
  }
  while (at < text.size() && IsSafe(text[at])) {
    ++at;
  }
  return at - start;
}

/// `text` with U+FFFD for each byte that belongs to no character.
std::string Repaired(std::string_view text) {
  std::string repaired;
  for (size_t at = 0; at < text.size();) {
    const size_t length = Utf8At(text, at).length;
    repaired += length > 0 ? text.substr(at, length) : "\xef\xbf\xbd";
    at += std::max<size_t>(length, 1);
  }
  return repaired;
}

/// False for a number too large for a double: it would be infinite, which JSON cannot say.
bool IsFinite(const json::value& value) {
  switch (value.kind()) {
    case json::kind::double_:
      return std::isfinite(value.get_double());
    case json::kind::array:
      return std::ranges::all_of(value.get_array(), IsFinite);
    case json::kind::object:
      return std::ranges::all_of(value.get_object(), [](const json::key_value_pair& member) {
        return IsFinite(member.value());
      });
    default:
      return true;
  }
}

}  // namespace

Result<json::value> ParseJson(std::string_view text, std::string_view what, JsonLimits limits) {
  if (text.size() > limits.bytes) {
    return Fail(
        ErrorKind::kLimit, "too_large",
        fmt::format("{}: {} bytes of JSON, the limit is {}", what, text.size(), limits.bytes));
  }
  json::parse_options options;
  options.max_depth = limits.depth;
  json::parser parser({}, options);
  boost::system::error_code error;
  const size_t consumed = parser.write(text.data(), text.size(), error);
  if (error) {
    const std::string_view before = text.substr(0, std::min(consumed, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const size_t column = before.size() - (before.rfind('\n') + 1) + 1;
    return Fail(ErrorKind::kInput, "bad_json",
                fmt::format("{}:{}:{}: not JSON: {}", what, line, column, error.message()));
  }
  json::value value = parser.release();
  if (!IsFinite(value)) {
    return Fail(ErrorKind::kInput, "bad_json", fmt::format("{}: a number is too large", what));
  }
  return value;
}

void AppendJsonString(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  if (!IsUtf8(text)) {
    AppendJsonString(out, Repaired(text));
    return;
  }
  out.push_back('"');
  size_t start = 0;
  for (size_t i = SafeRun(text, 0); i < text.size(); i += 1 + SafeRun(text, i + 1)) {
    const auto byte = static_cast<unsigned char>(text[i]);
    out.append(text, start, i - start);
    start = i + 1;
    switch (byte) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out.push_back(kHex[byte >> 4]);
        out.push_back(kHex[byte & 15]);
    }
  }
  out.append(text, start);
  out.push_back('"');
}

}  // namespace base
