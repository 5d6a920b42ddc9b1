#include "odu/plan/json_keys.h"

#include <gtest/gtest.h>

namespace odu::plan {
namespace {

TEST(JsonKeys, KnowsLinesOfOuterAndInnerKeys) {
  const JsonKeys keys("{\n\"a\": {\"b\": 1,\n\"c\": [{\"d\": 1}, \"e\"]},\n\"f\": \"g\\\"\"}");
  EXPECT_EQ(keys.LineOf("", "a"), 2);
  EXPECT_EQ(keys.LineOf("a", "b"), 2);
  EXPECT_EQ(keys.LineOf("a", "c"), 3);
  EXPECT_EQ(keys.LineOf("", "f"), 4);
  EXPECT_EQ(keys.LineOf("", "nothing"), 1);
  EXPECT_EQ(keys.keys().size(), 4);
  EXPECT_FALSE(keys.FirstDuplicate());
}

TEST(JsonKeys, AKeyMayStandInTwoObjectsButNotTwiceInOne) {
  EXPECT_FALSE(JsonKeys(R"({"a": {"x": 1}, "b": {"x": 2}})").FirstDuplicate());
  const auto twice = JsonKeys("{\"a\": {\"x\": 1,\n\"\\u0078\": 2}}").FirstDuplicate();
  ASSERT_TRUE(twice);
  EXPECT_EQ(twice->key, "x");
  EXPECT_EQ(twice->line, 2);
}

}  // namespace
}  // namespace odu::plan
