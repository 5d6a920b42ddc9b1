#include "odu/ledger/retention.h"

#include <gtest/gtest.h>

#include "odu/ledger/expired.h"
#include "odu/ledger/run_name.h"
#include "os/file_lock.h"
#include "stored_ledger.h"

namespace odu::ledger {
namespace {

using model::NodeStatus;
using model::Verdict;
using Strings = std::vector<std::string>;

constexpr int64_t kDay = int64_t{24} * 3600 * 1000;
constexpr int64_t kNow = 100 * kDay;

IndexedRun Made(std::string name, int64_t age, uint64_t bytes = 0,
                EntryState state = EntryState::kClosed, std::string checkout = "one") {
  IndexedRun run;
  run.checkout_id = std::move(checkout);
  run.state = state;
  run.summary.run_id = name;
  run.summary.ref = std::move(name);
  run.summary.started_at = kNow - age - 5;
  run.summary.finished_at = kNow - age;
  run.bytes = bytes;
  return run;
}

Strings Going(const std::vector<IndexedRun>& runs, KeepRule rule = {}) {
  Strings names;
  for (const IndexedRun& run : RunsToExpire(runs, rule, kNow)) {
    names.push_back(run.summary.run_id);
  }
  return names;
}

TEST(Retention, ThirtyDaysAreKeptAndWhatIsNotClosedForEver) {
  EXPECT_EQ(Going({Made("d", kDay), Made("c", 30 * kDay), Made("b", 30 * kDay + 1),
                   Made("a", 90 * kDay), Made("open", 90 * kDay, 0, EntryState::kUnclosed)}),
            (Strings{"a", "b"}));
}

TEST(Retention, TheOldestGoUntilTheOthersFitTheQuota) {
  const std::vector<IndexedRun> runs{Made("c", 1, 100), Made("b", 2, 100), Made("a", 3, 100)};
  KeepRule rule;
  rule.quota_bytes = 300;
  EXPECT_EQ(Going(runs, rule), Strings());
  rule.quota_bytes = 299;
  EXPECT_EQ(Going(runs, rule), (Strings{"a"}));
  // Each checkout keeps its newest.
  rule.quota_bytes = 0;
  EXPECT_EQ(Going(runs, rule), (Strings{"a", "b"}));
  EXPECT_EQ(Going({Made("b", 1, 9), Made("a", 2, 9, EntryState::kClosed, "two")}, rule), Strings());
}

class PruneTest : public testing::Test {
 protected:
  std::string Old() {
    return ledger_.Run(kDay, {{"build", NodeStatus::kFailed}}, Verdict::kFailed);
  }
  bool IsThere(const std::string& run_id) {
    return os::Exists(FolderOf(ledger_.state(), run_id).path);
  }
  StoredLedger ledger_;
};

TEST_F(PruneTest, AnOldRunGoesAndStillSaysHowItEnded) {
  const std::string old = Old();
  const std::string fresh = ledger_.Run(kNow - kDay, {{"build"}});
  const auto pruned = PruneRuns(ledger_.state(), {}, kNow, false);
  ASSERT_TRUE(pruned.has_value()) << pruned.error().message();
  ASSERT_EQ(pruned->removed.size(), 1U);
  EXPECT_EQ(pruned->removed[0].summary.run_id, old);
  EXPECT_GT(pruned->bytes, 0U);
  EXPECT_FALSE(IsThere(old));
  EXPECT_TRUE(IsThere(fresh));
  EXPECT_EQ(FindRun(ledger_.state(), StoredLedger::kCheckout, "26d2c2d#1"), old);
  EXPECT_EQ(ExpiredError(*FindExpired(ledger_.state(), old)).message(),
            "26d2c2d#1 is expired, and it had failed");
  EXPECT_EQ(ledger_.Refs(), (Strings{"26d2c2d#2"}));
  EXPECT_EQ(FindExpired(ledger_.state(), old)->seq, 1);
}

TEST_F(PruneTest, ADryRunTouchesNothing) {
  const std::string old = Old();
  const auto pruned = PruneRuns(ledger_.state(), {}, kNow, true);
  EXPECT_EQ(pruned->removed.size(), 1U);
  EXPECT_TRUE(IsThere(old));
  EXPECT_FALSE(os::Exists(ExpiredFile(ledger_.state())));
}

TEST_F(PruneTest, ARunWithALaneThatLivesStays) {
  const std::string old = Old();
  const std::string lane = FolderOf(ledger_.state(), old).lane("x86_64-linux");
  ASSERT_TRUE(os::MakeDirs(lane).has_value());
  {
    const auto lock = os::FileLock::TryLock(lane + "/lock");
    const auto pruned = PruneRuns(ledger_.state(), {}, kNow, false);
    EXPECT_TRUE(pruned->removed.empty());
    EXPECT_EQ(pruned->kept, (Strings{"26d2c2d#1: its lane x86_64-linux lives"}));
    EXPECT_TRUE(IsThere(old));
    EXPECT_EQ(FindExpired(ledger_.state(), old), std::nullopt);
  }
  EXPECT_EQ(PruneRuns(ledger_.state(), {}, kNow, false)->removed.size(), 1U);
}

TEST_F(PruneTest, AnUnfinishedRunStaysHoweverOld) {
  const std::string run_id = ledger_.Run(kDay, {}, std::nullopt);
  EXPECT_TRUE(PruneRuns(ledger_.state(), {}, kNow, false)->removed.empty());
  EXPECT_TRUE(IsThere(run_id));
}

TEST_F(PruneTest, DeathAtAnyPointLosesNoRunAndLeavesNothing) {
  // After the line was written and before the folder went.
  const std::string first = Old();
  ExpiredRun line;
  line.summary = *ReadSummary(FolderOf(ledger_.state(), first));
  line.checkout_id = StoredLedger::kCheckout;
  ASSERT_TRUE(RecordExpired(ledger_.state(), {line}).has_value());
  EXPECT_EQ(ledger_.Refs(), (Strings{"26d2c2d#1"}));
  ASSERT_TRUE(PruneRuns(ledger_.state(), {}, kNow, false).has_value());
  EXPECT_EQ(ReadExpired(ledger_.state())->size(), 1U);
  EXPECT_FALSE(IsThere(first));
  // While the folder was removed.
  const std::string half = RunsDir(ledger_.state()) + "/" + first + ".expired";
  ASSERT_TRUE(os::MakeDirs(half + "/lanes").has_value());
  EXPECT_EQ(ledger_.Refs(), Strings());
  ASSERT_TRUE(PruneRuns(ledger_.state(), {}, kNow, false).has_value());
  EXPECT_FALSE(os::Exists(half));
}

TEST_F(PruneTest, TheDailyOneIsDoneOnceADay) {
  const auto wall = os::StatusOf(ledger_.state())->modified_ms;
  Old();
  EXPECT_EQ(PruneDaily(ledger_.state(), wall)->removed.size(), 1U);
  Old();
  EXPECT_TRUE(PruneDaily(ledger_.state(), wall + kDay / 2)->removed.empty());
  EXPECT_EQ(PruneDaily(ledger_.state(), wall + 2 * kDay)->removed.size(), 1U);
}

TEST_F(PruneTest, OneAtATime) {
  Old();
  const auto lock = os::FileLock::TryLock(ledger_.state() + "/prune.lock");
  EXPECT_EQ(PruneRuns(ledger_.state(), {}, kNow, false).error().code(), "locked");
  EXPECT_EQ(PruneRuns(ledger_.state(), {}, kNow, true)->removed.size(), 1U);
  EXPECT_TRUE(PruneDaily(ledger_.state(), kNow + 90 * 365 * kDay)->removed.empty());
}

TEST_F(PruneTest, WhereNothingWasEverRunNothingIsMade) {
  EXPECT_TRUE(PruneRuns(ledger_.state(), {}, kNow, false)->removed.empty());
  EXPECT_FALSE(os::Exists(ledger_.state() + "/prune.lock"));
}

}  // namespace
}  // namespace odu::ledger
