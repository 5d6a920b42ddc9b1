#include "odu/terminal/key_reader.h"

#include <gtest/gtest.h>

namespace odu::terminal {
namespace {

Key Plain(Key::Kind kind) {
  Key key;
  key.kind = kind;
  return key;
}

Key Typed(std::string text) {
  Key key = Plain(Key::Kind::kCharacter);
  key.text = std::move(text);
  return key;
}

Key Only(std::string_view bytes) {
  KeyReader reader;
  std::vector<Key> keys = reader.Feed(bytes);
  EXPECT_EQ(keys.size(), 1U) << bytes;
  EXPECT_FALSE(reader.waiting());
  return keys.empty() ? Key() : keys.front();
}

TEST(KeyReader, CharactersAreThemselves) {
  EXPECT_EQ(Only("a"), Typed("a"));
  EXPECT_EQ(Only("ü"), Typed("ü"));
  EXPECT_TRUE(Only("q").Is('q'));
  EXPECT_TRUE(Only("\x03").IsCtrl('c'));
  EXPECT_EQ(Only("\r"), Plain(Key::Kind::kEnter));
  EXPECT_EQ(Only("\t"), Plain(Key::Kind::kTab));
  EXPECT_EQ(Only("\x7f"), Plain(Key::Kind::kBackspace));
}

TEST(KeyReader, EveryTerminalsArrowsAndPagesAreKnown) {
  for (const std::string_view up : {"\x1b[A", "\x1bOA", "\x1b[1;2A"}) {
    EXPECT_EQ(Only(up).kind, Key::Kind::kUp);
  }
  EXPECT_EQ(Only("\x1b[5~").kind, Key::Kind::kPageUp);
  EXPECT_EQ(Only("\x1b[6~").kind, Key::Kind::kPageDown);
  for (const std::string_view home : {"\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~"}) {
    EXPECT_EQ(Only(home).kind, Key::Kind::kHome);
  }
  EXPECT_EQ(Only("\x1b[Z").kind, Key::Kind::kBackTab);
  const Key modified = Only("\x1b[1;6B");
  EXPECT_TRUE(modified.ctrl && modified.shift && !modified.alt);
}

TEST(KeyReader, ASequenceMayComeInPieces) {
  const std::string sequence = "\x1b[<0;12;7M";
  for (size_t cut = 1; cut < sequence.size(); ++cut) {
    KeyReader reader;
    EXPECT_TRUE(reader.Feed(sequence.substr(0, cut)).empty());
    EXPECT_TRUE(reader.waiting());
    const std::vector<Key> keys = reader.Feed(sequence.substr(cut));
    ASSERT_EQ(keys.size(), 1U);
    EXPECT_EQ(keys[0].mouse, Key::Mouse::kPress);
    EXPECT_EQ(keys[0].x, 11);
    EXPECT_EQ(keys[0].y, 6);
  }
}

TEST(KeyReader, AnEscapeAloneIsTheKeyOnlyAfterAMoment) {
  KeyReader reader;
  EXPECT_TRUE(reader.Feed("\x1b").empty());
  EXPECT_TRUE(reader.waiting());
  EXPECT_EQ(reader.Flush(), std::vector{Plain(Key::Kind::kEscape)});
  EXPECT_FALSE(reader.waiting());
  const std::vector<Key> alt = reader.Feed("\x1bx");
  ASSERT_EQ(alt.size(), 1U);
  EXPECT_TRUE(alt[0].alt);
}

TEST(KeyReader, TheMouseSpeaksSgr) {
  EXPECT_EQ(Only("\x1b[<32;3;4M").mouse, Key::Mouse::kDrag);
  EXPECT_EQ(Only("\x1b[<0;3;4m").mouse, Key::Mouse::kRelease);
  EXPECT_EQ(Only("\x1b[<64;3;4M").mouse, Key::Mouse::kWheelUp);
  EXPECT_EQ(Only("\x1b[<65;3;4M").mouse, Key::Mouse::kWheelDown);
  EXPECT_EQ(Only("\x1b[<2;3;4M").kind, Key::Kind::kUnknown);
}

TEST(KeyReader, WhatIsPastedIsOneKeyAndNoOrders) {
  KeyReader reader;
  EXPECT_TRUE(reader.Feed("\x1b[200~rm\x1b[A\n").empty());
  const std::vector<Key> keys = reader.Feed(" -rf\x1b[201~q");
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].kind, Key::Kind::kPaste);
  EXPECT_EQ(keys[0].text, "rm[A -rf");
  EXPECT_TRUE(keys[1].Is('q'));
}

TEST(KeyReader, APasteIsCutAndItsMemoryBounded) {
  KeyReader reader;
  reader.Feed("\x1b[200~");
  for (int i = 0; i < 100; ++i) {
    reader.Feed(std::string(10'000, 'x'));
  }
  const std::vector<Key> keys = reader.Feed("\x1b[201~");
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_EQ(keys[0].text.size(), KeyReader::kMaxPaste);
}

TEST(KeyReader, WhatIsNotKnownIsSwallowedWhole) {
  for (const std::string_view bytes :
       {"\x1b[99;99;99zq", "\x1b]11;rgb:00/00/00\x1b\\q", "\x1bPx\x1b\\q", "\x1b[[Aq",
        "\x1b[?64;1;2cq", "\x1bOPq", "\xff\xfeq", "\x1b[1;999999999999Aq", "\xc2\x9bq"}) {
    KeyReader reader;
    const std::vector<Key> keys = reader.Feed(bytes);
    ASSERT_EQ(keys.size(), 1U) << bytes;
    EXPECT_TRUE(keys[0].Is('q')) << bytes;
  }
}

TEST(KeyReader, ASequenceWithoutAnEndIsNone) {
  KeyReader reader;
  reader.Feed("\x1b[" + std::string(1000, '1'));
  const std::vector<Key> keys = reader.Feed("\x1b[Bq");
  ASSERT_FALSE(keys.empty());
  EXPECT_TRUE(keys.back().Is('q'));
}

}  // namespace
}  // namespace odu::terminal
