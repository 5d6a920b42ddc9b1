#include "odu/forge/pacer.h"

#include <gtest/gtest.h>

namespace odu::forge {
namespace {

using Ms = std::chrono::milliseconds;

TEST(Pacer, NeverSendsMoreInAWindowThanItMay) {
  Pacer pacer(80, Ms(60'000));
  std::vector<Ms> sent;
  Ms now(0);
  while (sent.size() < 501) {
    const Ms wait = pacer.Wait(now, true);
    ASSERT_LE(wait, Ms(60'000));
    now += wait;
    ASSERT_EQ(pacer.Wait(now, true), Ms(0));
    pacer.Begun();
    now += Ms(sent.size() % 7);  // the forge sees it at some moment of this
    pacer.Ended(now);
    sent.push_back(now);
  }
  for (size_t i = 80; i < sent.size(); ++i) {
    EXPECT_GE(sent[i] - sent[i - 80], Ms(60'000)) << i;
  }
}

TEST(Pacer, BeginningsLeaveHalfOfItToEnds) {
  Pacer pacer(10, Ms(1'000));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(pacer.Wait(Ms(i), false), Ms(0));
    pacer.Begun();
    pacer.Ended(Ms(i));
  }
  EXPECT_EQ(pacer.Wait(Ms(10), false), Ms(990));
  EXPECT_EQ(pacer.Wait(Ms(10), true), Ms(0));
}

TEST(Pacer, BeginningsEndWhereAnHourIsHalfFullAndEndsGoOn) {
  Pacer pacer(80, Ms(1'000));
  Ms now(0);
  for (int i = 0; i < 250; ++i) {
    now += pacer.Wait(now, false);
    pacer.Begun();
    pacer.Ended(now);
  }
  now += Ms(5'000);
  EXPECT_EQ(pacer.Wait(now, true), Ms(0));
  EXPECT_EQ(pacer.Wait(now, false), Ms(60'000) - now);
  EXPECT_EQ(pacer.Wait(Ms(60'000), false), Ms(0));
}

TEST(Pacer, WhatIsUnderWayCounts) {
  Pacer pacer(3, Ms(1'000));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(pacer.Wait(Ms(0), true), Ms(0));
    pacer.Begun();
  }
  EXPECT_GT(pacer.Wait(Ms(5'000), true), Ms(0));
  pacer.Ended(Ms(5'000));
  EXPECT_EQ(pacer.Wait(Ms(5'400), true), Ms(600));
  EXPECT_EQ(pacer.Wait(Ms(6'000), true), Ms(0));
}

TEST(Pacer, BackoffDoublesUpToItsMostAndNeverGoesBelowHalf) {
  EXPECT_EQ(Backoff(1, 0, Ms(300'000)), Ms(1'000));
  EXPECT_EQ(Backoff(1, 1, Ms(300'000)), Ms(500));
  EXPECT_EQ(Backoff(4, 0, Ms(300'000)), Ms(8'000));
  EXPECT_EQ(Backoff(4, 0.5, Ms(300'000)), Ms(6'000));
  EXPECT_EQ(Backoff(1'000, 0, Ms(300'000)), Ms(300'000));
}

}  // namespace
}  // namespace odu::forge
