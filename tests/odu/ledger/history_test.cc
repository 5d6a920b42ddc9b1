#include "odu/ledger/history.h"

#include <gtest/gtest.h>

#include <vector>

namespace odu::ledger {
namespace {

using Times = std::vector<int64_t>;

TEST(History, TheMedianIsTheMiddleOfTheSortedOnes) {
  EXPECT_EQ(MedianOf(Times{}), std::nullopt);
  EXPECT_EQ(MedianOf(Times{7}), 7);
  EXPECT_EQ(MedianOf(Times{9, 1, 5}), 5);
  EXPECT_EQ(MedianOf(Times{4, 1, 9, 2}), 3);
}

TEST(History, TwiceAsSlowAsUsualIsSlow) {
  const Times passes{5000, 4000, 6000};
  EXPECT_EQ(UsualIfSlow(10000, passes), 5000);
  EXPECT_EQ(UsualIfSlow(9999, passes), std::nullopt);
}

TEST(History, OneSlowPassInTheHistoryChangesNothing) {
  EXPECT_EQ(UsualIfSlow(10000, Times{5000, 90000, 4000, 5000}), 5000);
}

TEST(History, TooFewPassesOrTooLittleTimeSayNothing) {
  EXPECT_EQ(UsualIfSlow(100000, Times{1000, 1000}), std::nullopt);
  EXPECT_EQ(UsualIfSlow(100000, Times{}), std::nullopt);
  EXPECT_EQ(UsualIfSlow(900, Times{10, 10, 10}), std::nullopt);
  EXPECT_EQ(UsualIfSlow(1010, Times{10, 10, 10}), 10);
}

}  // namespace
}  // namespace odu::ledger
