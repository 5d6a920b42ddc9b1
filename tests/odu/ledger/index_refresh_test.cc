#include "odu/ledger/index_refresh.h"

#include <gtest/gtest.h>

#include "odu/ledger/expired.h"
#include "stored_ledger.h"

namespace odu::ledger {
namespace {

using model::Verdict;
using Strings = std::vector<std::string>;

class IndexRefreshTest : public testing::Test {
 protected:
  std::optional<IndexedRun> Run(const std::string& run_id) {
    auto opened = OpenIndex(ledger_.state());
    EXPECT_TRUE(opened.has_value());
    return *opened->index.Run(run_id);
  }
  StoredLedger ledger_;
};

TEST_F(IndexRefreshTest, TakesInNewFoldersAndLosesThoseThatWereRemoved) {
  const std::string first = ledger_.Run(1000, {{"build"}});
  EXPECT_EQ(ledger_.Refs(), (Strings{"26d2c2d#1"}));
  ledger_.Run(2000, {{"build"}});
  EXPECT_EQ(ledger_.Refs(), (Strings{"26d2c2d#2", "26d2c2d#1"}));
  ASSERT_TRUE(os::RemoveTree(FolderOf(ledger_.state(), first).path).has_value());
  EXPECT_EQ(ledger_.Refs(), (Strings{"26d2c2d#2"}));
}

TEST_F(IndexRefreshTest, AnUnfinishedRunIsReadAgainWhenItsJournalGrew) {
  const std::string run_id = ledger_.Run(1000, {{"build"}}, std::nullopt);
  EXPECT_EQ(Run(run_id)->summary.verdict, std::nullopt);
  ledger_.Close(run_id, Verdict::kFailed, 5000);
  EXPECT_EQ(Run(run_id)->summary.verdict, Verdict::kFailed);
  EXPECT_EQ(Run(run_id)->state, EntryState::kClosed);
}

TEST_F(IndexRefreshTest, AFolderThatGetsItsHeaderLaterIsSeenThen) {
  const std::string run_id = ledger_.Run(1000, {{"build"}});
  const std::string header = FolderOf(ledger_.state(), run_id).header();
  const std::string text = *os::ReadFile(header, 1 << 20);
  ASSERT_TRUE(os::RemoveTree(header).has_value());
  EXPECT_EQ(ledger_.Refs(), Strings());
  ASSERT_TRUE(os::WriteFileAtomic(header, text).has_value());
  EXPECT_EQ(ledger_.Refs(), (Strings{"26d2c2d#1"}));
}

TEST_F(IndexRefreshTest, ADamagedHeaderIsToldOfAndHidesNothing) {
  ledger_.Run(1000, {{"build"}});
  const std::string bad = ledger_.Run(2000, {{"build"}});
  ASSERT_TRUE(os::WriteFileAtomic(FolderOf(ledger_.state(), bad).header(), "{").has_value());
  EXPECT_EQ(ledger_.Refs(), (Strings{"26d2c2d#1"}));
  auto opened = OpenIndex(ledger_.state());
  const auto troubled = opened->index.Troubled();
  ASSERT_EQ(troubled->size(), 1U);
  EXPECT_EQ(troubled->front().first, bad);
}

TEST_F(IndexRefreshTest, AnExpiredRunIsKnownAsOneAlsoAfterARebuild) {
  const std::string run_id = ledger_.Run(1000, {{"build"}}, Verdict::kFailed);
  ledger_.Run(2000, {{"build"}});
  EXPECT_EQ(ledger_.Refs().size(), 2U);
  ExpiredRun expired;
  expired.summary = Run(run_id)->summary;
  expired.checkout_id = StoredLedger::kCheckout;
  ASSERT_TRUE(RecordExpired(ledger_.state(), {expired}).has_value());
  EXPECT_EQ(ledger_.Refs().size(), 2U);  // as long as the folder is there, it counts
  ASSERT_TRUE(os::RemoveTree(FolderOf(ledger_.state(), run_id).path).has_value());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(ledger_.Refs(), (Strings{"26d2c2d#2"}));
    RunQuery query;
    query.expired = true;
    EXPECT_EQ(ledger_.Refs(query), (Strings{"26d2c2d#1"}));
    EXPECT_EQ(Run(run_id)->summary.verdict, Verdict::kFailed);
    ASSERT_TRUE(RebuildIndex(ledger_.state()).has_value());
  }
}

TEST_F(IndexRefreshTest, MoreRunsThanOneBatchKeepTheirOrder) {
  constexpr int kRuns = 70;
  for (int i = 0; i < kRuns; ++i) {
    ledger_.Run(1000 + i, {{"build", model::NodeStatus::kOk, 1, i}});
  }
  EXPECT_EQ(ledger_.Refs().size(), static_cast<size_t>(kRuns));
  EXPECT_EQ(ledger_.Refs().front(), "26d2c2d#70");
  auto opened = OpenIndex(ledger_.state());
  const auto passes =
      opened->index.Passes(std::string(StoredLedger::kCheckout), "build@x86_64-linux", "", 500);
  ASSERT_EQ(passes->size(), static_cast<size_t>(kRuns));
  for (int i = 0; i < kRuns; ++i) {
    EXPECT_EQ((*passes)[i], kRuns - 1 - i);
  }
}

}  // namespace
}  // namespace odu::ledger
