#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/text.h"

namespace base {
namespace {

std::string Encoded(char32_t c) {
  std::string out;
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xc0 | c >> 6));
    out.push_back(static_cast<char>(0x80 | (c & 0x3f)));
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | c >> 12));
    out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3f)));
  } else {
    out.push_back(static_cast<char>(0xf0 | c >> 18));
    out.push_back(static_cast<char>(0x80 | (c >> 12 & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (c & 0x3f)));
  }
  return out;
}

TEST(Utf8, EveryCharacterIsReadAndSurrogatesAreNot) {
  for (char32_t c = 0; c < 0x110800; ++c) {
    const std::string bytes = Encoded(c);
    const bool valid = (c < 0xd800 || c > 0xdfff) && c <= 0x10ffff;
    const Utf8Character read = Utf8At(bytes, 0);
    ASSERT_EQ(IsUtf8(bytes), valid) << std::hex << static_cast<uint32_t>(c);
    ASSERT_EQ(read.length, valid ? bytes.size() : 0) << std::hex << static_cast<uint32_t>(c);
    ASSERT_TRUE(!valid || read.value == c);
  }
}

TEST(Utf8, OverlongAndBrokenFormsAreNot) {
  for (const char* bytes :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf", "\xf5\x80\x80\x80", "\xff", "\xfe", "\xc3", "\xe2\x82", "\xf0\x9f\x98",
        "\xc3(", "\xe2(\xa1", "\xe2\x82(", "\xf0(\x8c\xbc", "\xf0\x9f\x98("}) {
    EXPECT_FALSE(IsUtf8(bytes)) << Quoted(bytes);
  }
}

TEST(Utf8, OneBadByteIsFoundAtEachPlaceOfEachLength) {
  for (size_t size = 1; size < 80; ++size) {
    std::string bytes(size, 'x');
    EXPECT_TRUE(IsUtf8(bytes));
    for (size_t at = 0; at < size; ++at) {
      bytes[at] = '\x80';
      EXPECT_FALSE(IsUtf8(bytes)) << size << " " << at;
      bytes[at] = 'x';
    }
  }
}

TEST(Utf8, APrefixNeverCutsACharacter) {
  const std::string text = "aé€😀";
  const std::vector<size_t> expected{0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};
  ASSERT_EQ(text.size() + 1, expected.size());
  for (size_t size = 0; size <= text.size(); ++size) {
    EXPECT_EQ(Utf8PrefixLength(std::string_view(text).substr(0, size)), expected[size]) << size;
  }
}

TEST(Utf8, BytesThatAreNoneCountAsCharacters) {
  for (const char* bytes : {"\x80", "a\x80\x80\x80", "\xff\xff\xff", "\xe0\x80", "\xed\xa0",
                            "\xf0\x80\x80", "\xf4\x90", "\xc3\xa9\x80", "\xc0", "\xf8\x88"}) {
    EXPECT_EQ(Utf8PrefixLength(bytes), std::string_view(bytes).size()) << Quoted(bytes);
  }
}

TEST(Utf8, AsciiRunsStopBeforeTheFirstOther) {
  for (size_t at = 0; at < 100; ++at) {
    std::string bytes(100, 'x');
    bytes[at] = '\xc3';
    const size_t run = AsciiRun(bytes, 0);
    EXPECT_LE(run, at);
    EXPECT_GT(run + 8, at);
  }
}

}  // namespace
}  // namespace base
