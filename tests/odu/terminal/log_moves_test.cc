#include "odu/terminal/log_moves.h"

#include <gtest/gtest.h>

#include "sample_state.h"

namespace odu::terminal {
namespace {

TEST(LogMoves, PointsAreInsideOfTheLogOrNone) {
  State state = SampleState();
  LogDocument log;
  log.Append("one\ntwo\n");
  const Picture picture = Draw(state, log, Theme(), 80, 24);
  const Rect place = picture.layout.log;
  Key key;
  key.x = place.x + 2;
  key.y = place.y + 1;
  EXPECT_EQ(LogPointAt(state, picture, log, key, false), (LogPoint{1, 2}));
  key.y = place.y + 7;
  EXPECT_EQ(LogPointAt(state, picture, log, key, false)->line, 1U) << "below the last line";
  key.y = 0;
  EXPECT_FALSE(LogPointAt(state, picture, log, key, false).has_value());
  EXPECT_TRUE(LogPointAt(state, picture, log, key, true).has_value());
}

TEST(LogMoves, AnErrorIsLookedForFromTheBeginningThenOnwards) {
  State state = SampleState();
  LogDocument log;
  FillSampleLog(log);
  const Picture picture = Draw(state, log, Theme(), 80, 24);
  EXPECT_EQ(FindInLog(state, picture, log, LogPattern::Errors(), true)[0].offset, 0U);
  state.log.match = 10;
  EXPECT_EQ(FindInLog(state, picture, log, LogPattern::Errors(), true)[0].offset, 11U);
}

}  // namespace
}  // namespace odu::terminal
