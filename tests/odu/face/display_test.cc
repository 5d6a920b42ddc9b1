#include "odu/face/display.h"

#include <gtest/gtest.h>

namespace odu::face {
namespace {

TEST(Display, ColourIsOnlyThereWhenAsked) {
  EXPECT_EQ(Tinted("ok", Tint::kGreen, false), "ok");
  EXPECT_EQ(Tinted("ok", Tint::kGreen, true), "\x1b[32mok\x1b[0m");
  EXPECT_EQ(Tinted("", Tint::kGreen, true), "");
}

TEST(Display, ALinkLeadsToTheFileWhateverItsName) {
  EXPECT_EQ(FileLink(".ci/x.log", "/home/me/a b/.ci/x.log"),
            "\x1b]8;;file:///home/me/a%20b/.ci/x.log\x1b\\.ci/x.log\x1b]8;;\x1b\\");
  EXPECT_EQ(FileLink("x", "/\x1b\x07").find('\x07'), std::string::npos);
}

TEST(Display, WidthCountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth("abc"), 3U);
  EXPECT_EQ(DisplayWidth("✔ ok"), 4U);
  EXPECT_EQ(DisplayWidth("日本"), 4U);
  EXPECT_EQ(DisplayWidth("e\xcc\x81"), 1U);
  EXPECT_EQ(DisplayWidth("\x1b[31mred\x1b[0m"), 3U);
}

TEST(Display, CutKeepsWithinTheColumnsAndClosesColour) {
  EXPECT_EQ(Cut("abcdef", 6), "abcdef");
  EXPECT_EQ(Cut("abcdef", 5), "abcd…");
  EXPECT_EQ(Cut("abcdef", 0), "");
  EXPECT_EQ(Cut("日本語", 4), "日…");
  EXPECT_EQ(Cut("\x1b[31mabcdef\x1b[0m", 3), "\x1b[31mab…\x1b[0m");
  for (size_t columns = 1; columns < 12; ++columns) {
    EXPECT_LE(DisplayWidth(Cut("a日b\x1b[1m本c語d", columns)), columns);
  }
}

TEST(Display, TextThatIsNotUtf8IsNotReadBeyond) {
  EXPECT_EQ(DisplayWidth("\xe6\x97"), 2U);
  EXPECT_EQ(DisplayWidth("\x1b["), 0U);
}

TEST(Display, PaddingNeverCuts) {
  EXPECT_EQ(Padded("ok", 4), "ok  ");
  EXPECT_EQ(Padded("cancelled", 4), "cancelled");
}

TEST(Display, SpansAreFlooredAndNeverNegative) {
  EXPECT_EQ(Span(63'999), "1m3s");
  EXPECT_EQ(Span(-5), "0s");
}

TEST(Display, AgoSaysTheLargestUnitThatMakesSense) {
  EXPECT_EQ(Ago(59'000), "just now");
  EXPECT_EQ(Ago(5 * 60'000), "5 min ago");
  EXPECT_EQ(Ago(2 * 3'600'000), "2 h ago");
  EXPECT_EQ(Ago(72 * 3'600'000LL), "3 days ago");
}

}  // namespace
}  // namespace odu::face
