#include "base/text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace base {
namespace {

using std::chrono::milliseconds;

TEST(Quoted, PutsTextInQuotesAndShowsWhatIsInvisible) {
  EXPECT_EQ(Quoted("build"), "'build'");
  EXPECT_EQ(Quoted(""), "''");
  EXPECT_EQ(Quoted("a\nb\x1b[31m\x7f"), "'a\\x0ab\\x1b[31m\\x7f'");
  EXPECT_EQ(Quoted("ஓடு"), "'ஓடு'");
  EXPECT_EQ(Quoted("\xff\xc3"), "'\\xff\\xc3'");
  EXPECT_EQ(Quoted("a\u202eb\u009b"), "'a\\xe2\\x80\\xaeb\\xc2\\x9b'");
}

TEST(Quoted, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(Quoted(std::string(200, 'x')), "'" + std::string(200, 'x') + "'");
  EXPECT_EQ(Quoted(std::string(201, 'x')), "'" + std::string(200, 'x') + "…'");
  EXPECT_EQ(Quoted(std::string(199, 'x') + "ஓடு"), "'" + std::string(199, 'x') + "…'");
}

TEST(Counted, AgreesWithItsNumber) {
  EXPECT_EQ(Counted(0, "file"), "0 files");
  EXPECT_EQ(Counted(1, "file"), "1 file");
  EXPECT_EQ(Counted(3, "file"), "3 files");
  EXPECT_EQ(Counted(2, "entry", "entries"), "2 entries");
  EXPECT_EQ(Counted(1, "entry", "entries"), "1 entry");
}

TEST(NearestName, SuggestsTheLikeliestSlip) {
  const std::vector<std::string> names{"attach", "status", "test", "run", "logs"};
  EXPECT_EQ(NearestName("atach", names), "attach");
  EXPECT_EQ(NearestName("tset", names), "test");
  EXPECT_EQ(NearestName("sttaus", names), "status");
  EXPECT_EQ(NearestName("log", names), "logs");
  EXPECT_EQ(NearestName("run", names), "run");
}

TEST(NearestName, SuggestsNothingForAnotherWord) {
  const std::vector<std::string> names{"attach", "status", "x"};
  EXPECT_EQ(NearestName("deploy", names), "");
  EXPECT_EQ(NearestName("y", names), "");
  EXPECT_EQ(NearestName("", names), "");
  EXPECT_EQ(NearestName("attach", {}), "");
}

TEST(GoDuration, IsFlooredToSecondsAsGoWritesIt) {
  EXPECT_EQ(GoDuration(milliseconds(0)), "0s");
  EXPECT_EQ(GoDuration(milliseconds(999)), "0s");
  EXPECT_EQ(GoDuration(milliseconds(58'999)), "58s");
  EXPECT_EQ(GoDuration(milliseconds(60'000)), "1m0s");
  EXPECT_EQ(GoDuration(milliseconds(206'500)), "3m26s");
  EXPECT_EQ(GoDuration(milliseconds(3'600'000)), "1h0m0s");
  EXPECT_EQ(GoDuration(milliseconds(90'061'000)), "25h1m1s");
  EXPECT_EQ(GoDuration(milliseconds(-5'000)), "0s");
}

TEST(Split, KeepsEmptyParts) {
  using Parts = std::vector<std::string_view>;
  EXPECT_EQ(Split("a,,b", ','), (Parts{"a", "", "b"}));
  EXPECT_EQ(Split("", ','), (Parts{""}));
  EXPECT_EQ(Split(",", ','), (Parts{"", ""}));
}

TEST(Base64, KnowsTheVectorsOfItsStandard) {
  const std::vector<std::pair<std::string, std::string>> vectors{{"", ""},
                                                                 {"f", "Zg=="},
                                                                 {"fo", "Zm8="},
                                                                 {"foo", "Zm9v"},
                                                                 {"foob", "Zm9vYg=="},
                                                                 {"fooba", "Zm9vYmE="},
                                                                 {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(Base64Encode(bytes), text);
    std::string out;
    EXPECT_TRUE(Base64Decode(text, out)) << text;
    EXPECT_EQ(out, bytes);
  }
}

TEST(Base64, CarriesEveryByte) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<char>(i));
    std::string out;
    EXPECT_TRUE(Base64Decode(Base64Encode(bytes), out));
    EXPECT_EQ(out, bytes);
  }
}

TEST(Base64, RefusesWhatIsNot) {
  std::string out;
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zm9v\n", "Zm 9", "Z=m9",
                           "Zg==Zg==", "Zh==", "Zm9=", "Zm-_", "\xff\xff\xff\xff"}) {
    EXPECT_FALSE(Base64Decode(text, out)) << text;
  }
}

TEST(NearestName, OfAShortNameOneLetterMayBeTooMany) {
  EXPECT_EQ(NearestName("bb", std::vector<std::string>{"a", "b"}), "b");
  EXPECT_EQ(NearestName("a", std::vector<std::string>{"b"}), "");
}

}  // namespace
}  // namespace base
