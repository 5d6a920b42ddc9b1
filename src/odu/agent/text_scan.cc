#include "odu/agent/text_scan.h"

#include <algorithm>

namespace odu::agent {
namespace {

constexpr size_t kLongestPath = 512;

bool IsPathByte(char c) {
  return c != ':' && c != '"' && c != '\'' && c != '<' && c != '>' && c != '|' && c != '*' &&
         c != '?' && c != '`' && c != '=' && c != '(' && c != ')' && c != ',' && c != ';';
}

}  // namespace

std::string_view From(std::string_view text, size_t at) {
  return at < text.size() ? text.substr(at) : std::string_view();
}

std::optional<int64_t> NumberAt(std::string_view text, size_t& digits) {
  digits = 0;
  int64_t number = 0;
  while (digits < text.size() && digits < 10 && text[digits] >= '0' && text[digits] <= '9') {
    number = number * 10 + (text[digits++] - '0');
  }
  return digits == 0 || digits > 9 ? std::nullopt : std::optional(number);
}

std::optional<FilePlace> PlaceAt(std::string_view text) {
  // A drive letter is no end of the name.
  const size_t from =
      text.size() > 2 && text[1] == ':' && (text[2] == '\\' || text[2] == '/') ? 2 : 0;
  size_t colon = from;
  while (colon < text.size() && colon < kLongestPath && IsPathByte(text[colon])) {
    ++colon;
  }
  if (colon == from || colon >= text.size() || text[colon] != ':') {
    return std::nullopt;
  }
  FilePlace place;
  place.file = text.substr(0, colon);
  // "note: 3" and "12:30:01" are none.
  const bool plausible = place.file.find_first_of("./") != std::string_view::npos &&
                         !place.file.ends_with(' ') &&
                         place.file.find("  ") == std::string_view::npos;
  size_t digits = 0;
  const auto line = NumberAt(From(text, colon + 1), digits);
  if (!plausible || !line.has_value()) {
    return std::nullopt;
  }
  place.line = *line;
  place.length = colon + 1 + digits;
  if (place.length < text.size() && text[place.length] == ':') {
    const auto column = NumberAt(From(text, place.length + 1), digits);
    if (column.has_value()) {
      place.column = column;
      place.length += 1 + digits;
    }
  }
  return place;
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

size_t Indent(std::string_view text) {
  return std::min(text.find_first_not_of(" \t"), text.size());
}

}  // namespace odu::agent
