#include "odu/terminal/curses_screen.h"

#include <gtest/gtest.h>

#include "sample_state.h"

namespace odu::terminal {
namespace {

std::unique_ptr<CursesScreen> Open(ColourDepth depth, std::string name = "xterm-256color") {
  UseTestTerminal();
  auto screen = CursesScreen::Open({std::move(name), depth, true}, 40, 10);
  EXPECT_TRUE(screen.has_value());
  return std::move(*screen);
}

Grid WithText(std::string_view text, const Style& style = {}, int y = 3) {
  Grid grid(40, 10);
  grid.Put(2, y, text, style);
  return grid;
}

TEST(CursesScreen, WritesInProportionToWhatChanged) {
  const auto screen = Open(ColourDepth::k256);
  Grid grid(40, 10);
  for (int y = 0; y < 10; ++y) {
    grid.Put(0, y, "some text that fills the line a bit");
  }
  EXPECT_GT(screen->Paint(grid, false).size(), 300U);
  EXPECT_EQ(screen->Paint(grid, false), "");
  grid.Put(5, 4, "X");
  const std::string bytes = screen->Paint(grid, false);
  EXPECT_LT(bytes.size(), 24U) << bytes;
  EXPECT_NE(bytes.find('X'), std::string::npos);
  EXPECT_GT(screen->Paint(grid, true).size(), 300U) << "anew is all of it";
}

TEST(CursesScreen, ColoursAreThoseOfTheTerminal) {
  Style style;
  style.fg = Colour::Rgb(1, 2, 3);
  EXPECT_NE(Open(ColourDepth::kTrue)->Paint(WithText("x", style), false).find("38;2;1;2;3"),
            std::string::npos);
  style.fg = Colour::Rgb(255, 0, 0);
  EXPECT_NE(Open(ColourDepth::k256)->Paint(WithText("x", style), false).find("38;5;196"),
            std::string::npos);
  EXPECT_NE(Open(ColourDepth::k16)->Paint(WithText("x", style), false).find("\x1b[91m"),
            std::string::npos);
  const std::string plain = Open(ColourDepth::kNone)->Paint(WithText("x", style), false);
  EXPECT_EQ(plain.find("38;"), std::string::npos);
  EXPECT_EQ(plain.find("[91m"), std::string::npos);
}

TEST(CursesScreen, ManyColoursAtOnceAreNoTrouble) {
  const auto screen = Open(ColourDepth::kTrue);
  for (int frame = 0; frame < 200; ++frame) {
    Grid grid(40, 10);
    for (int x = 0; x < 40; ++x) {
      for (int y = 0; y < 10; ++y) {
        Style style;
        style.fg = Colour::Rgb(static_cast<uint8_t>(frame), static_cast<uint8_t>(x * 6), 7);
        style.bg = Colour::Rgb(9, static_cast<uint8_t>(y * 20), static_cast<uint8_t>(frame));
        grid.Put(x, y, "x", style);
      }
    }
    EXPECT_NE(screen->Paint(grid, false).find('x'), std::string::npos);
  }
}

TEST(CursesScreen, AResizeDrawsAll) {
  const auto screen = Open(ColourDepth::k256);
  screen->Paint(WithText("hello"), false);
  Grid larger(60, 12);
  larger.Put(2, 3, "hello");
  EXPECT_NE(screen->Paint(larger, false).find("hello"), std::string::npos);
  Grid smaller(10, 4);
  smaller.Put(2, 3, "hello");
  EXPECT_NE(screen->Paint(smaller, false).find("hello"), std::string::npos);
}

TEST(CursesScreen, LeavingUndoesWhatEnteringDid) {
  const auto screen = Open(ColourDepth::k256);
  const std::string entered = screen->Enter() + screen->Paint(WithText("x"), false);
  EXPECT_NE(entered.find("\x1b[?1049h"), std::string::npos);
  EXPECT_NE(entered.find("\x1b[?1006h"), std::string::npos);
  for (const std::string_view undo :
       {"\x1b[?1049l", "\x1b[?1000l", "\x1b[?1002l", "\x1b[?1006l", "\x1b[?2004l", "\x1b[?25h",
        "\x1b[m", "\x1b[?7h", "\x1b[8h"}) {
    EXPECT_NE(screen->Leave().find(undo), std::string::npos) << undo;
  }
  const std::string again = screen->Enter() + screen->Paint(WithText("x"), false);
  EXPECT_NE(again.find("\x1b[?1049h"), std::string::npos);
}

TEST(CursesScreen, ALineNeverGoesOnInTheNextOne) {
  const auto screen = Open(ColourDepth::k256);
  Grid grid(40, 10);
  for (int y = 0; y < 10; ++y) {
    grid.Put(0, y, "0123456789012345678901234567890123456789");
  }
  const std::string bytes = screen->Enter() + screen->Paint(grid, false);
  ASSERT_NE(bytes.find("\x1b[?7l"), std::string::npos);
  const size_t on = bytes.rfind("\x1b[?7h");
  EXPECT_TRUE(on == std::string::npos || on < bytes.rfind("\x1b[?7l")) << "also after the corner";
}

TEST(CursesScreen, EightColoursAndBoldAreSixteen) {
  Style style;
  style.fg = Colour::Indexed(9);
  const std::string bytes = Open(ColourDepth::k16, "xterm")->Paint(WithText("x", style), false);
  EXPECT_NE(bytes.find("31"), std::string::npos) << bytes;
}

TEST(CursesScreen, ATerminalThatNobodyKnowsIsDrawnOnPlainly) {
  const auto screen = Open(ColourDepth::k16, "xterm-of-the-future");
  EXPECT_NE(screen->Paint(WithText("hello"), false).find("hello"), std::string::npos);
}

TEST(CursesScreen, WhatIsWiderThanTheGridThinksIsReplaced) {
  const auto screen = Open(ColourDepth::k256);
  Grid grid(40, 10);
  Cell lying;
  const std::string_view wide = "漢";
  std::copy(wide.begin(), wide.end(), lying.bytes.begin());
  lying.length = static_cast<uint8_t>(wide.size());
  lying.width = 1;
  grid.Put(0, 0, lying, 40);
  EXPECT_EQ(screen->Paint(grid, false).find(wide), std::string::npos);
}

TEST(Abilities, AreReadFromTheEnvironment) {
  const auto of = [](std::vector<std::string> entries) {
    return AbilitiesOf(os::Environment(std::move(entries)));
  };
  EXPECT_EQ(of({"TERM=xterm"}).depth, ColourDepth::k16);
  EXPECT_EQ(of({"TERM=xterm-256color"}).depth, ColourDepth::k256);
  EXPECT_EQ(of({"TERM=xterm-256color", "COLORTERM=truecolor"}).depth, ColourDepth::kTrue);
  EXPECT_EQ(of({"TERM=xterm-256color", "COLORTERM=truecolor", "NO_COLOR="}).depth,
            ColourDepth::kNone);
  EXPECT_FALSE(of({"TERM=xterm"}).far);
  EXPECT_TRUE(of({"TERM=xterm", "SSH_CONNECTION=10.0.0.1 1 10.0.0.2 22"}).far);
  EXPECT_FALSE(of({"TERM=xterm", "LANG=C"}).utf8);
  EXPECT_TRUE(of({"TERM=xterm", "LANG=en_US.UTF-8"}).utf8);
  EXPECT_FALSE(of({"TERM=xterm", "LANG=en_US.UTF-8", "LC_ALL=C"}).utf8);
  EXPECT_TRUE(of({"TERM=xterm", "LANG=C", "LC_CTYPE=C.utf8"}).utf8);
}

}  // namespace
}  // namespace odu::terminal
