#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/text.h"
#include "base/utf8.h"

namespace base {
namespace {

using namespace std::string_literals;

std::string Kept(std::string_view bytes) {
  return Sanitised(bytes, true);
}
std::string Shown(std::string_view bytes) {
  return Sanitised(bytes, false);
}

TEST(Sanitised, PlainTextTabsAndNewlinesPass) {
  EXPECT_EQ(Kept("one\ttwo\nthree ஓடு é 😀\n"), "one\ttwo\nthree ஓடு é 😀\n");
  EXPECT_EQ(Kept(""), "");
}

TEST(Sanitised, OtherControlBytesAreShown) {
  EXPECT_EQ(Kept("a\0b\a\b\v\f\r\x7f"s), "a^@b^G^H^K^L^M^?");
  EXPECT_EQ(Kept("50%\r100%\r\n"), "50%^M100%^M\n");
}

TEST(Sanitised, ColoursPassAndEndWithTheirLine) {
  EXPECT_EQ(Kept("\x1b[31mred\x1b[0m\n"), "\x1b[31mred\x1b[0m\n");
  EXPECT_EQ(Kept("\x1b[31mred\nplain\n"), "\x1b[31mred\x1b[0m\nplain\n");
  EXPECT_EQ(Kept("\x1b[1;4;38;5;196mx"), "\x1b[1;4;38;5;196mx\x1b[0m");
  EXPECT_EQ(Kept("\x1b[38;2;1;2;3mx\x1b[m\n"), "\x1b[38;2;1;2;3mx\x1b[m\n");
  EXPECT_EQ(Kept("\x1b[4:3mx\x1b[38:2::8:8:8my\x1b[00m"), "\x1b[4:3mx\x1b[38:2::8:8:8my\x1b[00m");
  EXPECT_EQ(Kept("\x1b[31mred\x1b[0mplain\x1b[1m\n"), "\x1b[31mred\x1b[0mplain\x1b[1m\x1b[0m\n");
}

TEST(Sanitised, WithoutColoursTheyAreShownToo) {
  EXPECT_EQ(Shown("\x1b[31mred\x1b[0m\n"), "^[[31mred^[[0m\n");
}

TEST(Sanitised, ConcealedTextIsNotConcealed) {
  EXPECT_EQ(Kept("\x1b[8mhidden"), "^[[8mhidden");
  EXPECT_EQ(Kept("\x1b[1;8mhidden"), "^[[1;8mhidden");
  EXPECT_EQ(Kept("\x1b[38;5;1;8mhidden"), "^[[38;5;1;8mhidden");
  EXPECT_EQ(Kept("\x1b[38;2;8;8;8;8mhidden"), "^[[38;2;8;8;8;8mhidden");
  EXPECT_EQ(Kept("\x1b[38;5;8mgrey"), "\x1b[38;5;8mgrey\x1b[0m") << "8 is a colour here";
}

TEST(Sanitised, SequencesThatAreNoColourAreShown) {
  EXPECT_EQ(Kept("\x1b[2J\x1b[H"), "^[[2J^[[H");
  EXPECT_EQ(Kept("\x1b[?25l"), "^[[?25l");
  EXPECT_EQ(Kept("\x1b[>4;1m"), "^[[>4;1m") << "modifyOtherKeys ends in m too";
  EXPECT_EQ(Kept("\x1b[?4m\x1b[1 m\x1b[=1m"), "^[[?4m^[[1 m^[[=1m");
  EXPECT_EQ(Kept("\x1b[6n"), "^[[6n");
  EXPECT_EQ(Kept("\x1b[999m"), "^[[999m");
  EXPECT_EQ(Kept("\x1b[99999999999999999999m"), "^[[99999999999999999999m");
  EXPECT_EQ(Kept("\x1b[" + std::string(100, ';') + "m"), "^[[" + std::string(100, ';') + "m");
  EXPECT_EQ(Kept("\x1b[\x1b[31mx"), "^[[\x1b[31mx\x1b[0m");
  EXPECT_EQ(Kept("\x1b(0lqk\x1b"
                 "c\x1b#8"),
            "^[(0lqk^[c^[#8");
}

TEST(Sanitised, StringsForTheTerminalAreShown) {
  EXPECT_EQ(Kept("\x1b]52;c;ZXZpbA==\a"), "^[]52;c;ZXZpbA==^G") << "clipboard";
  EXPECT_EQ(Kept("\x1b]0;title\x1b\\"), "^[]0;title^[\\") << "title";
  EXPECT_EQ(Kept("\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\"), "^[]8;;http://x^[\\text^[]8;;^[\\");
  EXPECT_EQ(Kept("\x1bPq#0;2;0;0;0\x1b\\"), "^[Pq#0;2;0;0;0^[\\") << "sixel, DECRQSS";
  EXPECT_EQ(Kept("\x1b_G\x1b\\\x1b^x\x1b\\\x1bXx\x1b\\"), "^[_G^[\\^[^x^[\\^[Xx^[\\");
}

TEST(Sanitised, C1ControlsAreShownRawAndEncoded) {
  EXPECT_EQ(Kept("\x9b"
                 "31m"),
            "\\x9b31m");
  EXPECT_EQ(Kept("\x9d"
                 "52;c;x\x9c"),
            "\\x9d52;c;x\\x9c");
  EXPECT_EQ(Kept("\u009b31m"), "<U+009B>31m");
  EXPECT_EQ(Kept("\u0080\u0090\u009f\u00a0"), "<U+0080><U+0090><U+009F>\u00a0");
}

TEST(Sanitised, WhatTurnsTextRoundIsShown) {
  EXPECT_EQ(Kept("a\u202eb\u202c"), "a<U+202E>b<U+202C>");
  EXPECT_EQ(Kept("\u2066x\u2069\u200f\u061c"), "<U+2066>x<U+2069><U+200F><U+061C>");
  EXPECT_EQ(Kept("\u2028\u2029\ufeff\U000e0041"), "<U+2028><U+2029><U+FEFF><U+E0041>");
}

TEST(Sanitised, BytesThatAreNotUtf8AreShown) {
  EXPECT_EQ(Kept("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(Kept("caf\xe9 \xc3"), "caf\\xe9 \\xc3");
  EXPECT_EQ(Kept("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(Kept("\xe2\x82\x1b[31mx"), "\\xe2\\x82\x1b[31mx\x1b[0m");
}

TEST(Sanitised, ALoneEscapeAtTheEndIsShown) {
  EXPECT_EQ(Kept("x\x1b"), "x^[");
  EXPECT_EQ(Kept("x\x1b["), "x^[[");
  EXPECT_EQ(Kept("x\x1b[31"), "x^[[31");
  EXPECT_EQ(Kept("\x1b[31mx\x1b"), "\x1b[31mx^[\x1b[0m");
}

/// True when `text` would do nothing to a terminal but colour it.
bool IsHarmless(std::string_view text) {
  bool coloured = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0x1b) {
      const size_t end = text.find_first_not_of("0123456789;:", i + 2);
      if (text.substr(i, 2) != "\x1b[" || end == std::string_view::npos || text[end] != 'm') {
        return false;
      }
      coloured = text.substr(i + 2, end - i - 2).find_first_not_of('0') != std::string_view::npos;
    } else if (byte == '\n' && coloured) {
      return false;
    } else if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) {
      return false;
    }
  }
  return IsUtf8(text) && !coloured;
}

TEST(Sanitised, EveryPairOfBytesAfterAnEscapeIsHarmless) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string bytes =
          "\x1b[31mx\x1b"s + static_cast<char>(first) + static_cast<char>(second) + "m\ny\x1b";
      ASSERT_TRUE(IsHarmless(Kept(bytes))) << first << " " << second;
      ASSERT_EQ(Shown(bytes).find('\x1b'), std::string::npos);
    }
  }
}

TEST(Sanitised, EachTruncationOfColouredTextIsHarmless) {
  const std::string text = "\x1b[1;38;5;8mbold ஓ\x1b[0m\x1b]0;t\a\u009b\n\x1b[32mok\n";
  for (size_t size = 0; size <= text.size(); ++size) {
    EXPECT_TRUE(IsHarmless(Kept(std::string_view(text).substr(0, size)))) << size;
  }
}

}  // namespace
}  // namespace base
