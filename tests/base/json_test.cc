#include "base/json.h"

#include <gtest/gtest.h>

#include <string>

#include "base/text.h"

namespace base {
namespace {

std::string JsonString(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

TEST(Json, AStringEscapesWhatItMust) {
  EXPECT_EQ(JsonString(""), "\"\"");
  EXPECT_EQ(JsonString("plain ஓடு"), "\"plain ஓடு\"");
  EXPECT_EQ(JsonString("a\"b\\c\nd\te\rf"), "\"a\\\"b\\\\c\\nd\\te\\rf\"");
  EXPECT_EQ(JsonString(std::string("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
}

TEST(Json, EachByteAtEachPlaceOfABlockIsReadBackAsWritten) {
  for (int byte = 0; byte < 128; ++byte) {
    for (size_t at = 0; at < 20; ++at) {
      std::string text(20, 'x');
      text[at] = static_cast<char>(byte);
      const Result<json::value> read = ParseJson(JsonString(text), "text");
      ASSERT_TRUE(read.has_value()) << byte << " " << at;
      ASSERT_EQ(std::string_view(read->as_string()), text) << byte << " " << at;
    }
  }
}

TEST(Json, TextBeyondAsciiIsReadBackAsWritten) {
  std::string text;
  for (const char* part : {"é", "ஓடு", "😀", "\"", "\n", "\u0080", "x", "\u2028"}) {
    for (int i = 0; i < 9; ++i) {
      text += part;
      const Result<json::value> read = ParseJson(JsonString(text), "text");
      ASSERT_TRUE(read.has_value());
      ASSERT_EQ(std::string_view(read->as_string()), text);
    }
  }
}

TEST(Json, WhatIsNotJsonIsToldWithItsPlace) {
  const Result<json::value> result = ParseJson("{\n  \"a\": 1,\n  b\n}", "hosts.json");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::kInput);
  EXPECT_EQ(result.error().code(), "bad_json");
  EXPECT_TRUE(result.error().message().starts_with("hosts.json:3:3: not JSON: "))
      << result.error().message();
}

TEST(Json, LeftoversIncompleteTextAndBadUtf8AreNotJson) {
  for (const char* text : {"", "{", "[1,]", "{} x", "1 2", "nul", "\"\xff\"", "\"\\ud800\"", "'a'",
                           "[1", "{\"a\":}", "// comment\n1", "\"a\nb\""}) {
    EXPECT_FALSE(ParseJson(text, "text").has_value()) << text;
  }
}

TEST(Json, ANumberTooLargeToWriteAgainIsRefused) {
  for (const char* text : {"1e400", "-88E774", "[1,{\"a\":[2e999]}]"}) {
    EXPECT_EQ(ParseJson(text, "text").error().code(), "bad_json") << text;
  }
  EXPECT_TRUE(ParseJson("[1.7e308,-1.7e308,1e-400,18446744073709551615]", "text").has_value());
}

TEST(Json, LimitsAreHeldBeforeMemoryIsSpent) {
  JsonLimits limits;
  limits.bytes = 10;
  const Result<json::value> long_text = ParseJson("[1,2,3,4,5,6]", "message", limits);
  ASSERT_FALSE(long_text.has_value());
  EXPECT_EQ(long_text.error().kind(), ErrorKind::kLimit);
  EXPECT_EQ(long_text.error().code(), "too_large");
  EXPECT_FALSE(ParseJson(std::string(100'000, '['), "message").has_value());
  EXPECT_TRUE(ParseJson(std::string(60, '[') + std::string(60, ']'), "message").has_value());
  EXPECT_FALSE(ParseJson(std::string(70, '[') + std::string(70, ']'), "message").has_value());
}

}  // namespace
}  // namespace base
