#include "odu/ledger/index_entry.h"

#include <gtest/gtest.h>

#include "stored_ledger.h"

namespace odu::ledger {
namespace {

using model::NodeStatus;

TEST(IndexEntry, HoldsEveryAttemptThatHasEndedByItsNewestLine) {
  std::vector<model::Node> lines{
      SampleNode("build", NodeStatus::kRunning), SampleNode("build", NodeStatus::kFailed),
      SampleNode("test", NodeStatus::kSkipped), SampleNode("build", NodeStatus::kOk, 2),
      SampleNode("build", NodeStatus::kErrored, 2)};
  const auto attempts = EndedAttempts(lines);
  ASSERT_EQ(attempts.size(), 3U);
  EXPECT_EQ(attempts[0].status, NodeStatus::kFailed);
  EXPECT_EQ(attempts[1].node, "test@x86_64-linux");
  EXPECT_EQ(attempts[2].n, 2);
  EXPECT_EQ(attempts[2].status, NodeStatus::kErrored);
}

TEST(IndexEntry, IsReadFromARunsFolder) {
  StoredLedger ledger;
  const std::string run_id = ledger.Run(1000, {{"build", NodeStatus::kOk, 1, 7}});
  const IndexEntry entry = ReadEntry(ledger.state(), run_id);
  EXPECT_EQ(entry.state, EntryState::kClosed);
  EXPECT_EQ(entry.content, kSha);
  EXPECT_EQ(entry.summary.verdict, model::Verdict::kPassed);
  ASSERT_EQ(entry.attempts.size(), 1U);
  EXPECT_EQ(entry.attempts[0].duration_ms, 7);
}

TEST(IndexEntry, SaysWhatIsWrongWithAHeaderAndNothingOfAFolderWithoutOne) {
  StoredLedger ledger;
  const std::string run_id = ledger.Run(1000, {});
  const RunFolder folder = FolderOf(ledger.state(), run_id);
  ASSERT_TRUE(os::WriteFileAtomic(folder.header(), "{").has_value());
  const IndexEntry damaged = ReadEntry(ledger.state(), run_id);
  EXPECT_EQ(damaged.state, EntryState::kUnread);
  EXPECT_NE(damaged.trouble.find(run_id), std::string::npos);
  ASSERT_TRUE(os::RemoveTree(folder.header()).has_value());
  const IndexEntry unborn = ReadEntry(ledger.state(), run_id);
  EXPECT_EQ(unborn.trouble, "");
  EXPECT_NE(unborn.stamp, damaged.stamp);
}

}  // namespace
}  // namespace odu::ledger
