#pragma once

#include <boost/describe/class.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "odu/agent/log_text.h"

/// The part of a log that matters: what tools said was wrong, and where. Pure.
namespace odu::agent {

/// One thing that a tool complained of, at a place where there is one.
struct Annotation {
  std::string tool;   ///< gcc, cargo, go, pytest, jest, gtest, ctest, tap, junit, linker, just
  std::string level;  ///< error, failure, warning
  std::string file;   ///< as the tool wrote it; empty = no place
  std::optional<int64_t> line;
  std::optional<int64_t> column;
  std::string message;  ///< one line
  std::string test;     ///< the test's name, where it is one
  bool operator==(const Annotation&) const = default;
};
BOOST_DESCRIBE_STRUCT(Annotation, (), (tool, level, file, line, column, message, test))

/// A finding: an annotation, and the lines [begin, end) that belong to it.
struct Finding {
  Annotation annotation;
  size_t begin = 0;
  size_t end = 0;
};

using Lines = std::span<const LogLines::Line>;

/// Each kind of tool finds its own; all look at all lines.
std::vector<Finding> FindCompilerErrors(Lines lines);  ///< gcc, clang, linkers, tsc
std::vector<Finding> FindCargo(Lines lines);
std::vector<Finding> FindGo(Lines lines);
std::vector<Finding> FindPython(Lines lines);  ///< pytest, tracebacks
std::vector<Finding> FindJest(Lines lines);    ///< jest, vitest
std::vector<Finding> FindGtest(Lines lines);   ///< gtest, ctest
std::vector<Finding> FindTap(Lines lines);

/// What is shown of a log.
struct Excerpt {
  std::string text;
  /// Which tool's words decided it; "tail" when none was known: then it is the end of the log.
  std::string source;
  std::string log;          ///< the file it was taken from
  uint64_t first_line = 0;  ///< 0 = not known
  uint64_t offset = 0;      ///< of its first byte in the log
  uint64_t log_bytes = 0;
  bool cut = false;  ///< there is more that matters than is shown
  std::vector<Annotation> annotations;
};
BOOST_DESCRIBE_STRUCT(Excerpt, (),
                      (text, source, log, first_line, offset, log_bytes, cut, annotations))

/// The most of one excerpt's text, and of its annotations.
inline constexpr size_t kExcerptBytes = 3000;
inline constexpr size_t kMostAnnotations = 5;

/// Adds what was found, cut to a length that a model reads; `cut` when there is no room for it.
void AddAnnotation(Excerpt& excerpt, const Annotation& found);

/// What matters of a log: the findings, errors before failures, in their order, and
/// the last lines. With its annotations at most 4 KiB of JSON.
Excerpt ExcerptOf(const LogLines& log, size_t most_bytes = kExcerptBytes);

}  // namespace odu::agent
