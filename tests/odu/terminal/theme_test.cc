#include "odu/terminal/theme.h"

#include <gtest/gtest.h>

#include <set>

namespace odu::terminal {
namespace {

TEST(Theme, EveryStatusHasAShapeOfItsOwn) {
  for (const bool ascii : {false, true}) {
    const Theme theme{ascii};
    std::set<std::string_view> shapes;
    for (int status = 0; status <= static_cast<int>(model::NodeStatus::kCancelled); ++status) {
      const std::string_view glyph = theme.Glyph(static_cast<model::NodeStatus>(status));
      shapes.insert(glyph);
      EXPECT_EQ(ascii, glyph.size() == 1) << glyph;
    }
    EXPECT_EQ(shapes.size(), 7U);
  }
}

TEST(Theme, LanesDifferInShapeToo) {
  for (const bool ascii : {false, true}) {
    const Theme theme{ascii};
    EXPECT_EQ((std::set{theme.LaneGlyph("connected"), theme.LaneGlyph("ended"),
                        theme.LaneGlyph("lost"), theme.LaneGlyph("copying")})
                  .size(),
              4U);
  }
}

TEST(Theme, NoBackgroundIsPainted) {
  for (int status = 0; status <= static_cast<int>(model::NodeStatus::kCancelled); ++status) {
    EXPECT_TRUE(Theme::StatusStyle(static_cast<model::NodeStatus>(status)).bg.is_default());
  }
}

}  // namespace
}  // namespace odu::terminal
