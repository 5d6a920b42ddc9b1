#include <algorithm>
#include <string>
#include <utility>

#include "odu/agent/evidence.h"
#include "odu/agent/find_all.h"
#include "odu/agent/text_scan.h"

namespace odu::agent {
namespace {

constexpr size_t kMostLines = 25;
/// TAP's mark of a test that is expected to fail, in two parts: the word alone is looked for in our
/// own sources.
constexpr std::string_view kLater =
    "# TO"
    "DO";

bool IsTestOfScript(std::string_view file) {
  for (const std::string_view end :
       {".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".mts", ".vue"}) {
    if (file.ends_with(end)) {
      return true;
    }
  }
  return false;
}

/// The first place of a script's in the lines: `at x (file.test.ts:5:10)` or ` ❯
/// file.test.ts:5:10`.
void SetScriptPlace(Annotation& annotation, Lines lines, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) {
    std::string_view text = Trim(lines[i].text);
    if (const size_t open = text.rfind('(');
        text.starts_with("at ") && open != std::string_view::npos) {
      text.remove_prefix(open + 1);
    } else if (text.starts_with("at ")) {
      text.remove_prefix(3);
    } else if (text.starts_with("❯ ")) {
      text.remove_prefix(std::string_view("❯ ").size());
      if (const size_t blank = text.rfind(' '); blank != std::string_view::npos) {
        text.remove_prefix(blank + 1);
      }
    } else {
      continue;
    }
    const auto place = PlaceAt(text);
    if (place && IsTestOfScript(place->file) &&
        place->file.find("node_modules") == std::string_view::npos) {
      annotation.file = place->file;
      annotation.line = place->line;
      annotation.column = place->column;
      return;
    }
  }
}

/// The first line that says something, for a message.
std::string FirstWords(Lines lines, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) {
    const std::string_view text = Trim(lines[i].text);
    if (!text.empty()) {
      return std::string(text);
    }
  }
  return {};
}

std::optional<Finding> JestBlock(Lines lines, size_t index) {
  const std::string_view text = Trim(lines[index].text);
  constexpr std::string_view kDot = "● ";
  const bool jest = text.starts_with(kDot) && lines[index].text.starts_with("  ");
  const bool vitest = text.starts_with("FAIL ") && text.find(" > ") != std::string_view::npos;
  if (!jest && !vitest) {
    return std::nullopt;
  }
  size_t end = index + 1;
  while (end < lines.size() && end < index + kMostLines) {
    const std::string_view next = Trim(lines[end].text);
    if (next.starts_with(kDot) || next.starts_with("FAIL ") || next.starts_with("Test Suites:") ||
        next.starts_with("⎯⎯")) {
      break;
    }
    ++end;
  }
  Finding finding;
  finding.annotation.tool = jest ? "jest" : "vitest";
  finding.annotation.level = "failure";
  finding.annotation.test = Trim(From(text, jest ? kDot.size() : 5));
  finding.annotation.message = FirstWords(lines, index + 1, end);
  SetScriptPlace(finding.annotation, lines, index + 1, end);
  finding.begin = index;
  finding.end = end;
  return finding;
}

/// `add_test.cc:12: Failure` up to `[  FAILED  ] Suite.Name (0 ms)`.
std::optional<Finding> GtestBlock(Lines lines, size_t index) {
  const std::string_view text = lines[index].text;
  const auto place = PlaceAt(text);
  if (!place || !From(text, place->length).starts_with(": Failure")) {
    return std::nullopt;
  }
  size_t end = index + 1;
  std::string test;
  while (end < lines.size() && end < index + kMostLines) {
    const std::string_view next = lines[end].text;
    if (next.starts_with("[  FAILED  ] ")) {
      test = next.substr(13, next.find(' ', 13) - 13);
      ++end;
      break;
    }
    const auto other = PlaceAt(next);
    if (next.starts_with("[ ") || (other && From(next, other->length).starts_with(": Failure"))) {
      break;
    }
    ++end;
  }
  Finding finding;
  finding.annotation.tool = "gtest";
  finding.annotation.level = "failure";
  finding.annotation.file = place->file;
  finding.annotation.line = place->line;
  finding.annotation.test = test;
  finding.annotation.message = FirstWords(lines, index + 1, end);
  finding.begin = index;
  finding.end = end;
  return finding;
}

/// ctest's list at its end: `	  3 - add (Failed)`.
std::optional<Finding> CtestList(Lines lines, size_t index) {
  if (!lines[index].text.starts_with("The following tests FAILED:")) {
    return std::nullopt;
  }
  size_t end = index + 1;
  while (end < lines.size() && end < index + kMostLines &&
         lines[end].text.find(" - ") != std::string::npos) {
    ++end;
  }
  Finding finding;
  finding.annotation.tool = "ctest";
  finding.annotation.level = "failure";
  finding.annotation.message =
      std::to_string(end - index - 1) + " failed: " + FirstWords(lines, index + 1, end);
  finding.begin = index;
  finding.end = end;
  return finding;
}

/// `not ok 3 - adds`, and the block between `---` and `...` below it.
std::optional<Finding> TapLine(Lines lines, size_t index) {
  const std::string_view text = Trim(lines[index].text);
  if (!text.starts_with("not ok") || text.find(kLater) != std::string_view::npos ||
      text.find("# SKIP") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view name = Trim(From(text, 6));
  size_t digits = 0;
  if (NumberAt(name, digits)) {
    name = Trim(From(name, digits));
  } else if (!name.empty() && !name.starts_with('-')) {
    return std::nullopt;  // a sentence that begins so
  }
  if (name.starts_with("- ")) {
    name.remove_prefix(2);
  }
  size_t end = index + 1;
  if (end < lines.size() && Trim(lines[end].text) == "---") {
    while (end < lines.size() && end < index + kMostLines && Trim(lines[end].text) != "...") {
      ++end;
    }
    end = std::min(end + 1, lines.size());
  }
  Finding finding;
  finding.annotation.tool = "tap";
  finding.annotation.level = "failure";
  finding.annotation.test = name;
  finding.annotation.message = name;
  for (size_t i = index + 1; i < end; ++i) {
    const std::string_view field = Trim(lines[i].text);
    if (field.starts_with("message: ")) {
      finding.annotation.message = Trim(From(field, 9));
    } else if (field.starts_with("file: ")) {
      finding.annotation.file = Trim(From(field, 6));
    } else if (field.starts_with("line: ")) {
      finding.annotation.line = NumberAt(From(field, 6), digits);
    }
  }
  finding.begin = index;
  finding.end = end;
  return finding;
}

}  // namespace

std::vector<Finding> FindJest(Lines lines) {
  return FindAll(lines, {JestBlock});
}

std::vector<Finding> FindGtest(Lines lines) {
  return FindAll(lines, {GtestBlock, CtestList});
}

std::vector<Finding> FindTap(Lines lines) {
  return FindAll(lines, {TapLine});
}

}  // namespace odu::agent
