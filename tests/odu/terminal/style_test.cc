#include "odu/terminal/style.h"

#include <gtest/gtest.h>

namespace odu::terminal {
namespace {

TEST(Style, AColourIsShownAsItIsWhereTheTerminalHasIt) {
  const Colour rgb = Colour::Rgb(10, 200, 30);
  EXPECT_EQ(Reduced(rgb, ColourDepth::kTrue), rgb);
  EXPECT_EQ(Reduced(Colour::Indexed(123), ColourDepth::k256), Colour::Indexed(123));
  EXPECT_EQ(Reduced(Colour::Indexed(3), ColourDepth::k16), Colour::Indexed(3));
  EXPECT_EQ(Reduced(Colour(), ColourDepth::k16), Colour());
}

TEST(Style, TheNearestColourStandsForOneThatTheTerminalHasNot) {
  EXPECT_EQ(Reduced(Colour::Rgb(255, 0, 0), ColourDepth::k256), Colour::Indexed(196));
  EXPECT_EQ(Reduced(Colour::Rgb(0, 0, 0), ColourDepth::k256), Colour::Indexed(16));
  EXPECT_EQ(Reduced(Colour::Rgb(120, 120, 120), ColourDepth::k256), Colour::Indexed(243));
  EXPECT_EQ(Reduced(Colour::Rgb(255, 10, 5), ColourDepth::k16), Colour::Indexed(9));
  EXPECT_EQ(Reduced(Colour::Indexed(196), ColourDepth::k16), Colour::Indexed(9));
  EXPECT_EQ(Reduced(Colour::Indexed(255), ColourDepth::k16), Colour::Indexed(7));
}

TEST(Style, WithoutColoursABackgroundBecomesReverseVideo) {
  Style style;
  style.fg = Colour::Indexed(0);
  style.bg = Colour::Indexed(3);
  const Style shown = Reduced(style, ColourDepth::kNone);
  EXPECT_TRUE(shown.fg.is_default());
  EXPECT_TRUE(shown.bg.is_default());
  EXPECT_EQ(shown.attributes, Style::kReverse);
}

}  // namespace
}  // namespace odu::terminal
