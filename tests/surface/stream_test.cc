#include "surface/stream.h"

#include <gtest/gtest.h>

#include <random>

#include "base/text.h"
#include "support/feed_reader.h"
#include "support/sample_surface.h"

namespace surface {
namespace {

using support::FeedReader;
using support::LogInput;
using support::TextLog;

/// One log under a name, and what a reader got of it so far.
class StreamTest : public ::testing::Test {
 protected:
  StreamTest() : source_([this](const LogInput& input) { return Find(input.name); }) {}

  base::Result<std::shared_ptr<ByteLog>> Find(const std::string& name) {
    if (name != "log") {
      return base::Fail(base::ErrorKind::kGone, "no_log", "there is no such log");
    }
    return std::shared_ptr<ByteLog>(log_);
  }

  std::unique_ptr<FeedReader> Open(uint64_t offset = 0) {
    position_ = offset;
    got_.clear();
    return std::make_unique<FeedReader>(source_,
                                        base::json::parse(Encoded(LogInput{"log", offset})));
  }

  /// Reads one message into got_; false when it was none.
  bool ReadOne(FeedReader& reader) {
    const auto message = reader.Next();
    if (!message || reader.ended()) {
      return false;
    }
    EXPECT_EQ(message->at("offset").to_number<uint64_t>(), position_);
    std::string bytes;
    if (const auto* text = message->if_contains("text")) {
      bytes = text->as_string();
    } else {
      ++binary_;
      EXPECT_TRUE(base::Base64Decode(message->at("base64").as_string(), bytes));
    }
    EXPECT_LE(bytes.size(), kMaxChunkBytes);
    EXPECT_FALSE(bytes.empty());
    position_ += bytes.size();
    got_ += bytes;
    return true;
  }
  void ReadAll(FeedReader& reader) {
    while (ReadOne(reader)) {
    }
  }

  std::shared_ptr<TextLog> log_ = std::make_shared<TextLog>();
  StreamSource<LogInput> source_;
  std::string got_;
  uint64_t position_ = 0;
  size_t binary_ = 0;
};

TEST_F(StreamTest, EverythingThenAppendsThenTheEnd) {
  log_->Append("one\n");
  auto reader = Open();
  EXPECT_TRUE(ReadOne(*reader));
  EXPECT_EQ(reader->text(), R"(,"offset":0,"text":"one\n")");
  EXPECT_FALSE(ReadOne(*reader));
  EXPECT_FALSE(reader->ended());
  log_->Append("two\n");
  EXPECT_EQ(reader->wakes(), 1U);
  EXPECT_TRUE(ReadOne(*reader));
  EXPECT_EQ(reader->text(), R"(,"offset":4,"text":"two\n")");
  log_->End();
  EXPECT_FALSE(ReadOne(*reader));
  EXPECT_TRUE(reader->ended());
  EXPECT_EQ(reader->text(), R"(,"offset":8)");
}

TEST_F(StreamTest, ReadingStartsAtTheOffsetAskedFor) {
  log_->Append("0123456789");
  auto reader = Open(7);
  ReadAll(*reader);
  EXPECT_EQ(got_, "789");
}

TEST_F(StreamTest, AnOffsetBeyondTheEndWaitsForTheLogToGrowThere) {
  log_->Append("0123");
  auto reader = Open(6);
  EXPECT_FALSE(ReadOne(*reader));
  log_->Append("45");
  EXPECT_FALSE(ReadOne(*reader));
  log_->Append("67");
  ReadAll(*reader);
  EXPECT_EQ(got_, "67");
}

TEST_F(StreamTest, AnOffsetBeyondTheEndOfAnEndedLogEndsAtOnce) {
  log_->Append("0123");
  log_->End();
  auto reader = Open(6);
  EXPECT_FALSE(ReadOne(*reader));
  EXPECT_TRUE(reader->ended());
  EXPECT_EQ(reader->text(), R"(,"offset":6)");
}

TEST_F(StreamTest, WhatIsAskedForWronglyIsRefusedInWords) {
  EXPECT_EQ(FeedReader(source_, base::json::parse(R"({"name":"x"})")).refusal()->code(), "no_log");
  EXPECT_EQ(FeedReader(source_).refusal()->message(), "value: the field 'name' is missing");
  EXPECT_EQ(
      FeedReader(source_, base::json::parse(R"({"name":"log","offset":-1})")).refusal()->message(),
      "offset: the number is out of range");
}

TEST_F(StreamTest, ACharacterIsNeverCutBetweenTwoChunks) {
  // 3-byte characters: 64 KiB is no multiple of 3.
  std::string text;
  while (text.size() < 4 * kMaxChunkBytes) {
    text += "€";
  }
  log_->Append(text);
  auto reader = Open();
  ReadAll(*reader);
  EXPECT_EQ(got_, text);
  EXPECT_EQ(binary_, 0U);
}

TEST_F(StreamTest, HalfACharacterAtTheEndWaitsForItsOtherHalf) {
  auto reader = Open();
  log_->Append("a\xe2\x82");
  ReadAll(*reader);
  EXPECT_EQ(got_, "a");
  log_->Append("\xac.");
  ReadAll(*reader);
  EXPECT_EQ(got_, "a€.");
  EXPECT_EQ(binary_, 0U);
}

TEST_F(StreamTest, HalfACharacterThatNobodyCompletesComesAsBytesAtTheEnd) {
  auto reader = Open();
  log_->Append("a\xe2\x82");
  log_->End();
  ReadAll(*reader);
  EXPECT_EQ(got_, "a\xe2\x82");
  EXPECT_EQ(binary_, 1U);
  EXPECT_TRUE(reader->ended());
}

TEST_F(StreamTest, BytesThatAreNotUtf8TravelAsBase64) {
  log_->Append("ok \xff\xfe\n");
  auto reader = Open();
  EXPECT_TRUE(ReadOne(*reader));
  EXPECT_EQ(reader->text(), R"(,"offset":0,"base64":"b2sg//4K")");
  EXPECT_EQ(got_, "ok \xff\xfe\n");
}

TEST_F(StreamTest, ALogThatCannotBeReadEndsWithTheError) {
  log_->Append("abc");
  auto reader = Open();
  ReadAll(*reader);
  log_->Break(base::Error(base::ErrorKind::kHost, "io", "input/output error"));
  EXPECT_FALSE(ReadOne(*reader));
  EXPECT_TRUE(reader->ended());
  EXPECT_EQ(reader->text(),
            R"(,"offset":3,"error":{"kind":"host","code":"io","message":"input/output error"})");
}

TEST_F(StreamTest, AClosedReaderIsForgotten) {
  auto reader = Open();
  EXPECT_TRUE(log_->read_by_anybody());
  reader.reset();
  EXPECT_FALSE(log_->read_by_anybody());
}

TEST_F(StreamTest, AnyBytesFromAnyOffsetArriveExactlyHoweverTheyWereAppended) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    log_ = std::make_shared<TextLog>();
    std::string whole;
    std::unique_ptr<FeedReader> reader;
    uint64_t start = 0;
    for (int step = 0; step < 40; ++step) {
      std::string piece;
      const size_t size = random() % (step % 7 == 0 ? 200000 : 300);
      for (size_t i = 0; i < size; ++i) {
        const uint32_t draw = random();
        // Text with bytes strewn in, whole characters, and noise, by seed.
        if (seed % 3 == 0) {
          piece += static_cast<char>(draw);
        } else if (seed % 3 == 1) {
          piece += draw % 50 == 0 ? "é" : draw % 50 == 1 ? "🙂" : "x";
        } else {
          piece += draw % 1000 == 0 ? '\xc3' : static_cast<char>('a' + draw % 26);
        }
      }
      // A cut anywhere, also within a character.
      const size_t cut = piece.empty() ? 0 : random() % piece.size();
      for (const std::string& part : {piece.substr(0, cut), piece.substr(cut)}) {
        log_->Append(part);
        whole += part;
        if (reader && random() % 3 == 0) {
          ReadOne(*reader);
        }
      }
      if (!reader && random() % 4 == 0) {
        start = random() % (whole.size() + 1);
        reader = Open(start);
      }
    }
    if (!reader) {
      start = 0;
      reader = Open(start);
    }
    log_->End();
    ReadAll(*reader);
    ASSERT_TRUE(reader->ended());
    ASSERT_TRUE(got_ == whole.substr(start)) << "seed " << seed;
    ASSERT_EQ(position_, whole.size());
  }
}

}  // namespace
}  // namespace surface
