#include "odu/command/runs.h"

#include <gtest/gtest.h>

#include "odu/ledger/stored_ledger.h"
#include "os/file_lock.h"

namespace odu::command {
namespace {

using ledger::StoredLedger;
using model::NodeStatus;
using model::Verdict;
using Strings = std::vector<std::string>;

class RunsTest : public testing::Test {
 protected:
  base::Result<ledger::RunList> List(const RunsCall& call = {}) {
    return ListedRuns(LedgerPlace{ledger_.state(), std::string(StoredLedger::kCheckout)}, call);
  }
  Strings Refs(const RunsCall& call = {}) {
    Strings refs;
    for (const model::RunSummary& run : List(call)->runs) {
      refs.push_back(run.ref);
    }
    return refs;
  }
  StoredLedger ledger_;
};

TEST_F(RunsTest, AreOfThisCheckoutOrOfAll) {
  ledger_.Run(1000, {{"build"}});
  ledger_.Run(2000, {{"build"}}, Verdict::kPassed, "ffffffffff", "fedcba9876543210");
  EXPECT_EQ(Refs(), (Strings{"26d2c2d#1"}));
  RunsCall call;
  call.all = true;
  EXPECT_EQ(Refs(call), (Strings{"fffffff#1", "26d2c2d#1"}));
  call.limit = 1;
  EXPECT_EQ(Refs(call), (Strings{"fffffff#1"}));
}

TEST_F(RunsTest, AreChosenByNodeRednessAndAge) {
  ledger_.Run(1000, {{"build", NodeStatus::kFailed}, {"test"}}, Verdict::kFailed);
  ledger_.Run(2000, {{"build"}});
  RunsCall call;
  call.node = "build";
  EXPECT_EQ(Refs(call), (Strings{"26d2c2d#2", "26d2c2d#1"}));
  call.failed = true;
  EXPECT_EQ(Refs(call), (Strings{"26d2c2d#1"}));
  call.node = "test@x86_64-linux";
  EXPECT_EQ(Refs(call), Strings());
  call.node = "";
  EXPECT_EQ(Refs(call), (Strings{"26d2c2d#1"}));
  call.since_ms = 1001;
  EXPECT_EQ(Refs(call), Strings());
}

TEST_F(RunsTest, ANodeThatNeverWasIsRefused) {
  ledger_.Run(1000, {{"build"}});
  RunsCall call;
  call.node = "biuld";
  const auto list = List(call);
  ASSERT_FALSE(list.has_value());
  EXPECT_EQ(list.error().code(), "unknown_node");
  EXPECT_EQ(list.error().ExitCode(), 2);
}

TEST_F(RunsTest, OnlyTheNewestUnfinishedRunOfAnOwnedCheckoutIsLive) {
  ledger_.Run(1000, {}, std::nullopt);
  ledger_.Run(2000, {}, std::nullopt);
  EXPECT_FALSE(List()->runs[0].live);
  const auto lock = os::FileLock::TryLock(
      ledger::CheckoutFolderOf(ledger_.state(), StoredLedger::kCheckout).path + "/lock");
  ASSERT_TRUE(lock.has_value());
  const auto list = List();
  EXPECT_TRUE(list->runs[0].live);
  EXPECT_FALSE(list->runs[1].live);
}

TEST_F(RunsTest, ADamagedFolderIsToldOfInItsCheckoutAlone) {
  ledger_.Run(1000, {});
  const std::string bad = ledger_.Run(2000, {});
  ASSERT_TRUE(
      os::WriteFileAtomic(ledger::FolderOf(ledger_.state(), bad).header(), "{").has_value());
  EXPECT_EQ(Refs(), (Strings{"26d2c2d#1"}));
  ASSERT_EQ(List()->trouble.size(), 1U);
  EXPECT_NE(List()->trouble[0].find(bad), std::string::npos);
  EXPECT_TRUE(ListedRuns(LedgerPlace{ledger_.state(), "another"}, {})->trouble.empty());
}

TEST_F(RunsTest, WithoutAnIndexTheFoldersAreReadAndThatIsSaid) {
  ledger_.Run(1000, {});
  ASSERT_TRUE(os::MakeDirs(ledger::IndexFile(ledger_.state()) + "/x").has_value());
  EXPECT_EQ(Refs(), (Strings{"26d2c2d#1"}));
  EXPECT_EQ(List()->trouble.size(), 1U);
}

}  // namespace
}  // namespace odu::command
