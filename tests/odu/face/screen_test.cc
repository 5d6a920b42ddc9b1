#include "odu/face/screen.h"

#include <gtest/gtest.h>

#include "captured_console.h"

namespace odu::face {
namespace {

constexpr const char* kHide = "\x1b[?25l";
constexpr const char* kShow = "\x1b[?25h";

TEST(Screen, DrawsOverWhatStandsAndOnlyWhenItChanged) {
  CapturedConsole captured(true);
  {
    Screen screen(captured.console());
    screen.Draw("a\nb\n");
    screen.Draw("a\nb\n");
    screen.Draw("a\nc\n");
  }
  EXPECT_EQ(captured.Out(), std::string(kHide) + "\x1b[0J\x1b[?7la\nb\n\x1b[?7h" +
                                "\x1b[2F\x1b[0J\x1b[?7la\nc\n\x1b[?7h" + "\x1b[2F\x1b[0J" + kShow);
}

TEST(Screen, WhatIsPrintedStaysAboveTheBlock) {
  CapturedConsole captured(true);
  Screen screen(captured.console());
  screen.Draw("frame\n");
  screen.Print("kept\n");
  EXPECT_EQ(captured.Out(), std::string(kHide) +
                                "\x1b[0J\x1b[?7lframe\n\x1b[?7h"
                                "\x1b[1F\x1b[0Jkept\n\x1b[?7lframe\n\x1b[?7h");
}

TEST(Screen, WithoutABlockPrintingIsPlain) {
  CapturedConsole captured(true);
  Screen screen(captured.console());
  screen.Print("kept\n");
  screen.Leave();
  EXPECT_EQ(captured.Out(), "kept\n");
}

TEST(Screen, TheCursorComesBackEvenWhenAnExceptionEndsIt) {
  CapturedConsole captured(true);
  try {
    Screen screen(captured.console());
    screen.Draw("a\n");
    throw 1;
  } catch (int) {
  }
  EXPECT_TRUE(captured.Out().ends_with(kShow));
}

TEST(Screen, AfterLeavingItBeginsAnew) {
  CapturedConsole captured(true);
  Screen screen(captured.console());
  screen.Draw("a\n");
  screen.Leave();
  const size_t before = captured.Out().size();
  screen.Draw("a\n");
  EXPECT_EQ(captured.Out().substr(before), std::string(kHide) + "\x1b[0J\x1b[?7la\n\x1b[?7h");
}

}  // namespace
}  // namespace odu::face
