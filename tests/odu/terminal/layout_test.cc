#include "odu/terminal/layout.h"

#include <gtest/gtest.h>

namespace odu::terminal {
namespace {

LayoutNeeds Needs(int width, int height, int rows = 200, int platforms = 3) {
  LayoutNeeds needs;
  needs.width = width;
  needs.height = height;
  needs.rows = rows;
  needs.platforms = platforms;
  needs.label = 20;
  return needs;
}

bool Inside(const Rect& rect, const Layout& layout) {
  return rect.empty() || (rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= layout.width &&
                          rect.y + rect.height <= layout.height);
}

TEST(Layout, TheLogHasEightRowsOnEveryScreenOfTwelve) {
  for (int height = 12; height < 100; ++height) {
    for (int width = 20; width < 250; width += 7) {
      for (const int rows : {1, 5, 30, 200}) {
        const Layout layout = LayOut(Needs(width, height, rows));
        ASSERT_GE(layout.log.height, Layout::kLeastLogRows) << width << "x" << height;
        ASSERT_GE(layout.matrix.height, 1) << width << "x" << height;
      }
    }
  }
}

TEST(Layout, NothingIsOutsideOfAScreenOfAnySize) {
  for (int height = 1; height < 60; ++height) {
    for (int width = 1; width < 250; width += 3) {
      for (const bool zoomed : {false, true}) {
        LayoutNeeds needs = Needs(width, height);
        needs.zoomed = zoomed;
        const Layout layout = LayOut(needs);
        for (const Rect& part : {layout.header, layout.lanes, layout.matrix, layout.rule,
                                 layout.events, layout.log_title, layout.log, layout.footer}) {
          ASSERT_TRUE(Inside(part, layout)) << width << "x" << height << " " << part.x << ","
                                            << part.y << " " << part.width << "x" << part.height;
        }
      }
    }
  }
}

TEST(Layout, AWideScreenHasTheLogBesideTheMatrix) {
  const Layout wide = LayOut(Needs(120, 40));
  EXPECT_TRUE(wide.wide);
  EXPECT_GT(wide.log.x, wide.matrix.x + wide.matrix.width - 1);
  const Layout narrow = LayOut(Needs(80, 40));
  EXPECT_FALSE(narrow.wide);
  EXPECT_GT(narrow.log.y, narrow.matrix.y);
  EXPECT_EQ(narrow.log.width, 80);
}

TEST(Layout, WhatIsShownStandsAroundTheFocus) {
  EXPECT_EQ(FirstShown(200, 10, 0), 0);
  EXPECT_EQ(FirstShown(200, 10, 100), 95);
  EXPECT_EQ(FirstShown(200, 10, 199), 190);
  EXPECT_EQ(FirstShown(5, 10, 3), 0);
}

}  // namespace
}  // namespace odu::terminal
