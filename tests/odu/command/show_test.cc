#include "odu/command/show.h"

#include <gtest/gtest.h>

#include <fstream>

#include "odu/ledger/expired.h"
#include "odu/ledger/stored_ledger.h"
#include "os/file_lock.h"

namespace odu::command {
namespace {

using ledger::StoredLedger;
using model::NodeStatus;
using model::Verdict;
using Strings = std::vector<std::string>;

class ShowTest : public testing::Test {
 protected:
  base::Result<model::RunReport> Show(const std::string& word) {
    return ShowRun(LedgerPlace{ledger_.state(), std::string(StoredLedger::kCheckout)}, word);
  }
  const model::NodeReport& Node(const model::RunReport& report, const std::string& name) {
    for (const model::NodeReport& node : report.nodes) {
      if (node.name == name + "@x86_64-linux") {
        return node;
      }
    }
    ADD_FAILURE() << name;
    return report.nodes.front();
  }
  StoredLedger ledger_;
};

TEST_F(ShowTest, TellsAttemptsScopeAskerAndWhatIsOwed) {
  ledger_.Run(1000, {{"build", NodeStatus::kFailed, 1, 500}, {"build", NodeStatus::kOk, 2, 700}},
              Verdict::kIncomplete);
  const auto report = Show("latest");
  ASSERT_TRUE(report.has_value()) << report.error().message();
  EXPECT_EQ(report->ref, "26d2c2d#1");
  EXPECT_EQ(report->state, "closed");
  EXPECT_EQ(report->verdict, Verdict::kIncomplete);
  EXPECT_EQ(report->scope.selectors, (Strings{"build"}));
  EXPECT_EQ(report->started_by, "odu run (pid 1)");
  EXPECT_EQ(report->expected, 3);
  EXPECT_EQ(report->owed, (Strings{"_ci-setup@x86_64-linux", "test@x86_64-linux"}));
  const model::NodeReport& build = Node(*report, "build");
  EXPECT_TRUE(build.flaky);
  ASSERT_EQ(build.attempts.size(), 2U);
  EXPECT_EQ(build.attempts[0].status, NodeStatus::kFailed);
  EXPECT_EQ(build.attempts[1].duration_ms, 700);
  EXPECT_EQ(report->lanes.front().host, "localhost");
  EXPECT_EQ(Show("")->run_id, report->run_id);
}

TEST_F(ShowTest, TheCriticalPathFollowsTheNeeds) {
  ledger_.Run(1000, {{"_ci-setup", NodeStatus::kOk, 1, 200}, {"build", NodeStatus::kOk, 1, 900}});
  const auto report = Show("latest");
  EXPECT_EQ(report->critical_path, (Strings{"_ci-setup@x86_64-linux", "build@x86_64-linux"}));
  EXPECT_EQ(report->critical_ms, 900);
}

TEST_F(ShowTest, ANodeTwiceAsSlowAsItsOwnHistorySaysSo) {
  for (int i = 0; i < 4; ++i) {
    ledger_.Run(1000 + i, {{"build", NodeStatus::kOk, 1, 2000}, {"test"}});
  }
  const std::string slow = ledger_.Run(2000, {{"build", NodeStatus::kOk, 1, 4000}, {"test"}});
  // What came later is not its history.
  for (int i = 0; i < 9; ++i) {
    ledger_.Run(3000 + i, {{"build", NodeStatus::kOk, 1, 90000}});
  }
  const auto report = Show(slow);
  EXPECT_EQ(Node(*report, "build").usual_ms, 2000);
  EXPECT_EQ(Node(*report, "test").usual_ms, std::nullopt);
}

TEST_F(ShowTest, ALiveAnUnfinishedAndAnOpenRunSaySo) {
  const std::string run_id = ledger_.Run(1000, {{"build"}}, std::nullopt);
  EXPECT_EQ(Show(run_id)->state, "unfinished");
  const auto lock = os::FileLock::TryLock(
      ledger::CheckoutFolderOf(ledger_.state(), StoredLedger::kCheckout).path + "/lock");
  EXPECT_EQ(Show(run_id)->state, "running");
  const std::string journal = ledger::FolderOf(ledger_.state(), run_id).journal();
  ledger::SettledLine settled;
  settled.verdict = Verdict::kFailed;
  std::string line;
  ledger::EncodeLine(line, 1005, ledger::JournalBody(settled));
  std::ofstream(journal, std::ios::app) << line;
  EXPECT_EQ(Show(run_id)->state, "open");
  EXPECT_EQ(Show(run_id)->verdict, Verdict::kFailed);
}

TEST_F(ShowTest, GarbageInTheJournalIsShownAsDamageAndWhatIsBeforeItCounts) {
  const std::string run_id = ledger_.Run(1000, {{"build"}}, std::nullopt);
  const std::string journal = ledger::FolderOf(ledger_.state(), run_id).journal();
  std::ofstream(journal, std::ios::app) << "\x01garbage\n";
  ledger_.Close(run_id, Verdict::kPassed, 2000);
  const auto report = Show(run_id);
  ASSERT_TRUE(report.has_value());
  EXPECT_NE(report->damage.find("line 3"), std::string::npos) << report->damage;
  EXPECT_EQ(Node(*report, "build").status, NodeStatus::kOk);
  EXPECT_EQ(report->state, "unfinished");
  EXPECT_EQ(report->verdict, std::nullopt);
}

TEST_F(ShowTest, ALogIsNamedWhereItIs) {
  const std::string run_id = ledger_.Run(1000, {{"build"}, {"test"}});
  const std::string logs = ledger::FolderOf(ledger_.state(), run_id).lane("x86_64-linux") + "/logs";
  ASSERT_TRUE(os::MakeDirs(logs).has_value());
  ASSERT_TRUE(os::WriteFileAtomic(logs + "/build.1.log", "x\n").has_value());
  const auto report = Show(run_id);
  EXPECT_EQ(Node(*report, "build").log, logs + "/build.1.log");
  EXPECT_EQ(Node(*report, "test").log, "");
}

TEST_F(ShowTest, AnExpiredRunStillSaysHowItEnded) {
  const std::string run_id = ledger_.Run(1000, {{"build", NodeStatus::kFailed}}, Verdict::kFailed);
  ledger::ExpiredRun expired;
  expired.summary = *ledger::ReadSummary(ledger::FolderOf(ledger_.state(), run_id));
  expired.expired_at = 9000;
  ASSERT_TRUE(ledger::RecordExpired(ledger_.state(), {expired}).has_value());
  ASSERT_TRUE(os::RemoveTree(ledger::FolderOf(ledger_.state(), run_id).path).has_value());
  const auto report = Show("26d2c2d#1");
  ASSERT_TRUE(report.has_value()) << report.error().message();
  EXPECT_EQ(report->state, "expired");
  EXPECT_EQ(report->verdict, Verdict::kFailed);
  EXPECT_EQ(report->expired_at, 9000);
  ASSERT_EQ(report->nodes.size(), 1U);
  EXPECT_EQ(report->nodes[0].name, "build@x86_64-linux");
}

TEST_F(ShowTest, WhatIsNoRunIsRefused) {
  ledger_.Run(1000, {});
  EXPECT_EQ(Show("26d2c2d#9").error().code(), "no_run");
  EXPECT_EQ(Show("nonsense").error().code(), "no_run");
}

}  // namespace
}  // namespace odu::command
