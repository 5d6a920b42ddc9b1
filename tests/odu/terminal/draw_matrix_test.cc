#include "odu/terminal/draw_matrix.h"

#include <gtest/gtest.h>

#include "sample_state.h"

namespace odu::terminal {
namespace {

class MatrixTest : public testing::Test {
 protected:
  Picture At(int width, int height) const { return Draw(state_, log_, Theme(), width, height); }
  State state_ = SampleState();
  LogDocument log_;
};

TEST_F(MatrixTest, ACellHasItsShapeItsTimeAndItsAttempt) {
  const std::string text = At(120, 40).grid.Text();
  EXPECT_NE(text.find("▶ 1m0s #2"), std::string::npos) << text;
  EXPECT_NE(text.find("✗ 1m1s"), std::string::npos) << text;
}

TEST_F(MatrixTest, TheFocusIsReversedAndEveryShownCellCanBeClicked) {
  const Picture picture = At(120, 40);
  size_t cells = 0;
  for (const Hit& hit : picture.hits) {
    if (hit.kind != Hit::Kind::kNode || !picture.layout.matrix.Holds(hit.where.x, hit.where.y)) {
      continue;
    }
    ++cells;
    const Style& style = picture.grid.at(hit.where.x, hit.where.y).style;
    EXPECT_EQ((style.attributes & Style::kReverse) != 0, hit.name == state_.focus) << hit.name;
  }
  EXPECT_EQ(cells, state_.live.nodes.size());
}

}  // namespace
}  // namespace odu::terminal
