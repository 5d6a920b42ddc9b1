#include "odu/model/run_id.h"

#include <gtest/gtest.h>

#include <set>

namespace odu::model {
namespace {

TEST(RunId, IsTheUlidOfItsBits) {
  EXPECT_EQ(MakeRunId(0, 0, 0), "00000000000000000000000000");
  EXPECT_EQ(MakeRunId((int64_t{1} << 48) - 1, 0xffff, ~uint64_t{0}), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
  EXPECT_EQ(MakeRunId(0, 0, 1), "00000000000000000000000001");
  EXPECT_EQ(MakeRunId(0, 1, 0), "0000000000000G000000000000");
  EXPECT_EQ(MakeRunId(1, 0, 0), "00000000010000000000000000");
  EXPECT_EQ(MakeRunId(1469918176385, 0, 0).substr(0, 10), "01ARYZ6S41");
}

TEST(RunId, TellsWhenItWasMade) {
  const std::string id = NewRunId(1795151900123);
  EXPECT_TRUE(IsRunId(id));
  EXPECT_EQ(TimeOfRunId(id), 1795151900123);
  EXPECT_EQ(TimeOfRunId("nope"), std::nullopt);
}

TEST(RunId, SortsByTimeAndIsNeverTheSame) {
  EXPECT_LT(NewRunId(1000), NewRunId(1001));
  std::set<std::string> seen;
  for (int i = 0; i < 10000; ++i) {
    seen.insert(NewRunId(1000));
  }
  EXPECT_EQ(seen.size(), 10000U);
}

TEST(RunId, TimesOutsideItsRangeAreClipped) {
  EXPECT_EQ(TimeOfRunId(MakeRunId(-5, 0, 0)), 0);
  EXPECT_EQ(TimeOfRunId(MakeRunId(int64_t{1} << 60, 0, 0)), (int64_t{1} << 48) - 1);
}

TEST(RunId, NothingElseIsOne) {
  for (const char* text : {"", "0000000000000000000000000", "000000000000000000000000000",
                           "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "0000000000000000000000000I",
                           "0000000000000000000000000a", "../00000000000000000000000"}) {
    EXPECT_FALSE(IsRunId(text)) << text;
  }
}

}  // namespace
}  // namespace odu::model
