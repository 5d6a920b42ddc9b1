#include "odu/ledger/index_open.h"

#include <SQLiteCpp/Database.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "odu/ledger/index_file.h"
#include "os/file_lock.h"
#include "stored_ledger.h"
#include "support/no_file_grows.h"

namespace odu::ledger {
namespace {

using Strings = std::vector<std::string>;

class IndexOpenTest : public testing::Test {
 protected:
  void SetUp() override {
    ledger_.Run(1000, {{"build"}});
    ledger_.Run(2000, {{"build"}});
  }
  void Overwrite(uint64_t offset, const std::string& bytes) {
    const auto file = os::OpenFile(IndexFile(ledger_.state()), O_RDWR);
    ASSERT_TRUE(file.has_value());
    ASSERT_EQ(pwrite(file->get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)),
              static_cast<ssize_t>(bytes.size()));
  }
  void ExpectSound() {
    EXPECT_EQ(ledger_.Refs(), (Strings{"26d2c2d#2", "26d2c2d#1"}));
    EXPECT_EQ(os::StatusOf(IndexFile(ledger_.state()))->mode, 0600U);
    EXPECT_FALSE(os::Exists(IndexFile(ledger_.state()) + ".new"));
  }

  StoredLedger ledger_;
};

TEST_F(IndexOpenTest, AMissingIndexIsMade) {
  ExpectSound();
  ASSERT_TRUE(os::RemoveTree(IndexFile(ledger_.state())).has_value());
  ExpectSound();
}

TEST_F(IndexOpenTest, WhereNothingWasEverRunNothingIsMade) {
  support::TempDir empty;
  const auto opened = OpenIndex(empty / "state");
  ASSERT_TRUE(opened.has_value()) << opened.error().message();
  EXPECT_EQ(opened->trouble, "");
  EXPECT_FALSE(os::Exists(empty / "state"));
}

TEST_F(IndexOpenTest, WhatIsNoDatabaseIsReplaced) {
  ExpectSound();
  for (const std::string& text : Strings{"", "not a database at all\n", std::string(8192, 'x')}) {
    ASSERT_TRUE(os::WriteFileAtomic(IndexFile(ledger_.state()), text).has_value());
    ExpectSound();
  }
}

TEST_F(IndexOpenTest, ADatabaseCutShortAtAnyPageIsReplaced) {
  ExpectSound();
  const std::string whole = *os::ReadFile(IndexFile(ledger_.state()), 1 << 24);
  for (size_t size = 1; size < whole.size(); size += 4096) {
    ASSERT_TRUE(os::WriteFileAtomic(IndexFile(ledger_.state()), whole.substr(0, size)).has_value());
    ExpectSound();
  }
}

TEST_F(IndexOpenTest, DamageThatAQuestionFindsIsRepaired) {
  ExpectSound();
  const std::string whole = *os::ReadFile(IndexFile(ledger_.state()), 1 << 24);
  constexpr size_t kPage = 4096;
  for (size_t page = 1; page < whole.size() / kPage; ++page) {
    Overwrite(page * kPage, std::string(kPage, '\xff'));
    const auto count = AskIndex(ledger_.state(), [](OpenedIndex& opened) -> base::Result<size_t> {
      if (auto checked = opened.index.Check(); !checked) {
        return base::Pass(checked.error());
      }
      const auto runs = opened.index.Runs(RunQuery());
      return runs ? base::Result<size_t>(runs->size()) : base::Pass(runs.error());
    });
    ASSERT_TRUE(count.has_value()) << page << count.error().message();
    EXPECT_EQ(*count, 2U);
    ExpectSound();
  }
}

TEST_F(IndexOpenTest, ACheckFindsDamageAndChangesNothing) {
  EXPECT_TRUE(CheckIndex(ledger_.state()).has_value());
  EXPECT_FALSE(os::Exists(IndexFile(ledger_.state())));
  ExpectSound();
  EXPECT_TRUE(CheckIndex(ledger_.state()).has_value());
  ASSERT_TRUE(os::WriteFileAtomic(IndexFile(ledger_.state()), "nonsense").has_value());
  EXPECT_EQ(CheckIndex(ledger_.state()).error().code(), "index_damaged");
  EXPECT_EQ(*os::ReadFile(IndexFile(ledger_.state()), 100), "nonsense");
}

TEST_F(IndexOpenTest, ANewerOnesIndexIsReplacedAlsoWithItsLog) {
  ExpectSound();
  {
    auto newer = OpenDatabase(IndexFile(ledger_.state()));
    (*newer)->exec("PRAGMA user_version = 99; DELETE FROM runs");
  }
  ExpectSound();
}

TEST_F(IndexOpenTest, AnIndexThatIsHeldIsNotSwappedAway) {
  ExpectSound();
  auto held = OpenIndex(ledger_.state());
  const auto rebuilt = RebuildIndex(ledger_.state());
  ASSERT_FALSE(rebuilt.has_value());
  EXPECT_EQ(rebuilt.error().code(), "locked");
  EXPECT_EQ(held->index.Runs(RunQuery())->size(), 2U);
  EXPECT_FALSE(os::Exists(IndexFile(ledger_.state()) + ".new"));
}

TEST_F(IndexOpenTest, WhileAnotherMakesItTheAnswerComesFromMemory) {
  const auto building = os::FileLock::TryLock(ledger_.state() + "/ledger.building");
  ASSERT_TRUE(building.has_value());
  EXPECT_EQ(ledger_.Refs().size(), 2U);
  EXPECT_FALSE(os::Exists(IndexFile(ledger_.state())));
}

TEST_F(IndexOpenTest, WithoutALockOrRoomTheAnswerComesFromMemoryAndTheReasonIsTold) {
  {
    const support::NoFileGrows full;
    const auto opened = OpenIndex(ledger_.state());
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    EXPECT_NE(opened->trouble, "");
  }
  ExpectSound();
  const std::string lock = ledger_.state() + "/ledger.lock";
  ASSERT_TRUE(os::RemoveTree(lock).has_value());
  ASSERT_TRUE(os::MakeDirs(lock).has_value());
  auto opened = OpenIndex(ledger_.state());
  ASSERT_TRUE(opened.has_value()) << opened.error().message();
  EXPECT_NE(opened->trouble, "");
  EXPECT_EQ(opened->index.Runs(RunQuery())->size(), 2U);
}

TEST_F(IndexOpenTest, WhatADeadBuilderLeftIsNoHindrance) {
  ASSERT_TRUE(os::WriteFileAtomic(IndexFile(ledger_.state()) + ".new", "half").has_value());
  ExpectSound();
}

TEST_F(IndexOpenTest, ThreadsOfOneProcessDoNotDisturbEachOther) {
  ExpectSound();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, i] {
      for (int turn = 0; turn < 20; ++turn) {
        auto opened = OpenIndex(ledger_.state());
        ASSERT_TRUE(opened.has_value());
        EXPECT_EQ(opened->trouble, "");
        EXPECT_TRUE(opened->index.SetMark("turn" + std::to_string(i), turn).has_value());
        EXPECT_EQ(*opened->index.Mark("turn" + std::to_string(i)), turn);
      }
    });
  }
  threads.clear();
  auto opened = OpenIndex(ledger_.state());
  EXPECT_TRUE(opened->index.Check().has_value());
  EXPECT_EQ(*opened->index.Mark("turn3"), 19);
}

TEST_F(IndexOpenTest, EightProcessesWriteAtOnceAndNothingIsLost) {
  constexpr int kWriters = 8;
  constexpr int kRunsEach = 12;
  std::vector<pid_t> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const std::string checkout = "000000000000000" + std::to_string(writer);
      for (int i = 0; i < kRunsEach; ++i) {
        const std::string run_id = ledger_.Run(
            10000 + i, {{"build"}, {"test"}},
            i % 3 == 0 ? std::nullopt : std::optional(model::Verdict::kPassed), kSha, checkout);
        auto opened = OpenIndex(ledger_.state());
        EXPECT_TRUE(opened.has_value());
        EXPECT_EQ(opened->trouble, "");
        const auto run = opened->index.Run(run_id);
        EXPECT_TRUE(run.has_value() && run->has_value())
            << run_id << (run ? "" : ": " + run.error().message());
      }
      fflush(stdout);
      _exit(!testing::Test::HasFailure() ? 0 : 1);  // after fork
    }
    writers.push_back(child);
  }
  for (const pid_t writer : writers) {
    int status = 0;
    ASSERT_EQ(waitpid(writer, &status, 0), writer);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(ledger_.Refs().size(), 2U + kWriters * kRunsEach);
  auto opened = OpenIndex(ledger_.state());
  EXPECT_TRUE(opened->index.Check().has_value());
  EXPECT_EQ(opened->index.Tally("", "test@x86_64-linux")->ok, kWriters * kRunsEach);
}

}  // namespace
}  // namespace odu::ledger
