#include <string>
#include <utility>

#include "odu/agent/evidence.h"
#include "odu/agent/find_all.h"
#include "odu/agent/text_scan.h"

namespace odu::agent {
namespace {

constexpr size_t kMostLines = 25;

Finding Make(std::string tool, std::string level, std::string_view message, size_t begin,
             size_t end) {
  Finding finding;
  finding.annotation.tool = std::move(tool);
  finding.annotation.level = std::move(level);
  finding.annotation.message = Trim(message);
  finding.begin = begin;
  finding.end = end;
  return finding;
}

void SetPlace(Annotation& annotation, const std::optional<FilePlace>& place) {
  if (place.has_value()) {
    annotation.file = place->file;
    annotation.line = place->line;
    annotation.column = place->column;
  }
}

/// One past the last line before a blank one.
size_t UntilBlank(Lines lines, size_t begin) {
  size_t end = begin + 1;
  while (end < lines.size() && end < begin + kMostLines && !Trim(lines[end].text).empty()) {
    ++end;
  }
  return end;
}

/// `error[E0308]: mismatched types` with `  --> src/lib.rs:5:9` below it.
std::optional<Finding> RustcBlock(Lines lines, size_t index) {
  const std::string_view text = lines[index].text;
  const bool error = text.starts_with("error[") || text.starts_with("error: ");
  const bool warning = text.starts_with("warning: ");
  const size_t colon = text.find(": ");
  if ((!error && !warning) || colon == std::string_view::npos || index + 1 >= lines.size()) {
    return std::nullopt;
  }
  const std::string_view below = Trim(lines[index + 1].text);
  if (!below.starts_with("--> ")) {
    return std::nullopt;
  }
  Finding finding = Make("cargo", error ? "error" : "warning", From(text, colon + 2), index,
                         UntilBlank(lines, index));
  SetPlace(finding.annotation, PlaceAt(From(below, 4)));
  return finding;
}

/// `thread 'tests::adds' panicked at src/lib.rs:12:9:` and its message.
std::optional<Finding> RustPanic(Lines lines, size_t index) {
  const std::string_view text = lines[index].text;
  const size_t mark = text.find("' panicked at ");
  if (!text.starts_with("thread '") || mark == std::string_view::npos) {
    return std::nullopt;
  }
  // Threads of newer toolchains also say their number: thread 'x' (123) panicked at.
  const std::string_view where = From(text, mark + 14);
  const size_t end = UntilBlank(lines, index);
  const std::string_view below = index + 1 < end ? std::string_view(lines[index + 1].text) : where;
  Finding finding = Make("cargo", "failure", below, index, end);
  finding.annotation.test = text.substr(8, mark - 8);
  SetPlace(finding.annotation, PlaceAt(where));
  return finding;
}

/// `main.go:12:5: undefined: x` as go build and go vet write it.
std::optional<Finding> GoBuildLine(Lines lines, size_t index) {
  std::string_view text = lines[index].text;
  if (text.starts_with("vet: ")) {
    text.remove_prefix(5);
  }
  const auto place = PlaceAt(text);
  if (!place || !place->file.ends_with(".go") || !From(text, place->length).starts_with(": ")) {
    return std::nullopt;
  }
  Finding finding = Make("go", "error", From(text, place->length + 2), index, index + 1);
  SetPlace(finding.annotation, place);
  return finding;
}

/// `--- FAIL: TestAdd (0.00s)` with indented `add_test.go:9: …` around it.
std::optional<Finding> GoTest(Lines lines, size_t index) {
  const std::string_view text = Trim(lines[index].text);
  if (!text.starts_with("--- FAIL: ")) {
    return std::nullopt;
  }
  const size_t indent = Indent(lines[index].text);
  size_t end = index + 1;
  while (end < lines.size() && end < index + kMostLines && Indent(lines[end].text) > indent) {
    ++end;
  }
  Finding finding = Make("go", "failure", text, index, end);
  finding.annotation.test = text.substr(10, text.find(' ', 10) - 10);
  for (size_t i = index + 1; i < end; ++i) {
    const std::string_view line = Trim(lines[i].text);
    const auto place = PlaceAt(line);
    if (place && place->file.ends_with(".go")) {
      SetPlace(finding.annotation, place);
      finding.annotation.message = Trim(From(line, place->length + 1));
      break;
    }
  }
  return finding;
}

std::optional<Finding> GoPanic(Lines lines, size_t index) {
  if (!lines[index].text.starts_with("panic: ")) {
    return std::nullopt;
  }
  Finding finding =
      Make("go", "failure", lines[index].text, index, std::min(index + kMostLines, lines.size()));
  for (size_t i = index + 1; i < finding.end; ++i) {
    const auto place = PlaceAt(Trim(lines[i].text));
    if (place && place->file.ends_with(".go") &&
        place->file.find("/src/runtime/") == std::string_view::npos &&
        place->file.find("/src/testing/") == std::string_view::npos) {
      SetPlace(finding.annotation, place);
      break;
    }
  }
  return finding;
}

/// pytest's own block: the lines `E   …`, and below them `tests/test_x.py:12: AssertionError`.
std::optional<Finding> PytestBlock(Lines lines, size_t index) {
  const std::string_view text = lines[index].text;
  if (!text.starts_with("E  ")) {
    return std::nullopt;
  }
  size_t end = index + 1;
  while (end < lines.size() && end < index + kMostLines && lines[end].text.starts_with("E ")) {
    ++end;
  }
  // The code that failed stands above, marked with '>'.
  size_t begin = index;
  while (begin > 0 && index - begin < 8 && !lines[begin].text.starts_with('>')) {
    --begin;
  }
  begin = lines[begin].text.starts_with('>') ? begin : index;
  Finding finding = Make("pytest", "failure", From(text, 1), begin, end);
  for (size_t i = end; i < std::min(end + 3, lines.size()); ++i) {
    const auto place = PlaceAt(lines[i].text);
    if (place) {
      SetPlace(finding.annotation, place);
      finding.end = i + 1;
      break;
    }
  }
  constexpr size_t kLookBack = 60;
  const size_t first = begin - std::min(begin, kLookBack);
  for (size_t i = begin; i > first; --i) {
    const std::string_view above = lines[i - 1].text;
    if (above.starts_with("____") && above.ends_with("____")) {
      const size_t from = above.find_first_not_of("_ ");
      if (from != std::string_view::npos) {
        finding.annotation.test = above.substr(from, above.find_last_not_of("_ ") - from + 1);
      }
      break;
    }
  }
  return finding;
}

/// A traceback: its last frame is the place, its last line the message.
std::optional<Finding> Traceback(Lines lines, size_t index) {
  if (!Trim(lines[index].text).starts_with("Traceback (most recent call last)")) {
    return std::nullopt;
  }
  const size_t indent = Indent(lines[index].text);
  size_t end = index + 1;
  FilePlace place;
  while (end < lines.size() && end < index + 60 && Indent(lines[end].text) > indent) {
    const std::string_view frame = Trim(lines[end].text);
    const size_t quote = frame.find("\", line ");
    if (frame.starts_with("File \"") && quote != std::string_view::npos) {
      size_t digits = 0;
      place.file = frame.substr(6, quote - 6);
      place.line = NumberAt(From(frame, quote + 8), digits).value_or(0);
    }
    ++end;
  }
  const std::string_view message = end < lines.size() ? std::string_view(lines[end].text) : "";
  Finding finding = Make("python", "error", message, index, std::min(end + 1, lines.size()));
  if (!place.file.empty()) {
    SetPlace(finding.annotation, place);
  }
  return finding;
}

}  // namespace

std::vector<Finding> FindCargo(Lines lines) {
  return FindAll(lines, {RustcBlock, RustPanic});
}

std::vector<Finding> FindGo(Lines lines) {
  return FindAll(lines, {GoBuildLine, GoTest, GoPanic});
}

std::vector<Finding> FindPython(Lines lines) {
  return FindAll(lines, {PytestBlock, Traceback});
}

}  // namespace odu::agent
