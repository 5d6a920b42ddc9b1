#include "surface/codec.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace surface {
namespace {

enum class Colour { kRed, kDarkBlue };
BOOST_DESCRIBE_ENUM(Colour, kRed, kDarkBlue)

struct Inner {
  std::string name;
  uint8_t small = 0;
  bool operator==(const Inner&) const = default;
  static constexpr std::array<std::string_view, 1> kRequired{"name"};
};
BOOST_DESCRIBE_STRUCT(Inner, (), (name, small))

struct Everything {
  bool flag = false;
  int64_t wide = 0;
  uint64_t unsigned_wide = 0;
  int32_t narrow = 0;
  double ratio = 0;
  std::string text;
  Colour colour = Colour::kRed;
  std::optional<int> maybe;
  std::vector<Inner> list;
  std::map<std::string, Inner> table;
  base::json::value raw;
  bool operator==(const Everything&) const = default;
};
BOOST_DESCRIBE_STRUCT(Everything, (),
                      (flag, wide, unsigned_wide, narrow, ratio, text, colour, maybe, list, table,
                       raw))

Everything Full() {
  Everything value;
  value.flag = true;
  value.wide = std::numeric_limits<int64_t>::min();
  value.unsigned_wide = std::numeric_limits<uint64_t>::max();
  value.narrow = -1;
  value.ratio = 0.1;
  value.text = "line\nquote\" back\\ tab\t bell\a né 🙂";
  value.colour = Colour::kDarkBlue;
  value.maybe = 3;
  value.list = {{"a", 1}, {"b", 255}};
  value.table = {{"key \"one\"", {"c", 2}}};
  value.raw = base::json::parse(R"({"any":[1,null,"x"]})");
  return value;
}

base::Error ErrorOf(std::string_view json) {
  auto value = Decode<Everything>(base::json::parse(base::json::string_view(json)));
  EXPECT_FALSE(value.has_value()) << json;
  return value ? base::Error() : value.error();
}

TEST(Codec, EveryTypeComesBackAsItWas) {
  const Everything value = Full();
  const auto decoded = DecodeText<Everything>(Encoded(value), "value");
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(*decoded, value);
}

TEST(Codec, TheTextOfAValueIsPlainJsonInDeclarationOrder) {
  Everything value;
  value.colour = Colour::kDarkBlue;
  value.list = {{"a", 7}};
  EXPECT_EQ(Encoded(value),
            R"({"flag":false,"wide":0,"unsigned_wide":0,"narrow":0,"ratio":0,"text":"",)"
            R"("colour":"dark_blue","maybe":null,"list":[{"name":"a","small":7}],"table":{},)"
            R"("raw":null})");
}

TEST(Codec, AnEmptyObjectGivesTheDefaults) {
  const auto decoded = Decode<Everything>(base::json::object{});
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, Everything());
}

TEST(Codec, UnknownFieldsAreIgnoredBecauseANewerPeerMaySendThem) {
  const auto decoded = Decode<Inner>(base::json::parse(R"({"name":"a","colour":"red"})"));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->name, "a");
}

TEST(Codec, ARequiredFieldThatIsMissingIsNamedWithItsPlace) {
  EXPECT_EQ(
      ErrorOf(R"({"list":[{"name":"a"},{"small":1}]})"),
      base::Error(base::ErrorKind::kInput, "bad_value", "list[1]: the field 'name' is missing"));
  const auto top = Decode<Inner>(base::json::object{});
  ASSERT_FALSE(top);
  EXPECT_EQ(top.error().message(), "value: the field 'name' is missing");
}

TEST(Codec, EveryWrongTypeNamesThePlaceAndWhatWasExpected) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"([])", "value: expected an object"},
      {R"({"flag":1})", "flag: expected true or false"},
      {R"({"wide":"1"})", "wide: expected an integer"},
      {R"({"wide":1.5})", "wide: expected an integer"},
      {R"({"wide":null})", "wide: expected an integer"},
      {R"({"ratio":"1"})", "ratio: expected a number"},
      {R"({"text":1})", "text: expected a string"},
      {R"({"colour":1})", "colour: expected a string"},
      {R"({"colour":"blue"})", "colour: unknown word 'blue' (known: red, dark_blue)"},
      {R"({"maybe":"x"})", "maybe: expected an integer"},
      {R"({"list":{}})", "list: expected an array"},
      {R"({"list":[{"name":"a"},3]})", "list[1]: expected an object"},
      {R"({"table":[]})", "table: expected an object"},
      {R"({"table":{"k":{"name":"a","small":"x"}}})", "table.k.small: expected an integer"},
  };
  for (const auto& [json, message] : cases) {
    const base::Error error = ErrorOf(json);
    EXPECT_EQ(error.message(), message);
    EXPECT_EQ(error.code(), "bad_value");
    EXPECT_EQ(error.kind(), base::ErrorKind::kInput);
  }
}

TEST(Codec, AnIntegerThatDoesNotFitIsRefusedAndNeverCut) {
  for (const char* json : {R"({"narrow":2147483648})", R"({"narrow":-2147483649})",
                           R"({"narrow":18446744073709551615})"}) {
    EXPECT_EQ(ErrorOf(json).message(), "narrow: the number is out of range");
  }
  EXPECT_EQ(ErrorOf(R"({"unsigned_wide":-1})").message(),
            "unsigned_wide: the number is out of range");
  EXPECT_EQ(ErrorOf(R"({"wide":9223372036854775808})").message(),
            "wide: the number is out of range");
  EXPECT_EQ(ErrorOf(R"({"list":[{"name":"a","small":256}]})").message(),
            "list[0].small: the number is out of range");
  EXPECT_TRUE(Decode<Everything>(base::json::parse(R"({"narrow":-2147483648})")));
}

TEST(Codec, WhatIsNoNumberTravelsAsNull) {
  Everything value;
  value.ratio = std::numeric_limits<double>::infinity();
  const auto decoded = DecodeText<Everything>(Encoded(value), "value");
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(std::isnan(decoded->ratio));
}

TEST(Codec, NestingBeyondTheLimitIsRefusedBeforeAnythingIsDecoded) {
  std::string deep = R"({"raw":)" + std::string(100000, '[') + std::string(100000, ']') + "}";
  const auto decoded = DecodeText<Everything>(deep, "message");
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code(), "bad_json");
  std::string within = R"({"raw":)" + std::string(60, '[') + std::string(60, ']') + "}";
  EXPECT_TRUE(DecodeText<Everything>(within, "message"));
}

TEST(Codec, ATextOverTheLimitIsRefused) {
  const std::string text = "\"" + std::string(size_t{8} << 20, 'x') + "\"";
  const auto decoded = DecodeText<std::string>(text, "message");
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().kind(), base::ErrorKind::kLimit);
}

TEST(Codec, BytesThatAreNotUtf8NeverReachTheWire) {
  // A file name or another program's words: the reader must still be able to read the message.
  for (const char* text : {"caf\xe9", "\xc3", "a\xff\xfe z", "\xed\xa0\x80", "\xf0\x9f\x99"}) {
    const auto decoded = DecodeText<std::string>(Encoded(std::string(text)), "text");
    EXPECT_TRUE(decoded) << (decoded ? "" : decoded.error().message());
  }
  EXPECT_EQ(Encoded(std::string("a\xff z\xc3\xa9")), "\"a\xef\xbf\xbd z\xc3\xa9\"");
}

TEST(Codec, EveryControlByteOfAStringComesBack) {
  std::string all;
  for (int byte = 0; byte < 128; ++byte) {
    all.push_back(static_cast<char>(byte));
  }
  const auto decoded = DecodeText<std::string>(Encoded(all), "text");
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(*decoded, all);
}

}  // namespace
}  // namespace surface
