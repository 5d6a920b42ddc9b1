#include "odu/coordinator/last_words.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "odu/model/lane_journal.h"
#include "os/file_system.h"
#include "support/no_file_grows.h"
#include "support/temp_dir.h"
#include "surface/codec.h"

namespace odu::coordinator {
namespace {

TEST(LastWords, AreTheNewestLineOfEachAttempt) {
  const support::TempDir dir;
  const model::LaneFolder folder(dir.path());
  EXPECT_TRUE(LastWordsOf(folder).empty());
  model::Attempt attempt;
  attempt.node = "build";
  std::string journal = model::LaneJournalLine("attempt", surface::Encoded(attempt));
  attempt.status = model::NodeStatus::kOk;
  journal += model::LaneJournalLine("attempt", surface::Encoded(attempt));
  dir.Write("journal.ndjson", journal + "{\"attempt\":{\"no");
  const auto words = LastWordsOf(folder);
  ASSERT_EQ(words.size(), 1);
  EXPECT_EQ(words[0].status, model::NodeStatus::kOk);
}

TEST(LastWords, ALogThatIsNotWhatItsRecordSaysIsNotComplete) {
  const support::TempDir dir;
  const model::LaneFolder folder(dir.path());
  std::vector<model::Attempt> attempts(4);
  for (model::Attempt& attempt : attempts) {
    attempt.status = model::NodeStatus::kOk;
    attempt.log_bytes = 3;
    attempt.log_sha256 = base::Sha256Hex("abc");
    attempt.log_complete = true;
  }
  attempts[0].node = "whole";
  dir.Write("logs/whole.1.log", "abc");
  attempts[1].node = "zeros";
  dir.Write("logs/zeros.1.log", std::string(3, '\0'));
  attempts[2].node = "gone";
  attempts[3].node = "short";
  dir.Write("logs/short.1.log", "ab");
  DoubtLogs(folder, attempts);
  EXPECT_TRUE(attempts[0].log_complete);
  EXPECT_FALSE(attempts[1].log_complete);
  EXPECT_FALSE(attempts[2].log_complete);
  EXPECT_FALSE(attempts[3].log_complete);
}

TEST(LastWords, ALaneIsDoneWithWhenItIsDeadAndTheRecordKnowsItAll) {
  const support::TempDir dir;
  const ledger::RunFolder folder{dir.path()};
  const model::LaneFolder lane(folder.lane("p"));
  ASSERT_TRUE(os::MakeDirs(lane.path()));
  ledger::RunRecord record;
  EXPECT_FALSE(IsDoneWith(record, folder, "p"));
  ASSERT_TRUE(os::WriteFileAtomic(lane.lock(), ""));
  model::Attempt attempt;
  attempt.node = "build";
  attempt.status = model::NodeStatus::kOk;
  const std::string ok = model::LaneJournalLine("attempt", surface::Encoded(attempt));
  ASSERT_TRUE(os::WriteFileAtomic(lane.journal(), ok));
  EXPECT_FALSE(IsDoneWith(record, folder, "p"));
  record.nodes["build@p"].attempt = 1;
  EXPECT_TRUE(IsDoneWith(record, folder, "p"));
  // A rerun that the record has not heard of.
  attempt.n = 2;
  attempt.status = model::NodeStatus::kPending;
  ASSERT_TRUE(os::WriteFileAtomic(
      lane.journal(), ok + model::LaneJournalLine("attempt", surface::Encoded(attempt))));
  EXPECT_FALSE(IsDoneWith(record, folder, "p"));
}

TEST(LastWords, ALaneThatWroteItsEndWasNotKilled) {
  const support::TempDir dir;
  const model::LaneFolder folder(dir.path());
  EXPECT_FALSE(EndedByItself(folder));
  dir.Write("journal.ndjson",
            model::LaneJournalLine("ended", surface::Encoded(model::LaneEnded())));
  EXPECT_TRUE(EndedByItself(folder));
}

TEST(LastWords, ALaneThatWroteNothingDownNeverHadAPlan) {
  const support::TempDir dir;
  const model::LaneFolder folder(dir.path());
  EXPECT_FALSE(HadPlan(folder));
  dir.Write("journal.ndjson", "");
  EXPECT_FALSE(HadPlan(folder));
  const std::string line =
      model::LaneJournalLine("configured", surface::Encoded(model::LaneConfigured()));
  dir.Write("journal.ndjson", line.substr(0, line.size() / 2));
  EXPECT_FALSE(HadPlan(folder));
  dir.Write("journal.ndjson", line);
  EXPECT_TRUE(HadPlan(folder));
  dir.Write("journal.ndjson", "no line of ours\n");
  EXPECT_TRUE(HadPlan(folder));
}

TEST(LastWords, AnEpitaphIsALineOfItsOwn) {
  const support::TempDir dir;
  EXPECT_EQ(WriteEpitaph(dir / "logs/new.log", "lane died"), 16U);
  EXPECT_EQ(dir.Read("logs/new.log"), "[odu] lane died\n");
  dir.Write("logs/old.log", "half a li");
  EXPECT_EQ(WriteEpitaph(dir / "logs/old.log", "lane died"), 26U);
  EXPECT_EQ(dir.Read("logs/old.log"), "half a li\n[odu] lane died\n");
}

TEST(LastWords, WithoutRoomForAnEpitaphALogKeepsWhatItHas) {
  const support::TempDir dir;
  dir.Write("logs/old.log", "half a li");
  const support::NoFileGrows full;
  EXPECT_EQ(WriteEpitaph(dir / "logs/old.log", "lane died"), 9U);
  EXPECT_EQ(dir.Read("logs/old.log"), "half a li");
}

}  // namespace
}  // namespace odu::coordinator
