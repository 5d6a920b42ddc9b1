#include "odu/command/diff.h"

#include <gtest/gtest.h>

#include "odu/ledger/expired.h"
#include "odu/ledger/stored_ledger.h"

namespace odu::command {
namespace {

using ledger::StoredLedger;
using model::NodeChange;
using model::NodeStatus;
using model::Verdict;

model::NodeReport Node(std::string name, NodeStatus status, std::optional<int64_t> duration_ms) {
  model::NodeReport node;
  node.name = std::move(name);
  node.status = status;
  node.duration_ms = duration_ms;
  return node;
}

TEST(Diff, TellsWhatAppearedVanishedEndedOtherwiseOrTookOtherTime) {
  model::RunReport before;
  before.nodes = {Node("same", NodeStatus::kOk, 5000), Node("gone", NodeStatus::kOk, 1),
                  Node("red", NodeStatus::kOk, 5000),  Node("slow", NodeStatus::kOk, 2000),
                  Node("fast", NodeStatus::kOk, 9000), Node("brief", NodeStatus::kOk, 10)};
  model::RunReport after;
  after.nodes = {Node("same", NodeStatus::kOk, 7499),  Node("red", NodeStatus::kFailed, 5000),
                 Node("slow", NodeStatus::kOk, 3000),  Node("fast", NodeStatus::kOk, 6000),
                 Node("brief", NodeStatus::kOk, 1000), Node("new", NodeStatus::kOk, 1)};
  const model::RunDiff diff = DiffOf(before, after);
  std::vector<std::pair<std::string, NodeChange>> changes;
  for (const model::NodeDiff& node : diff.nodes) {
    changes.emplace_back(node.name, node.change);
  }
  EXPECT_EQ(changes,
            (std::vector<std::pair<std::string, NodeChange>>{{"red", NodeChange::kStatus},
                                                             {"slow", NodeChange::kSlower},
                                                             {"fast", NodeChange::kFaster},
                                                             {"new", NodeChange::kAppeared},
                                                             {"gone", NodeChange::kVanished}}));
  EXPECT_EQ(diff.unchanged, 2);
  EXPECT_EQ(diff.nodes[0].before, NodeStatus::kOk);
  EXPECT_EQ(diff.nodes[0].after, NodeStatus::kFailed);
}

TEST(Diff, OfStoredRunsByTheirNames) {
  StoredLedger ledger;
  ledger.Run(1000, {{"build"}});
  const std::string red = ledger.Run(2000, {{"build", NodeStatus::kFailed}}, Verdict::kFailed);
  const LedgerPlace place{ledger.state(), std::string(StoredLedger::kCheckout)};
  const auto diff = DiffRuns(place, "26d2c2d#1", "latest");
  ASSERT_TRUE(diff.has_value()) << diff.error().message();
  EXPECT_EQ(diff->after_run_id, red);
  ASSERT_EQ(diff->nodes.size(), 1U);
  EXPECT_EQ(diff->nodes[0].name, "build@x86_64-linux");
  EXPECT_EQ(DiffRuns(place, "26d2c2d#7", "latest").error().code(), "no_run");

  ledger::ExpiredRun expired;
  expired.summary = *ledger::ReadSummary(ledger::FolderOf(ledger.state(), red));
  ASSERT_TRUE(ledger::RecordExpired(ledger.state(), {expired}).has_value());
  ASSERT_TRUE(os::RemoveTree(ledger::FolderOf(ledger.state(), red).path).has_value());
  const auto refused = DiffRuns(place, "26d2c2d#1", red);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().message(), "26d2c2d#2 is expired, and it had failed");
}

}  // namespace
}  // namespace odu::command
