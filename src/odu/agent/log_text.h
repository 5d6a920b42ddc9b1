#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace odu::agent {

/// `bytes` without escape sequences, carriage returns and other control bytes, in valid UTF-8:
/// what a model can read. Newlines and tabs stay.
std::string PlainText(std::string_view bytes);

/// A log's lines, as far as they were read: all of a short one, the beginning and the end of a long
/// one.
struct LogLines {
  struct Line {
    std::string text;     ///< PlainText of it
    uint64_t number = 0;  ///< from 1; 0 where what stands before was not read
    uint64_t offset = 0;  ///< of its first byte in the file
  };
  std::vector<Line> lines;
  uint64_t size = 0;
  bool whole = true;  ///< false: something between two of them was not read
};

/// The most that is read of one log to find what matters in it.
inline constexpr uint64_t kMostRead = uint64_t{1} << 20;

/// Cuts bytes that stand at `offset` of a log into lines; `number` is the first one's, 0 unknown.
void CutLines(std::string_view bytes, uint64_t offset, uint64_t number, LogLines& lines);

/// Reads a log. Failures are those of the file.
base::Result<LogLines> ReadLog(const std::string& path);

}  // namespace odu::agent
