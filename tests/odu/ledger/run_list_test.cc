#include "odu/ledger/run_list.h"

#include <gtest/gtest.h>

#include "ledger_fixture.h"
#include "os/file_lock.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::ledger {
namespace {

constexpr std::string_view kCheckout = "0123456789abcdef";

class RunListTest : public testing::Test {
 protected:
  RunListTest() { EXPECT_TRUE(os::MakeDirs(checkout_.path).has_value()); }

  /// A run of `sha`; with a whole journal unless `unfinished`.
  std::string Make(int64_t time, std::string_view sha = kSha, bool unfinished = false) {
    RunHeader header = SampleHeader(time);
    header.sha = sha;
    header.seq = MintRun(checkout_, header.run_id, sha, time)->seq;
    header.ref = RefOf(sha, header.seq);
    const auto folder = CreateRun(state_.path(), header, {});
    std::string text = SampleJournal();
    if (unfinished) {
      text.resize(text.find('\n') + 1);
    }
    EXPECT_TRUE(os::WriteFileAtomic(folder->journal(), text).has_value());
    return header.run_id;
  }
  std::vector<std::string> Refs(size_t limit = 100) {
    std::vector<std::string> refs;
    for (const model::RunSummary& run : ListRuns(state_.path(), kCheckout, limit)->runs) {
      refs.push_back(run.ref);
    }
    return refs;
  }

  support::TempDir state_;
  CheckoutFolder checkout_ = CheckoutFolderOf(state_.path(), kCheckout);
};

TEST_F(RunListTest, ListsTheNewestFirst) {
  Make(1000);
  Make(2000, "ffffffffff");
  Make(3000);
  EXPECT_EQ(Refs(), (std::vector<std::string>{"26d2c2d#2", "fffffff#1", "26d2c2d#1"}));
  EXPECT_EQ(Refs(2), (std::vector<std::string>{"26d2c2d#2", "fffffff#1"}));
  EXPECT_TRUE(ListRuns(state_.path(), "another", 10)->runs.empty());
}

TEST_F(RunListTest, ADamagedRunDoesNotHideTheOthers) {
  Make(1000);
  const std::string bad = Make(2000);
  Make(3000);
  ASSERT_TRUE(os::WriteFileAtomic(FolderOf(state_.path(), bad).header(), "{").has_value());
  const auto list = ListRuns(state_.path(), kCheckout, 10);
  EXPECT_EQ(list->runs.size(), 2U);
  ASSERT_EQ(list->trouble.size(), 1U);
  EXPECT_NE(list->trouble[0].find(bad), std::string::npos);
}

TEST_F(RunListTest, AMintedIdWithoutAFolderIsNoRun) {
  Make(1000);
  ASSERT_TRUE(MintRun(checkout_, model::NewRunId(2000), kSha, 2000).has_value());
  const auto list = ListRuns(state_.path(), kCheckout, 10);
  EXPECT_EQ(list->runs.size(), 1U);
  EXPECT_TRUE(list->trouble.empty());
}

TEST_F(RunListTest, WithoutTheCheckoutsListTheHeadersAreAsked) {
  Make(1000);
  Make(2000, "ffffffffff");
  const std::vector<std::string> refs = Refs();
  ASSERT_TRUE(os::RemoveTree(checkout_.path).has_value());
  EXPECT_EQ(Refs(), refs);
}

TEST_F(RunListTest, OnlyAnOwnedUnfinishedRunIsLive) {
  Make(1000, kSha, true);
  Make(2000);
  Make(3000, kSha, true);
  const auto live = [&] {
    std::vector<bool> flags;
    for (const model::RunSummary& run : ListRuns(state_.path(), kCheckout, 10)->runs) {
      flags.push_back(run.live);
    }
    return flags;
  };
  EXPECT_EQ(live(), (std::vector<bool>{false, false, false}));
  const auto lock = os::FileLock::TryLock(checkout_.path + "/lock");
  ASSERT_TRUE(lock.has_value());
  EXPECT_EQ(live(), (std::vector<bool>{true, false, false}));
  EXPECT_TRUE(ListAllRuns(state_.path(), 10)->runs[0].live);
}

TEST_F(RunListTest, AllRunsAreThoseOfEveryCheckout) {
  Make(1000);
  RunHeader other = SampleHeader(2000);
  other.checkout_id = "fedcba9876543210";
  ASSERT_TRUE(CreateRun(state_.path(), other, {}).has_value());
  EXPECT_EQ(ListAllRuns(state_.path(), 10)->runs.size(), 2U);
  EXPECT_EQ(ListAllRuns(state_.path(), 1)->runs[0].run_id, other.run_id);
  EXPECT_TRUE(ListAllRuns(state_ / "nowhere", 1)->runs.empty());
}

TEST_F(RunListTest, TheNewestUnfinishedRunIsFoundForAdoption) {
  EXPECT_EQ(FindUnfinishedRun(state_.path(), kCheckout), std::nullopt);
  Make(1000, kSha, true);
  const std::string open = Make(2000, kSha, true);
  EXPECT_EQ(FindUnfinishedRun(state_.path(), kCheckout), open);
  Make(3000);
  EXPECT_EQ(FindUnfinishedRun(state_.path(), kCheckout), open);
  const std::string unborn = Make(4000);
  ASSERT_TRUE(os::RemoveTree(FolderOf(state_.path(), unborn).journal()).has_value());
  EXPECT_EQ(FindUnfinishedRun(state_.path(), kCheckout), unborn);
}

}  // namespace
}  // namespace odu::ledger
