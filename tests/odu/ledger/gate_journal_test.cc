#include "odu/ledger/gate_journal.h"

#include <gtest/gtest.h>

#include "os/file_system.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace odu::ledger {
namespace {

const GateTarget kTarget{"github.com", "octo", "demo", "https://api.github.com", "7f59", ""};

GateStatus Status(const std::string& context, const std::string& state) {
  GateStatus status;
  status.context = context;
  status.state = state;
  status.description = state + " of " + context;
  return status;
}

class GateJournalTest : public testing::Test {
 protected:
  GateJournal Opened() { return std::move(GateJournal::Open(folder_).value()); }
  support::TempDir dir_;
  RunFolder folder_{dir_.path()};
};

TEST_F(GateJournalTest, WhatIsOwedIsWhatWasNotConfirmed) {
  EXPECT_FALSE(MayOwe(folder_));
  EXPECT_EQ(ReadGate(folder_).error().code(), "not_found");
  GateJournal journal = Opened();
  ASSERT_TRUE(journal.Begin(1, kTarget));
  ASSERT_TRUE(journal.Write(2, "owed", Status("a", "pending")));
  ASSERT_TRUE(journal.Write(3, "owed", Status("b", "pending")));
  ASSERT_TRUE(journal.Write(4, "posted", Status("a", "pending")));
  EXPECT_EQ(UnpostedOf(folder_), std::vector<std::string>{"b"});
  ASSERT_TRUE(journal.Write(5, "owed", Status("a", "success")));
  EXPECT_EQ(UnpostedOf(folder_), (std::vector<std::string>{"a", "b"}));
  const auto record = ReadGate(folder_);
  EXPECT_EQ(record->target, kTarget);
  EXPECT_EQ(record->contexts.at("a").posted->state, "pending");
  EXPECT_EQ(record->contexts.at("a").owed->state, "success");
  EXPECT_EQ(record->contexts.at("a").owed_at, 5);
}

TEST_F(GateJournalTest, ATryWhoseEndNobodyKnowsIsAStrayUntilTheForgeWasRead) {
  GateJournal journal = Opened();
  ASSERT_TRUE(journal.Begin(1, kTarget));
  ASSERT_TRUE(journal.Write(2, "owed", Status("a", "pending")));
  ASSERT_TRUE(journal.Write(3, "owed", Status("a", "success")));
  ASSERT_TRUE(journal.Write(4, "posted", Status("a", "success")));
  EXPECT_EQ(ReadGate(folder_)->contexts.at("a").strays.size(), 1U);
  EXPECT_TRUE(UnpostedOf(folder_).empty());
  ASSERT_TRUE(journal.Write(5, "checked", Status("a", "success")));
  EXPECT_TRUE(ReadGate(folder_)->contexts.at("a").strays.empty());
}

TEST_F(GateJournalTest, WhatTheForgeConfirmedIsKnownByItsNumber) {
  GateJournal journal = Opened();
  ASSERT_TRUE(journal.Begin(1, kTarget));
  GateStatus status = Status("a", "pending");
  ASSERT_TRUE(journal.Write(2, "owed", status));
  status.id = 71;
  ASSERT_TRUE(journal.Write(3, "posted", status));
  EXPECT_EQ(ReadGate(folder_)->contexts.at("a").ids, std::vector<int64_t>{71});
}

TEST_F(GateJournalTest, AnOlderRunsStrayIsNoDebtOfThisOne) {
  GateJournal journal = Opened();
  ASSERT_TRUE(journal.Begin(1, kTarget));
  ASSERT_TRUE(journal.Write(2, "owed", Status("a", "success")));
  ASSERT_TRUE(journal.Write(3, "stray", Status("a", "failure")));
  const auto record = ReadGate(folder_);
  EXPECT_EQ(record->contexts.at("a").owed->state, "success");
  ASSERT_EQ(record->contexts.at("a").strays.size(), 1U);
  EXPECT_EQ(record->contexts.at("a").strays[0].state, "failure");
}

TEST_F(GateJournalTest, ARunOwesFromBeforeItsFirstLine) {
  ASSERT_TRUE(MarkOwing(folder_));
  EXPECT_TRUE(MayOwe(folder_));
  EXPECT_FALSE(ReadGate(folder_)->target);
  {
    GateJournal journal = Opened();
    ASSERT_TRUE(journal.Begin(1, kTarget));
    ASSERT_TRUE(journal.Finish());
  }
  ASSERT_TRUE(MarkOwing(folder_));  // one that is over stays so
  EXPECT_FALSE(MayOwe(folder_));
}

TEST_F(GateJournalTest, OneThatIsOverOwesNothingAndCanBeOpenedAgain) {
  {
    GateJournal journal = Opened();
    ASSERT_TRUE(journal.Begin(1, kTarget));
    ASSERT_TRUE(journal.Write(2, "owed", Status("a", "success")));
    ASSERT_TRUE(journal.Write(3, "posted", Status("a", "success")));
    support::Loop loop;
    async::Worker worker(1);
    EXPECT_TRUE(loop.Run(journal.Sync(worker)));
    ASSERT_TRUE(journal.Finish());
  }
  EXPECT_FALSE(MayOwe(folder_));
  EXPECT_TRUE(ReadGate(folder_)->over);
  EXPECT_EQ(ReadGate(folder_)->contexts.size(), 1U);
  EXPECT_EQ(Opened().record().contexts.size(), 1U);
  EXPECT_TRUE(MayOwe(folder_));
}

// As ninja's DepsLogTest.Truncated: a writer may die at every byte.
TEST_F(GateJournalTest, CutAtEveryByteItIsReadAsFarAsItIsWholeAndGoesOnThere) {
  std::string text;
  {
    GateJournal journal = Opened();
    ASSERT_TRUE(journal.Begin(1, kTarget));
    ASSERT_TRUE(journal.Write(2, "owed", Status("a", "pending")));
    ASSERT_TRUE(journal.Write(3, "posted", Status("a", "pending")));
    text = os::ReadFile(dir_ / "gate.ndjson", 1 << 20).value();
  }
  for (size_t length = 0; length <= text.size(); ++length) {
    ASSERT_TRUE(os::WriteFileAtomic(dir_ / "gate.ndjson", text.substr(0, length)));
    GateJournal journal = Opened();
    if (!journal.record().target) {
      ASSERT_TRUE(journal.Begin(4, kTarget));
    }
    ASSERT_TRUE(journal.Write(5, "owed", Status("z", "success")));
    const auto record = ReadGate(folder_);
    ASSERT_TRUE(record);
    EXPECT_TRUE(record->contexts.contains("z")) << length;
  }
}

TEST(GateRecord, WhatNoOduWroteEndsIt) {
  for (const char* text : {"nonsense\n", "{}\n", "{\"t\":\"owed\",\"at\":1,\"v\":{}}\n",
                           "{\"t\":\"to\",\"at\":1,\"v\":{}}\n", "[]\n", "\n"}) {
    const GateRecord record = ScanGate(text);
    EXPECT_EQ(record.sound_bytes, 0U) << text;
    EXPECT_TRUE(record.contexts.empty());
  }
}

}  // namespace
}  // namespace odu::ledger
