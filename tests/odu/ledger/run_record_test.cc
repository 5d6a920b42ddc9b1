#include "odu/ledger/run_record.h"

#include <gtest/gtest.h>

#include "ledger_fixture.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::ledger {
namespace {

using model::NodeStatus;
using model::Verdict;

class RunRecordTest : public testing::Test {
 protected:
  RunRecordTest() { folder_ = CreateRun(state_.path(), SampleHeader(), {}).value(); }
  void WriteJournal(std::string_view text) {
    ASSERT_TRUE(os::WriteFileAtomic(folder_.journal(), text).has_value());
  }
  /// The first `lines` lines of the sample.
  static std::string_view Lines(const std::string& text, size_t lines) {
    size_t end = 0;
    for (size_t i = 0; i < lines; ++i) {
      end = text.find('\n', end) + 1;
    }
    return std::string_view(text).substr(0, end);
  }

  support::TempDir state_;
  RunFolder folder_;
  const std::string sample_ = SampleJournal();
};

TEST_F(RunRecordTest, AWholeJournalIsReplayed) {
  WriteJournal(sample_);
  const auto record = ReadRun(folder_);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->nodes.size(), 3U);
  EXPECT_EQ(record->nodes.at("build@x86_64-linux").status, NodeStatus::kOk);
  EXPECT_EQ(record->nodes.at("build@x86_64-linux").attempt, 2);
  EXPECT_EQ(record->lanes.at("x86_64-linux").state, "connected");
  EXPECT_EQ(record->epoch, 4U);
  EXPECT_EQ(record->revisions, 2);
  EXPECT_EQ(record->settled_at, 1011);
  EXPECT_EQ(record->closed->verdict, Verdict::kPassed);
  EXPECT_EQ(record->request->request_id, "r1");
  const model::RunSummary summary = SummaryOf(*record);
  EXPECT_EQ(summary.verdict, Verdict::kPassed);
  EXPECT_EQ(summary.finished_at, 1011);
  EXPECT_EQ(summary.nodes, 3);
  EXPECT_TRUE(summary.red.empty());
}

TEST_F(RunRecordTest, ASettledRunHasItsVerdictUntilSomethingRunsAgain) {
  WriteJournal(Lines(sample_, 8));
  auto record = ReadRun(folder_);
  EXPECT_EQ(SummaryOf(*record).verdict, Verdict::kFailed);
  EXPECT_EQ(SummaryOf(*record).red, std::vector<std::string>{"build@x86_64-linux"});
  EXPECT_FALSE(record->closed.has_value());
  WriteJournal(Lines(sample_, 9));
  record = ReadRun(folder_);
  EXPECT_EQ(SummaryOf(*record).verdict, std::nullopt);
  EXPECT_EQ(record->revisions, 1);
}

TEST_F(RunRecordTest, CutAtEveryLengthItNeverClaimsMoreThanHappened) {
  for (size_t length = 0; length < sample_.size(); ++length) {
    RunRecord record;
    ScanJournal(std::string_view(sample_).substr(0, length),
                [&](JournalLine&& line) { record.Apply(std::move(line)); });
    ASSERT_FALSE(record.closed.has_value()) << length;
    const auto verdict = SummaryOf(record).verdict;
    if (verdict == Verdict::kPassed) {
      ASSERT_EQ(record.revisions, 2) << length;
    }
  }
}

TEST_F(RunRecordTest, WithoutAJournalItIsUnfinishedAndSaysSo) {
  const auto record = ReadRun(folder_);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->end.damaged, "there is no journal");
  EXPECT_EQ(SummaryOf(*record).verdict, std::nullopt);
  EXPECT_EQ(record->epoch, 3U);
}

TEST_F(RunRecordTest, AWrittenSummaryStandsInForTheJournal) {
  WriteJournal(sample_);
  const model::RunSummary summary = SummaryOf(ReadRun(folder_).value());
  EXPECT_EQ(ReadSummary(folder_), summary);
  ASSERT_TRUE(WriteSummary(folder_, summary).has_value());
  ASSERT_TRUE(os::RemoveTree(folder_.journal()).has_value());
  EXPECT_EQ(ReadSummary(folder_), summary);
}

TEST_F(RunRecordTest, ADamagedSummaryIsMadeAgain) {
  WriteJournal(sample_);
  const model::RunSummary summary = SummaryOf(ReadRun(folder_).value());
  ASSERT_TRUE(os::WriteFileAtomic(folder_.summary(), "{\"run_id\":").has_value());
  EXPECT_EQ(ReadSummary(folder_), summary);
}

}  // namespace
}  // namespace odu::ledger
