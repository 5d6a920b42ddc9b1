#include "odu/lane/log_mask.h"

#include <gtest/gtest.h>

#include <random>

#include "odu/lane/naive_mask.h"

namespace odu::lane {
namespace {

using Values = std::vector<std::string>;

std::string MaskedWhole(std::string_view text, const Values& values) {
  return MaskedValues(values).Masked(text);
}

TEST(LogMask, AValueIsReplacedWhereverItStands) {
  EXPECT_EQ(MaskedWhole("hunter2 and xhunter2x\nhunter", {"hunter2"}), "*** and x***x\nhunter");
}

TEST(LogMask, AValueCutInTwoIsMaskedWhereverItIsCut) {
  const MaskedValues masked(Values{"hunter2"});
  const std::string text = "the hunter2 is here";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    LogMask mask(masked);
    std::string out(mask.Masked(text.substr(0, cut)));
    out += mask.Masked(text.substr(cut));
    out += mask.Rest();
    EXPECT_EQ(out, "the *** is here") << cut;
  }
}

TEST(LogMask, OnlyTheBeginningOfAValueIsHeldBack) {
  const MaskedValues masked(Values{"hunter2"});
  LogMask mask(masked);
  EXPECT_EQ(mask.Masked("password: "), "password: ");
  EXPECT_EQ(mask.Masked("hunt"), "");
  EXPECT_EQ(mask.held(), 4U);
  EXPECT_EQ(mask.Masked("ing? "), "hunting? ");
  EXPECT_EQ(mask.Masked("hunter"), "");
  EXPECT_EQ(mask.Masked("2"), "***") << "a whole value waits for nothing";
  EXPECT_EQ(mask.Masked("hunter"), "");
  EXPECT_EQ(mask.Rest(), "hunter");
}

TEST(LogMask, WhatSurelyIsPartOfAValueIsSaidEvenIfALongerOneMayFollow) {
  const MaskedValues masked(Values{"hunter", "hunter2-and-more"});
  LogMask mask(masked);
  EXPECT_EQ(mask.Masked("a hunter"), "a ***");
  EXPECT_EQ(mask.Masked("2-and-"), "");
  EXPECT_EQ(mask.Masked("more."), ".") << "one run, one mask";
  EXPECT_EQ(mask.Masked("hunter"), "***");
  EXPECT_EQ(mask.Masked("2!"), "2!");
}

TEST(LogMask, NoPartOfAnOverlappingValueShows) {
  EXPECT_EQ(MaskedWhole("xabcdefghx", {"abcd", "cdefgh"}), "x***x");
  EXPECT_EQ(MaskedWhole("aaaaaaab", {"aaaaa"}), "***b");
  EXPECT_EQ(MaskedWhole("abcdabcd", {"abcd"}), "***");
}

TEST(LogMask, AValueOfLinesIsMaskedWholeAndLineByLine) {
  const Values values{"-----BEGIN\n  key: abcdef\n}\n"};
  EXPECT_EQ(MaskedWhole("got -----BEGIN\n  key: abcdef\n}\n.", values), "got ***.");
  EXPECT_EQ(MaskedWhole("-----BEGIN\r\n| key: abcdef\n| }\n", values), "***\r\n| ***\n| }\n");
}

TEST(LogMask, ShortAndBlankValuesAreNotMasked) {
  EXPECT_TRUE(MaskedValues(Values{"yes", "", "    ", " no \n", "a\n\n"}).empty());
  EXPECT_FALSE(MaskedValues::IsMaskable("yes"));
  EXPECT_FALSE(MaskedValues::IsMaskable("      "));
  EXPECT_TRUE(MaskedValues::IsMaskable("yes!"));
  EXPECT_EQ(MaskedWhole("yes    no", {"yes", "    "}), "yes    no");
  EXPECT_EQ(MaskedWhole("a yes! b", {"yes!\n"}), "a *** b");
}

TEST(LogMask, BytesThatAreNoTextPassAsTheyAre) {
  std::string bytes;
  for (int i = 0; i < 4096; ++i) {
    bytes.push_back(static_cast<char>(i * 31 % 256));
  }
  EXPECT_EQ(MaskedWhole(bytes, {"hunter2"}), bytes);
  const std::string secret = "\xff\xfe\x01\x80";
  EXPECT_EQ(MaskedWhole(bytes + secret + bytes, {secret}), bytes + "***" + bytes);
}

TEST(LogMask, NothingIsCopiedWhereNothingIsMasked) {
  const MaskedValues masked(Values{"hunter2"});
  LogMask mask(masked);
  const std::string text = "hunting season";
  EXPECT_EQ(mask.Masked(text).data(), text.data());
}

/// Few letters and values of the same, so that there is much to find and to be misled by.
TEST(LogMask, AnyCutsOfAnyTextSayWhatASearchOfTheWholeSays) {
  std::mt19937 random(20240611);
  const auto below = [&random](size_t bound) { return random() % bound; };
  const auto text = [&](size_t length, size_t letters) {
    std::string made(length, 'a');
    for (char& c : made) {
      c = "ab\nc \0d"[below(letters)];
    }
    return made;
  };
  for (int round = 0; round < 4000; ++round) {
    const size_t letters = 1 + below(7);
    Values values(below(5));
    for (std::string& value : values) {
      value = text(below(12), letters);
    }
    std::string log = text(below(60), letters);
    for (const std::string& value : values) {
      log.insert(below(log.size() + 1), value);
    }
    const MaskedValues masked(values);
    LogMask mask(masked);
    std::string out;
    for (size_t at = 0; at < log.size();) {
      const std::string piece = log.substr(at, below(9));
      out += mask.Masked(piece);
      at += piece.size();
      if (letters <= 2) {
        EXPECT_LE(mask.held(), UndecidedEnd(log.substr(0, at), values));
      }
    }
    out += mask.Rest();
    ASSERT_EQ(out, NaivelyMasked(log, values)) << "round " << round;
  }
}

TEST(LogMask, AValueOfAHundredKilobytesThatRepeatsItselfIsNoBurden) {
  const Values values{std::string(100'000, 'a') + "b", std::string(50'000, 'a') + "c"};
  const std::string log(10'000'000, 'a');
  EXPECT_EQ(MaskedWhole(log, values), log);
}

}  // namespace
}  // namespace odu::lane
