#include "transport/framing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

namespace transport {
namespace {

void Put(LineBuffer& lines, std::string_view bytes) {
  while (!bytes.empty()) {
    const LineBuffer::Room room = lines.PrepareRead();
    const size_t count = std::min(room.size, bytes.size());
    std::memcpy(room.data, bytes.data(), count);
    lines.Commit(count);
    bytes.remove_prefix(count);
  }
}

std::vector<std::string> Take(LineBuffer& lines) {
  std::vector<std::string> taken;
  for (;;) {
    const auto line = lines.Next();
    EXPECT_TRUE(line.has_value());
    if (!line || !*line) {
      return taken;
    }
    taken.emplace_back(**line);
  }
}

using Lines = std::vector<std::string>;

TEST(LineBuffer, CutsAtNewlinesAndKeepsTheRest) {
  LineBuffer lines;
  Put(lines, "one\ntwo\nthr");
  EXPECT_EQ(Take(lines), (Lines{"one", "two"}));
  Put(lines, "ee\n");
  EXPECT_EQ(Take(lines), (Lines{"three"}));
}

TEST(LineBuffer, BytesMayComeOneByOne) {
  LineBuffer lines;
  Lines taken;
  for (const char byte : std::string_view("a\r\n\n\r\nbb\nc\rd\n")) {
    Put(lines, std::string_view(&byte, 1));
    for (std::string& line : Take(lines)) {
      taken.push_back(std::move(line));
    }
  }
  EXPECT_EQ(taken, (Lines{"a", "bb", "c\rd"}));
}

TEST(LineBuffer, BlankLinesArePassedOver) {
  LineBuffer lines;
  Put(lines, "\n\n\r\n  \nx\n\n");
  EXPECT_EQ(Take(lines), (Lines{"  ", "x"}));
}

TEST(LineBuffer, ALineOverTheLimitIsAFailureAsSoonAsItIsKnown) {
  LineBuffer lines(10);
  Put(lines, "0123456789\n");
  EXPECT_EQ(Take(lines), (Lines{"0123456789"}));
  Put(lines, "0123456789");
  EXPECT_TRUE(lines.Next().has_value());
  Put(lines, "a");
  const auto line = lines.Next();
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error(),
            base::Error(base::ErrorKind::kLimit, "line_too_long", "message: longer than 10 bytes"));
}

TEST(LineBuffer, ALineOfExactlyTheLimitPasses) {
  LineBuffer lines;
  const std::string longest(kMaxLineBytes, 'x');
  Put(lines, longest);
  Put(lines, "\nnext\n");
  const Lines taken = Take(lines);
  ASSERT_EQ(taken.size(), 2U);
  EXPECT_TRUE(taken[0] == longest);
  EXPECT_EQ(taken[1], "next");
}

TEST(LineBuffer, TheMemoryOfALongLineIsGivenBack) {
  LineBuffer lines;
  Put(lines, std::string(kMaxLineBytes, 'x') + "\n");
  EXPECT_EQ(Take(lines).size(), 1U);
  EXPECT_LE(lines.PrepareRead().size, size_t{1} << 20);
}

TEST(LineBuffer, AnyLinesInAnyPiecesComeBackAsTheyWere) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    std::mt19937 random(seed);
    LineBuffer lines;
    Lines sent;
    Lines taken;
    std::string bytes;
    for (int i = 0; i < 60; ++i) {
      sent.emplace_back(1 + random() % (i % 13 == 0 ? 300000 : 80),
                        static_cast<char>('a' + i % 26));
      bytes += sent.back() + (random() % 2 == 0 ? "\n" : "\r\n");
    }
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const size_t count = std::min<size_t>(rest.size(), 1 + random() % 100000);
      Put(lines, rest.substr(0, count));
      rest.remove_prefix(count);
      if (random() % 3 != 0) {
        for (std::string& line : Take(lines)) {
          taken.push_back(std::move(line));
        }
      }
    }
    for (std::string& line : Take(lines)) {
      taken.push_back(std::move(line));
    }
    ASSERT_TRUE(taken == sent) << "seed " << seed;
  }
}

}  // namespace
}  // namespace transport
