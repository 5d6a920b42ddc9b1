#include "odu/agent/log_text.h"

#include <gtest/gtest.h>

#include <string>

#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::agent {
namespace {

TEST(LogText, ColoursAndControlBytesAreGone) {
  EXPECT_EQ(PlainText("\x1b[31;1mred\x1b[0m\ttab\a\x01"), "red\ttab");
  EXPECT_EQ(PlainText("\x1b]8;;http://x\x1b\\link\x1b]8;;\x07"), "link");
  EXPECT_EQ(PlainText("a\xff"
                      "b\xc3\xa4"),
            "a\xEF\xBF\xBD"
            "b\xc3\xa4");
  EXPECT_EQ(PlainText("\x1b"), "");
  EXPECT_EQ(PlainText("x\x1b["), "x");
}

TEST(LogText, AProgressBarsLastWordsAreItsLine) {
  LogLines lines;
  CutLines("10%\r50%\r100%\r\ndone\n", 0, 1, lines);
  ASSERT_EQ(lines.lines.size(), 2u);
  EXPECT_EQ(lines.lines[0].text, "100%");
  EXPECT_EQ(lines.lines[1].offset, 14u);
  EXPECT_EQ(lines.lines[1].number, 2u);
}

TEST(LogText, OfALongLogTheBeginningAndTheEndAreRead) {
  const support::TempDir dir;
  const std::string path = dir.path() + "/log";
  std::string text;
  for (int i = 0; i < 400'000; ++i) {
    text += "line " + std::to_string(i) + "\n";
  }
  ASSERT_TRUE(os::WriteFileAtomic(path, text));
  const auto log = ReadLog(path);
  ASSERT_TRUE(log);
  EXPECT_FALSE(log->whole);
  EXPECT_EQ(log->size, text.size());
  EXPECT_EQ(log->lines.front().text, "line 0");
  EXPECT_EQ(log->lines.back().text, "line 399999");
  EXPECT_EQ(log->lines.back().number, 0u);
  EXPECT_EQ(text.substr(log->lines.back().offset, 11), "line 399999");
  EXPECT_FALSE(ReadLog(dir.path() + "/none"));
}

}  // namespace
}  // namespace odu::agent
