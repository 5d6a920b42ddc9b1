#include "odu/coordinator/stopped_lane.h"

#include <gtest/gtest.h>

namespace odu::coordinator {
namespace {

TEST(StoppedLane, IsNamedWithWhatLetsItGoOnAndWhatEndsIt) {
  const os::ProcessIdentity lane{1234, 5};
  EXPECT_EQ(StoppedWords(lane), "process 1234 is stopped; 'kill -CONT 1234' lets it go on");
  const base::Error error = StoppedLane("x86_64-linux", lane);
  EXPECT_EQ(error.code(), "lane_stopped");
  EXPECT_EQ(error.kind(), base::ErrorKind::kHost);
  EXPECT_EQ(error.message(), "x86_64-linux: its lane, process 1234, is stopped");
  EXPECT_EQ(error.hint(),
            "let it go on with 'kill -CONT 1234', or end it with 'odu cancel --at-once'");
}

}  // namespace
}  // namespace odu::coordinator
