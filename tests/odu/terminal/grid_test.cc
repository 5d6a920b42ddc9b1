#include "odu/terminal/grid.h"

#include <gtest/gtest.h>

#include "sample_state.h"

namespace odu::terminal {
namespace {

class GridTest : public testing::Test {
 protected:
  GridTest() { UseTestTerminal(); }
};

TEST_F(GridTest, TextIsPutWhereItIsSaidAndCutAtTheEnd) {
  Grid grid(6, 2);
  EXPECT_EQ(grid.Put(1, 0, "abc"), 4);
  EXPECT_EQ(grid.Put(0, 1, "abcdef", {}, 3), 3);
  EXPECT_EQ(grid.Put(0, 2, "below"), 0);
  EXPECT_EQ(grid.Text(), " abc\nabc\n");
}

TEST_F(GridTest, AWideCharacterTakesTwoCellsOrNone) {
  Grid grid(4, 1);
  EXPECT_EQ(grid.Put(0, 0, "漢"), 2);
  EXPECT_EQ(grid.at(0, 0).width, 2);
  EXPECT_EQ(grid.at(1, 0).width, 0);
  EXPECT_EQ(grid.Put(3, 0, "字"), 3);
  EXPECT_EQ(grid.Text(), "漢\n");
}

TEST_F(GridTest, HalfOfAWideCharacterThatIsOverwrittenLeavesABlank) {
  Grid grid(4, 1);
  grid.Put(0, 0, "漢字");
  grid.Put(1, 0, "x");
  EXPECT_EQ(grid.Text(), " x字\n");
  grid.Put(2, 0, "y");
  EXPECT_EQ(grid.Text(), " xy\n");
}

TEST_F(GridTest, WhatCombinesStaysWithItsCharacterUpToTheRoomThereIs) {
  Grid grid(3, 1);
  std::string text = "e";
  for (int i = 0; i < 20; ++i) {
    text += "\xcc\x81";
  }
  EXPECT_EQ(grid.Put(0, 0, text + "x"), 2);
  EXPECT_EQ(grid.at(0, 0).length, Cell::kMaxBytes);
  EXPECT_EQ(grid.at(1, 0).text(), "x");
}

TEST_F(GridTest, NothingThatGivesATerminalOrdersGetsIn) {
  Grid grid(10, 1);
  grid.Put(0, 0, "a\x1b[31m\u202e\xff\xc2\x9b");
  for (int x = 0; x < 10; ++x) {
    for (const char c : grid.at(x, 0).text()) {
      EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    }
  }
  EXPECT_EQ(grid.Text(), "a\ufffd[31m\ufffd\ufffd\ufffd\n");
}

TEST_F(GridTest, WhatMakesTerminalsDisagreeOnWidthsIsLeftOut) {
  Grid grid(10, 1);
  // A variation selector, a joined emoji, a zero-width space.
  EXPECT_EQ(grid.Put(0, 0, "\u26a0\ufe0f|\u200b|\U0001f469\u200d\U0001f680"), 7);
  EXPECT_EQ(grid.Text(), "\u26a0||\U0001f469\U0001f680\n");
  EXPECT_EQ(Columns("\u26a0\ufe0f"), 1);
}

TEST_F(GridTest, ColumnsCountWhatIsPut) {
  EXPECT_EQ(Columns("abc"), 3);
  EXPECT_EQ(Columns("漢字"), 4);
  EXPECT_EQ(Columns("e\xcc\x81"), 1);
}

}  // namespace
}  // namespace odu::terminal
