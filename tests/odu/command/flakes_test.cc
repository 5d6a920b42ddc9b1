#include "odu/command/flakes.h"

#include <gtest/gtest.h>

#include "odu/ledger/stored_ledger.h"

namespace odu::command {
namespace {

using ledger::StoredLedger;
using model::NodeStatus;
using model::Verdict;

TEST(Flakes, AreGatheredByNodeThoseOnTheMostCommitsFirst) {
  const auto one = [](std::string node, std::string content, int64_t at) {
    ledger::FlakyCase found;
    found.node = std::move(node);
    found.content = std::move(content);
    found.at = at;
    return found;
  };
  const std::vector<ledger::FlakyCase> cases{one("a", "x", 9), one("a", "x", 8), one("b", "x", 7),
                                             one("b", "y", 6), one("c", "z", 5)};
  const model::FlakesReport report = GatherFlakes(cases);
  ASSERT_EQ(report.nodes.size(), 3U);
  EXPECT_EQ(report.nodes[0].node, "b");
  EXPECT_EQ(report.nodes[0].commits, 2);
  EXPECT_EQ(report.nodes[1].node, "a");
  EXPECT_EQ(report.nodes[1].commits, 1);
  EXPECT_EQ(report.nodes[1].flakes.size(), 2U);
  EXPECT_EQ(report.nodes[1].last_at, 9);
  EXPECT_EQ(report.nodes[2].node, "c");
}

TEST(Flakes, ComeFromTheRunsOfTheCheckoutWithTheirTallies) {
  StoredLedger ledger;
  ledger.Run(1000, {{"build", NodeStatus::kFailed}}, Verdict::kFailed);
  ledger.Run(2000, {{"build"}});
  ledger.Run(3000, {{"build"}});
  const LedgerPlace place{ledger.state(), std::string(StoredLedger::kCheckout)};
  const auto report = ListedFlakes(place, false);
  ASSERT_TRUE(report.has_value()) << report.error().message();
  ASSERT_EQ(report->nodes.size(), 1U);
  const model::FlakyNodeReport& node = report->nodes.front();
  EXPECT_EQ(node.node, "build@x86_64-linux");
  EXPECT_EQ(node.attempts, 3);
  EXPECT_EQ(node.red, 1);
  EXPECT_EQ(node.ok, 2);
  EXPECT_EQ(node.flakes.front().run, "26d2c2d#1");
  EXPECT_FALSE(report->truncated);
  EXPECT_TRUE(ListedFlakes(LedgerPlace{ledger.state(), "another"}, false)->nodes.empty());
  EXPECT_EQ(ListedFlakes(LedgerPlace{ledger.state(), ""}, true)->nodes.size(), 1U);
}

}  // namespace
}  // namespace odu::command
