#include "odu/ledger/journal.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "ledger_fixture.h"
#include "odu/ledger/run_record.h"
#include "os/file_system.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace odu::ledger {
namespace {

size_t CountLines(std::string_view text) {
  return static_cast<size_t>(std::ranges::count(text, '\n'));
}

/// Lines read from a text, and how reading ended.
std::pair<size_t, JournalEnd> Scan(std::string_view text) {
  size_t lines = 0;
  JournalEnd end = ScanJournal(text, [&](JournalLine&&) { ++lines; });
  return {lines, std::move(end)};
}

class JournalTest : public testing::Test {
 protected:
  Journal Created() { return Journal::Create(path_, 1000, SampleRequest()).value(); }
  std::string Text() { return os::ReadFile(path_, 1 << 20).value(); }

  support::TempDir dir_;
  std::string path_ = dir_ / "journal.ndjson";
};

TEST(ScanJournal, AWholeOneIsClosed) {
  const std::string text = SampleJournal();
  const auto [lines, end] = Scan(text);
  EXPECT_EQ(lines, CountLines(text));
  EXPECT_EQ(end.sound_bytes, text.size());
  EXPECT_TRUE(end.has_request);
  EXPECT_TRUE(end.closed);
  EXPECT_FALSE(end.torn);
  EXPECT_EQ(end.damaged, "");
}

TEST(ScanJournal, CutAtEveryLengthTheWholeLinesCount) {
  const std::string text = SampleJournal();
  for (size_t length = 0; length <= text.size(); ++length) {
    const std::string_view cut = std::string_view(text).substr(0, length);
    const auto [lines, end] = Scan(cut);
    const size_t whole = cut.rfind('\n') == std::string_view::npos ? 0 : cut.rfind('\n') + 1;
    ASSERT_EQ(lines, CountLines(cut)) << length;
    ASSERT_EQ(end.sound_bytes, whole) << length;
    ASSERT_EQ(end.torn, whole != length) << length;
    ASSERT_EQ(end.closed, length == text.size()) << length;
    ASSERT_EQ(end.has_request, lines > 0) << length;
    ASSERT_EQ(end.damaged, "") << length;
  }
}

TEST(ScanJournal, WithEachByteSpoiledWhatStandsBeforeItCounts) {
  const std::string text = SampleJournal();
  for (size_t at = 0; at < text.size(); ++at) {
    std::string spoiled = text;
    spoiled[at] = '\x01';
    const auto [lines, end] = Scan(spoiled);
    // A control byte is never part of a line: its line and all after it are lost, none before.
    const size_t before = CountLines(std::string_view(text).substr(0, at));
    ASSERT_EQ(lines, before) << at;
    if (end.damaged.empty()) {
      ASSERT_TRUE(end.torn) << at;
    } else {
      ASSERT_TRUE(end.damaged.starts_with("line " + std::to_string(before + 1))) << end.damaged;
    }
  }
}

TEST(ScanJournal, ALineAfterTheLastIsDamage) {
  const std::string text = SampleJournal();
  std::string more = text;
  EncodeLine(more, 1, SampleNode("build", model::NodeStatus::kOk));
  const auto [lines, end] = Scan(more);
  EXPECT_EQ(lines, CountLines(text));
  EXPECT_TRUE(end.closed);
  EXPECT_NE(end.damaged, "");
}

TEST(ScanJournal, TheRequestComesFirstAndOnce) {
  std::string headless;
  EncodeLine(headless, 1, SampleNode("build", model::NodeStatus::kOk));
  EXPECT_EQ(Scan(headless).second.damaged, "line 1: the first line is not the request");
  std::string twice;
  EncodeLine(twice, 1, JournalBody(SampleRequest()));
  EncodeLine(twice, 1, JournalBody(SampleRequest()));
  EXPECT_EQ(Scan(twice).second.damaged, "line 2: a second request");
}

TEST(ScanJournal, LinesOfAFutureTypeAreCountedAndPassed) {
  std::string text;
  EncodeLine(text, 1, JournalBody(SampleRequest()));
  text += "{\"t\":\"weather\",\"at\":2,\"v\":{}}\n";
  const auto [lines, end] = Scan(text);
  EXPECT_EQ(lines, 2U);
  EXPECT_EQ(end.unknown, 1U);
  EXPECT_EQ(end.damaged, "");
}

TEST_F(JournalTest, LinesAreWrittenByFlushAndNotBefore) {
  Journal journal = Created();
  const size_t first = Text().size();
  EXPECT_GT(first, 0U);
  ASSERT_TRUE(journal.Append(1, SampleNode("build", model::NodeStatus::kRunning)).has_value());
  ASSERT_TRUE(journal.Append(2, SampleNode("build", model::NodeStatus::kOk)).has_value());
  EXPECT_EQ(Text().size(), first);
  ASSERT_TRUE(journal.Flush().has_value());
  EXPECT_EQ(Scan(Text()).first, 3U);
}

TEST_F(JournalTest, ASecondOneIsNotMadeOverTheFirst) {
  Created();
  const auto second = Journal::Create(path_, 1, SampleRequest());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code(), "journal_exists");
}

TEST_F(JournalTest, AdoptedAtEveryLengthItGoesOn) {
  const std::string text = SampleJournal();
  const size_t last_line = text.rfind('\n', text.size() - 2) + 1;
  for (size_t length = 0; length < text.size();
       length += length < 300 || length > last_line ? 1 : 17) {
    dir_.Write("journal.ndjson", std::string_view(text).substr(0, length));
    auto journal = Journal::Adopt(path_);
    ASSERT_TRUE(journal.has_value()) << length;
    OwnerLine owner;
    owner.epoch = 9;
    const size_t whole = Scan(std::string_view(text).substr(0, length)).first;
    if (whole == 0) {
      continue;
    }
    ASSERT_TRUE(journal->Append(5, owner).has_value());
    ASSERT_TRUE(journal->Flush().has_value());
    const auto [lines, end] = Scan(Text());
    ASSERT_EQ(lines, whole + 1) << length;
    ASSERT_FALSE(end.torn) << length;
    ASSERT_EQ(end.damaged, "") << length;
  }
}

TEST_F(JournalTest, AFinishedOneIsNotAdopted) {
  dir_.Write("journal.ndjson", SampleJournal());
  const auto journal = Journal::Adopt(path_);
  ASSERT_FALSE(journal.has_value());
  EXPECT_EQ(journal.error().code(), "run_closed");
}

TEST_F(JournalTest, WhatFollowsDamageIsKeptBesideIt) {
  std::string text;
  EncodeLine(text, 1, JournalBody(SampleRequest()));
  const std::string rest = "garbage\n{\"more\":1}\n";
  dir_.Write("journal.ndjson", text + rest);
  ASSERT_TRUE(Journal::Adopt(path_).has_value());
  EXPECT_EQ(Text(), text);
  EXPECT_EQ(dir_.Read("journal.ndjson.damaged"), rest);
}

TEST_F(JournalTest, SyncCoversWhatWasAppendedBefore) {
  support::Loop loop;
  async::Worker worker(1);
  Journal journal = Created();
  EXPECT_FALSE(journal.synced());
  ASSERT_TRUE(loop.Run(journal.Sync(worker)).has_value());
  EXPECT_TRUE(journal.synced());
  ASSERT_TRUE(journal.Append(1, SampleNode("build", model::NodeStatus::kOk)).has_value());
  EXPECT_FALSE(journal.synced());
  ASSERT_TRUE(loop.Run(journal.Sync(worker)).has_value());
  EXPECT_TRUE(journal.synced());
  EXPECT_EQ(Scan(Text()).first, 2U);
}

TEST_F(JournalTest, WhatCouldNotBeWrittenIsWrittenLater) {
  Journal journal = Created();
  // A file size limit stands in for a full disk.
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit tight = before;
  tight.rlim_cur = Text().size() + 10;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  ASSERT_TRUE(journal.Append(1, SampleNode("build", model::NodeStatus::kOk)).has_value());
  const auto flushed = journal.Flush();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, SIG_DFL);
  EXPECT_FALSE(flushed.has_value());
  EXPECT_TRUE(Scan(Text()).second.torn);
  ASSERT_TRUE(journal.Append(2, SampleNode("test", model::NodeStatus::kOk)).has_value());
  ASSERT_TRUE(journal.Flush().has_value());
  EXPECT_EQ(Scan(Text()).first, 3U);
  EXPECT_FALSE(Scan(Text()).second.torn);
}

TEST_F(JournalTest, AMissingOneIsGone) {
  const auto end = ReadJournal(path_, {});
  ASSERT_FALSE(end.has_value());
  EXPECT_EQ(end.error().code(), "not_found");
}

}  // namespace
}  // namespace odu::ledger
