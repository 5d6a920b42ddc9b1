#include "mcp/line_splitter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mcp {
namespace {

std::vector<std::string> Lines(std::string_view bytes, size_t step, size_t limit) {
  LineSplitter splitter(limit);
  std::vector<std::string> lines;
  for (size_t at = 0; at < bytes.size(); at += step) {
    splitter.Add(bytes.substr(at, step));
    while (const auto line = splitter.Next()) {
      lines.push_back(line->too_long ? "<too long>" : line->text);
    }
  }
  return lines;
}

TEST(LineSplitter, LinesAreTheSameHoweverTheirBytesArrive) {
  const std::string_view bytes = "one\r\n\n  \ntwo\nthe third is too long\nfour\nhalf";
  const std::vector<std::string> wanted{"one", "two", "<too long>", "four"};
  for (size_t step = 1; step <= bytes.size(); ++step) {
    EXPECT_EQ(Lines(bytes, step, 10), wanted) << step;
  }
}

TEST(LineSplitter, ALineOfTheLimitIsTakenAndOneMoreIsNot) {
  EXPECT_EQ(Lines("1234\n12345\n", 3, 4), (std::vector<std::string>{"1234", "<too long>"}));
}

}  // namespace
}  // namespace mcp
