#include "odu/terminal/draw_log.h"

#include <gtest/gtest.h>

#include "sample_state.h"

namespace odu::terminal {
namespace {

class DrawLogTest : public testing::Test {
 protected:
  Picture At(int width = 80, int height = 24) const {
    return Draw(state_, log_, Theme(), width, height);
  }
  bool Shows(std::string_view text) const {
    return At().grid.Text().find(text) != std::string::npos;
  }
  State state_ = SampleState();
  LogDocument log_;
};

TEST_F(DrawLogTest, FollowingShowsTheEndPinnedWhatWasChosen) {
  FillSampleLog(log_);
  state_.log.size = log_.end();
  EXPECT_TRUE(Shows("line 39"));
  EXPECT_TRUE(Shows("follow"));
  state_.log.follow = false;
  EXPECT_FALSE(Shows("line 39"));
  EXPECT_TRUE(Shows("compiling 3/3"));
  EXPECT_TRUE(Shows("pinned"));
}

TEST_F(DrawLogTest, MatchesAreMarked) {
  FillSampleLog(log_);
  state_.log.follow = false;
  state_.log.pattern = LogPattern::Text("bad");
  const Picture picture = At();
  const Rect& place = picture.layout.log;
  int marked = 0;
  for (int x = 0; x < place.width; ++x) {
    marked += picture.grid.at(place.x + x, place.y + 1).style == Theme::Match() ? 1 : 0;
  }
  EXPECT_EQ(marked, 3);
}

TEST_F(DrawLogTest, ASelectionIsReversed) {
  FillSampleLog(log_);
  state_.log.follow = false;
  state_.log.selection = LogPane::Selection{{3, 1}, {4, 2}};
  const Picture picture = At();
  const Rect& place = picture.layout.log;
  EXPECT_EQ(picture.grid.at(place.x, place.y + 3).style.attributes, 0);
  EXPECT_EQ(picture.grid.at(place.x + 1, place.y + 3).style.attributes, Style::kReverse);
  EXPECT_EQ(picture.grid.at(place.x + 2, place.y + 4).style.attributes, Style::kReverse);
  EXPECT_EQ(picture.grid.at(place.x + 3, place.y + 4).style.attributes, 0);
}

TEST_F(DrawLogTest, ANoteStandsWhereThereAreNoLines) {
  state_.log.note = "it has not begun";
  EXPECT_TRUE(Shows("it has not begun"));
}

TEST_F(DrawLogTest, BelowTheLastLineIsNothingToSee) {
  FillSampleLog(log_);
  state_.log.size = log_.end();
  state_.log.follow = false;
  state_.log.top = 1000;
  EXPECT_EQ(FirstLogLine(state_.log, log_, 10), log_.size() - 10);
}

}  // namespace
}  // namespace odu::terminal
