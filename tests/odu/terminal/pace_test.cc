#include "odu/terminal/pace.h"

#include <gtest/gtest.h>

namespace odu::terminal {
namespace {

using std::chrono::milliseconds;

TEST(Pace, NearbyEverythingPasses) {
  Pace pace(false);
  for (int i = 0; i < 100; ++i) {
    pace.Spend(100'000, milliseconds(i));
    EXPECT_TRUE(pace.MayDraw(milliseconds(i), false));
  }
}

TEST(Pace, FarAwayARushIsThinnedToWhatTheLinePasses) {
  Pace pace(true);
  size_t sent = 0;
  constexpr int kSeconds = 10;
  for (int ms = 0; ms < kSeconds * 1000; ms += 33) {
    if (pace.MayDraw(milliseconds(ms), false)) {
      pace.Spend(2'000, milliseconds(ms));
      sent += 2'000;
    }
  }
  EXPECT_LE(sent, 16'000U * kSeconds);
  EXPECT_GE(sent, 10'000U * kSeconds);
}

TEST(Pace, WhatAKeyAsksForGoesFirst) {
  Pace pace(true);
  pace.Spend(8'000, milliseconds(0));
  EXPECT_FALSE(pace.MayDraw(milliseconds(0), false));
  EXPECT_TRUE(pace.MayDraw(milliseconds(0), true));
}

TEST(Pace, AKeyThatIsHeldDownFillsNoLineEither) {
  Pace pace(true);
  size_t sent = 0;
  for (int ms = 0; ms < 10'000; ms += 33) {
    if (pace.MayDraw(milliseconds(ms), true)) {
      pace.Spend(3'000, milliseconds(ms));
      sent += 3'000;
    }
  }
  EXPECT_LE(sent, 160'000U);
}

}  // namespace
}  // namespace odu::terminal
