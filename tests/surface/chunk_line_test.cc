#include "surface/chunk_line.h"

#include <gtest/gtest.h>

#include <random>

#include "base/json.h"
#include "base/text.h"

namespace surface {
namespace {

std::string LineOf(int64_t subscription, uint64_t offset, std::string_view bytes) {
  std::string line = R"({"jsonrpc":"2.0","method":"surface.next","params":{"subscription":)" +
                     std::to_string(subscription) + R"(,"offset":)" + std::to_string(offset);
  if (base::IsUtf8(bytes)) {
    line += R"(,"text":)";
    base::AppendJsonString(line, bytes);
  } else {
    line += R"(,"base64":")" + base::Base64Encode(bytes) + "\"";
  }
  return line + "}}";
}

TEST(ChunkLine, WhatAServerWritesIsReadExactly) {
  std::mt19937 random(1);
  std::string buffer;
  for (int round = 0; round < 3000; ++round) {
    std::string bytes(random() % 100, ' ');
    for (char& byte : bytes) {
      const uint32_t draw = random();
      byte = static_cast<char>(round % 3 == 0   ? draw
                               : round % 3 == 1 ? draw % 128
                                                : 'a' + draw % 26);
    }
    const std::string line = LineOf(round, random(), bytes);
    const auto chunk = ReadChunkLine(line, buffer);
    ASSERT_TRUE(chunk) << line;
    EXPECT_EQ(chunk->subscription, round);
    EXPECT_TRUE(chunk->bytes == bytes) << line;
    EXPECT_TRUE(line.find(std::to_string(chunk->offset)) != std::string::npos);
  }
}

TEST(ChunkLine, EveryByteMayStandAtEveryPlaceOfAWord) {
  std::string buffer;
  for (int byte = 0; byte < 128; ++byte) {
    for (size_t place = 0; place < 20; ++place) {
      std::string bytes(20, 'x');
      bytes[place] = static_cast<char>(byte);
      const std::string line = LineOf(1, 2, bytes);
      const auto chunk = ReadChunkLine(line, buffer);
      ASSERT_TRUE(chunk) << line;
      ASSERT_EQ(chunk->bytes, bytes);
    }
  }
}

TEST(ChunkLine, AnyOtherLineIsLeftToTheParser) {
  std::string buffer;
  const std::string good = LineOf(7, 9, "text \"quoted\" \x01 né");
  ASSERT_TRUE(ReadChunkLine(good, buffer));
  for (size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(ReadChunkLine(good.substr(0, length), buffer)) << length;
  }
  const std::string start = R"({"jsonrpc":"2.0","method":"surface.next","params":{"subscription":)";
  for (const char* rest : {
           R"(1,"offset":0,"text":"x"}} )",
           R"(1,"offset":0,"text":"x","more":true}})",
           R"(-1,"offset":0,"text":"x"}})",
           R"(1,"offset":-1,"text":"x"}})",
           R"(1,"offset":99999999999999999999,"text":"x"}})",
           R"(1,"offset":00,"text":"x"}})",
           R"(01,"offset":0,"text":"x"}})",
           R"(-0,"offset":0,"text":"x"}})",
           R"(1,"offset":1.5,"text":"x"}})",
           R"(1,"offset":0,"text":"\u00e9"}})",
           R"(1,"offset":0,"text":"\ud83d\ude42"}})",
           R"(1,"offset":0,"text":"\x"}})",
           R"(1,"offset":0,"text":"\u00"}})",
           R"(1,"offset":0,"text":")"
           "\n"
           R"("}})",
           R"(1,"offset":0,"text":")"
           "\xff"
           R"("}})",
           R"(1,"offset":0,"base64":"???"}})",
           R"(1,"offset":0,"base64":"AAA"}})",
           R"(1,"event":{}}})",
           R"(1,"offset":0,"text":")",
           R"(1,"offset":0,"text":"\)",
       }) {
    EXPECT_FALSE(ReadChunkLine(start + rest, buffer)) << rest;
  }
}

}  // namespace
}  // namespace surface
