#include <array>
#include <string>
#include <utility>

#include "odu/agent/evidence.h"
#include "odu/agent/find_all.h"
#include "odu/agent/text_scan.h"

namespace odu::agent {
namespace {

constexpr size_t kMostLines = 12;

Finding At(std::string tool, std::string level, const FilePlace& place, std::string_view message,
           size_t index) {
  Finding finding;
  finding.annotation.tool = std::move(tool);
  finding.annotation.level = std::move(level);
  finding.annotation.file = place.file;
  finding.annotation.line = place.line;
  finding.annotation.column = place.column;
  finding.annotation.message = Trim(message);
  finding.begin = index;
  finding.end = index + 1;
  return finding;
}

/// What stands below an error and belongs to it: source lines, carets, notes.
size_t EndOfCompilerBlock(Lines lines, size_t index) {
  size_t end = index + 1;
  while (end < lines.size() && end < index + kMostLines) {
    const std::string& text = lines[end].text;
    const bool belongs = text.starts_with(' ') || text.starts_with('\t') ||
                         text.find(": note:") != std::string::npos;
    if (!belongs) {
      break;
    }
    ++end;
  }
  return end;
}

std::optional<Finding> GccLine(Lines lines, size_t index) {
  const std::string_view text = lines[index].text;
  const auto place = PlaceAt(text);
  if (!place.has_value()) {
    return std::nullopt;
  }
  std::string_view rest = From(text, place->length);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kLevels{
      std::pair{": fatal error: ", "error"}, std::pair{": error: ", "error"},
      std::pair{": warning: ", "warning"}};
  for (const auto& [mark, level] : kLevels) {
    if (rest.starts_with(mark)) {
      Finding finding = At("gcc", std::string(level), *place, From(rest, mark.size()), index);
      finding.end = EndOfCompilerBlock(lines, index);
      return finding;
    }
  }
  return std::nullopt;
}

/// `src/x.ts(12,5): error TS2322: …`, and MSVC's like.
std::optional<Finding> TscLine(Lines lines, size_t index) {
  const std::string_view text = lines[index].text;
  const size_t open = text.find('(');
  const size_t mark = text.find("): error ");
  if (open == std::string_view::npos || mark == std::string_view::npos || open > mark ||
      open == 0) {
    return std::nullopt;
  }
  size_t digits = 0;
  const auto line = NumberAt(From(text, open + 1), digits);
  if (!line.has_value()) {
    return std::nullopt;
  }
  FilePlace place;
  place.file = text.substr(0, open);
  place.line = *line;
  if (text[open + 1 + digits] == ',') {
    place.column = NumberAt(From(text, open + 2 + digits), digits);
  }
  return At("tsc", "error", place, From(text, mark + 9), index);
}

std::optional<Finding> LinkerLine(Lines lines, size_t index) {
  const std::string_view text = lines[index].text;
  const bool missing = text.find("undefined reference to") != std::string_view::npos ||
                       text.find("undefined symbol") != std::string_view::npos ||
                       text.find("multiple definition of") != std::string_view::npos;
  const bool says = missing || text.starts_with("collect2: error") ||
                    text.find("ld: error:") != std::string_view::npos ||
                    text.find("linker command failed") != std::string_view::npos;
  if (!says) {
    return std::nullopt;
  }
  Finding finding = At("linker", "error", FilePlace(), text, index);
  finding.annotation.line.reset();
  return finding;
}

}  // namespace

std::vector<Finding> FindCompilerErrors(Lines lines) {
  return FindAll(lines, {GccLine, TscLine, LinkerLine});
}

}  // namespace odu::agent
