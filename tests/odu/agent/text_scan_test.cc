#include "odu/agent/text_scan.h"

#include <gtest/gtest.h>

namespace odu::agent {
namespace {

TEST(TextScan, APlaceIsAFileAndANumber) {
  const auto place = PlaceAt("src/a.cc:12:5: error");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->file, "src/a.cc");
  EXPECT_EQ(place->line, 12);
  EXPECT_EQ(place->column, 5);
  EXPECT_EQ(place->length, 13u);
  EXPECT_EQ(PlaceAt("C:\\x\\a.c:3: e")->file, "C:\\x\\a.c");
  EXPECT_FALSE(PlaceAt("a.c:3")->column);
}

TEST(TextScan, SentencesAndTimesAreNoPlaces) {
  for (const std::string_view text : {"note: 3", "12:30:01 start", "error: x", "", ":3",
                                      "a.c:", "a.c:x", "https://x.y:80", "x = a.c:3"}) {
    EXPECT_FALSE(PlaceAt(text)) << text;
  }
}

TEST(TextScan, NumbersAreBounded) {
  size_t digits = 0;
  EXPECT_EQ(NumberAt("007x", digits), 7);
  EXPECT_EQ(digits, 3u);
  EXPECT_FALSE(NumberAt("9999999999", digits));
  EXPECT_FALSE(NumberAt("x", digits));
}

}  // namespace
}  // namespace odu::agent
