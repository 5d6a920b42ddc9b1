#include "odu/terminal/log_document.h"

#include <gtest/gtest.h>

#include "sample_state.h"

namespace odu::terminal {
namespace {

class LogDocumentTest : public testing::Test {
 protected:
  LogDocumentTest() { UseTestTerminal(); }

  static std::string Lines(const LogDocument& log) {
    std::string text;
    for (size_t i = 0; i < log.size(); ++i) {
      text += log.line(i).Text() + "|";
    }
    return text;
  }
  static std::string Lines(std::string_view bytes, int columns = LogDocument::kUnwrapped) {
    LogDocument log(columns);
    log.Append(bytes);
    return Lines(log);
  }
};

TEST_F(LogDocumentTest, LinesAreWhatATerminalShows) {
  EXPECT_EQ(Lines("a\nb\n\nc"), "a|b||c|");
  EXPECT_EQ(Lines("10 %\r50 %\rdone\n"), "done|");
  EXPECT_EQ(Lines("100 %\rdone\n"), "done%|") << "a carriage return alone erases nothing";
  EXPECT_EQ(Lines("100 %\r\x1b[Kdone\n"), "done|");
  EXPECT_EQ(Lines("a\tb\n"), "a       b|");
  EXPECT_EQ(Lines("ab\bc\n"), "ac|");
}

TEST_F(LogDocumentTest, ProgressThatMovesTheCursorIsDrawnInPlace) {
  // As docker and nix do: three lines, then back up over them.
  EXPECT_EQ(
      Lines("one 0\ntwo 0\nthree 0\n\x1b[3A\x1b[2Kone 1\n\x1b[2Ktwo 1\n\x1b[2Kthree 1\nend\n"),
      "one 1|two 1|three 1|end|");
}

TEST_F(LogDocumentTest, ColoursAndWideAndCombiningCharactersAreKept) {
  LogDocument log;
  log.Append("\x1b[32mok\x1b[0m \x1b[1;38;2;1;2;3mrgb\x1b[0m 漢e\xcc\x81\n");
  const std::vector<Cell>& cells = log.line(0).cells;
  EXPECT_EQ(cells[0].style.fg, Colour::Indexed(2));
  EXPECT_TRUE(cells[2].style.fg.is_default());
  EXPECT_EQ(cells[3].style.fg, Colour::Rgb(1, 2, 3));
  EXPECT_EQ(cells[3].style.attributes, Style::kBold);
  EXPECT_EQ(cells[7].width, 2);
  EXPECT_EQ(cells[8].width, 0);
  EXPECT_EQ(cells[9].text(), "e\xcc\x81");
}

TEST_F(LogDocumentTest, ALinkIsItsText) {
  EXPECT_EQ(Lines("\x1b]8;;https://example.org\x1b\\here\x1b]8;;\x1b\\ there\n"), "here there|");
  EXPECT_EQ(Lines("\x1b]8;;https://example.org\ahere\x1b]8;;\a\n"), "here|");
}

TEST_F(LogDocumentTest, NothingALogAsksOfTheTerminalLeavesATrace) {
  EXPECT_EQ(Lines("\x1b]0;owned\a\x1b]52;c;aGk=\a\x1b[?1049h\x1b[?1000h\x1bP+q\x1b\\\x1b_x\x1b\\"
                  "\x1b[6n\x1b[c\x1b[?25l\x1b[5i\x1b#8ok\n")
                .find("owned"),
            std::string::npos);
  // A sequence without an end takes its line with it and no more.
  EXPECT_EQ(Lines("\x1b]0;never ends\nnext\n"), "|next|");
  EXPECT_EQ(Lines("\x1bPnever ends\nnext\n"), "|next|");
  EXPECT_EQ(Lines("\x1b[12;\nnext\n"), "|next|");
}

TEST_F(LogDocumentTest, CellsHoldNoControlCharacterWhateverCame) {
  std::string bytes;
  uint32_t seed = 1;
  for (int i = 0; i < 200'000; ++i) {
    seed = seed * 1664525 + 1013904223;
    bytes += static_cast<char>(seed >> 24);
  }
  LogDocument log(80);
  log.Append(bytes);
  for (size_t i = 0; i < log.size(); ++i) {
    for (const Cell& cell : log.line(i).cells) {
      for (const char c : cell.text()) {
        ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
      }
    }
  }
}

TEST_F(LogDocumentTest, EachLineKnowsWhereInTheLogItBegan) {
  LogDocument log(10);
  log.Restart(1000, false);
  log.Append("abc\n0123456789xyz\nend\n");
  ASSERT_EQ(log.size(), 4U);
  EXPECT_EQ(log.line(0).offset, 1000U);
  EXPECT_EQ(log.line(1).offset, 1004U);
  EXPECT_FALSE(log.line(1).continued);
  EXPECT_EQ(log.line(2).offset, 1004U);
  EXPECT_TRUE(log.line(2).continued);
  EXPECT_EQ(log.line(3).offset, 1018U);
  EXPECT_EQ(log.end(), 1022U);
  EXPECT_EQ(log.LineAt(1018), 3U);
}

TEST_F(LogDocumentTest, BytesMayComeInAnyPieces) {
  const std::string bytes = "\x1b[32m漢字\x1b[0m ok\r\nnext \x1b]8;;x\x1b\\link\x1b]8;;\x1b\\\n";
  const std::string whole = Lines(bytes);
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    LogDocument log;
    log.Append(std::string_view(bytes).substr(0, cut));
    log.Append(std::string_view(bytes).substr(cut));
    EXPECT_EQ(Lines(log), whole) << cut;
    EXPECT_EQ(log.end(), bytes.size());
  }
}

TEST_F(LogDocumentTest, AFirstLineThatIsCutIsLeftOut) {
  LogDocument log;
  log.Restart(50, true);
  log.Append("rest of a line");
  EXPECT_EQ(log.size(), 0U);
  log.Append(" and on\nwhole\n");
  EXPECT_EQ(Lines(log), "whole|");
  EXPECT_EQ(log.begin(), 50U + 22U);
}

TEST_F(LogDocumentTest, LongLinesAreWrappedOrNotAsAsked) {
  LogDocument log(4);
  log.Append("abcdefgh\nx\n");
  EXPECT_EQ(Lines(log), "abcd|efgh|x|");
  log.SetColumns(LogDocument::kUnwrapped);
  EXPECT_EQ(Lines(log), "abcdefgh|x|");
}

TEST_F(LogDocumentTest, MemoryIsBoundedAndTheEndStays) {
  LogDocument log;
  for (int i = 0; i < 20'000; ++i) {
    log.Append("line " + std::to_string(i) + "\n");
  }
  EXPECT_LE(log.size(), LogDocument::kMaxLines);
  EXPECT_EQ(log.line(log.size() - 1).Text(), "line 19999");
  EXPECT_GT(log.begin(), 0U);
  EXPECT_EQ(log.line(0).offset, log.begin());
  EXPECT_EQ(log.dropped() + log.size(), 20'000U);
  // One line without an end.
  LogDocument endless;
  for (int i = 0; i < 100; ++i) {
    endless.Append(std::string(10'000, 'x'));
  }
  EXPECT_LE(endless.size(), 600U);
}

TEST_F(LogDocumentTest, WhatMakesTerminalsDisagreeOnWidthsIsLeftOut) {
  LogDocument log;
  log.Append("\u26a0\ufe0f a\u200bb \U0001f469\u200d\U0001f680|\n");
  const std::string text = log.line(0).Text();
  for (const std::string_view joiner : {"\ufe0f", "\u200b", "\u200d"}) {
    EXPECT_EQ(text.find(joiner), std::string::npos) << text;
  }
  EXPECT_NE(text.find("ab"), std::string::npos) << text;
  EXPECT_NE(text.find("|"), std::string::npos) << text;
}

TEST_F(LogDocumentTest, WhatWasWipedBelowTheCursorIsNoLine) {
  EXPECT_EQ(Lines("\x1b[50;7Hfar\x1b[2J\x1b[1;1Htop\nafter\n"), "top|after|");
  EXPECT_EQ(Lines("\x1b[50;7Hfar\x1b"
                  "cafter\n"),
            "after|");
  EXPECT_EQ(Lines("a\n\n\nb\n\n"), "a|||b||");
}

TEST_F(LogDocumentTest, ControlsOfEightBitsAreShownNotObeyed) {
  LogDocument log;
  log.Append(
      "kept\n\xc2\x9b"
      "2J\xc2\x9d"
      "0;title\xc2\x9c \x9b"
      "31m\n");
  EXPECT_EQ(log.line(0).Text(), "kept");
  for (const Cell& cell : log.line(1).cells) {
    EXPECT_TRUE(cell.style == Style());
    const std::string_view bytes = cell.text();
    EXPECT_FALSE(bytes.size() == 2 && bytes[0] == '\xc2' && static_cast<uint8_t>(bytes[1]) < 0xa0);
  }
}

}  // namespace
}  // namespace odu::terminal
