#include "odu/command/age.h"

#include <gtest/gtest.h>

namespace odu::command {
namespace {

TEST(Age, IsAWholeNumberAndAUnit) {
  EXPECT_EQ(ParseAge("--since", "90s"), 90'000);
  EXPECT_EQ(ParseAge("--since", "30m"), 1'800'000);
  EXPECT_EQ(ParseAge("--since", "12h"), 43'200'000);
  EXPECT_EQ(ParseAge("--since", "7d"), 604'800'000);
  EXPECT_EQ(ParseAge("--since", "0d"), 0);
  for (const char* bad : {"", "7", "d", "-1d", "1.5h", "7d ", " 7d", "7w", "7dd", "36501d",
                          "99999999999999999999d"}) {
    const auto age = ParseAge("--since", bad);
    ASSERT_FALSE(age.has_value()) << bad;
    EXPECT_EQ(age.error().code(), "bad_value");
    EXPECT_EQ(age.error().ExitCode(), 2);
  }
}

TEST(Age, ASizeIsInPowersOf1024) {
  EXPECT_EQ(ParseSize("--quota", "64K"), 65536U);
  EXPECT_EQ(ParseSize("--quota", "500M"), uint64_t{500} << 20);
  EXPECT_EQ(ParseSize("--quota", "10G"), uint64_t{10} << 30);
  EXPECT_EQ(ParseSize("--quota", "1T"), uint64_t{1} << 40);
  for (const char* bad : {"", "10", "G", "-1G", "10g", "10GB", "9999999999G"}) {
    ASSERT_FALSE(ParseSize("--quota", bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace odu::command
