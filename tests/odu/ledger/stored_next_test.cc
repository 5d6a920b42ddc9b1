#include "odu/ledger/stored_next.h"

#include <gtest/gtest.h>

#include "ledger_fixture.h"

namespace odu::ledger {
namespace {

using model::NodeStatus;
using model::Verdict;
using Strings = std::vector<std::string>;

RunRecord Record(const std::string& journal) {
  RunRecord record;
  record.header = SampleHeader();
  record.end = ScanJournal(journal, [&](JournalLine&& line) { record.Apply(std::move(line)); });
  return record;
}

TEST(StoredNext, AClosedRunIsAnsweredWithItsLastVerdict) {
  const auto reply = StoredNext(Record(SampleJournal()), {});
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_TRUE(reply->settled);
  EXPECT_TRUE(reply->passed);
  EXPECT_EQ(reply->verdict, Verdict::kPassed);
  EXPECT_EQ(reply->run, "26d2c2d#1");
  EXPECT_EQ(reply->duration_ms, 11);
}

TEST(StoredNext, CursorsOfItsCoordinatorKeepTheirMeaning) {
  const RunRecord record = Record(SampleJournal());
  model::NextRequest request;
  // One node was red once.
  request.after = record.header.run_id + ".1";
  const auto reply = StoredNext(record, request);
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->cursor, request.after);
  request.after = record.header.run_id + ".2";
  EXPECT_EQ(StoredNext(record, request).error().code(), "bad_cursor");
  request.after.clear();
  request.expected_sha = "1234567";
  EXPECT_EQ(StoredNext(record, request).error().code(), "checkout_moved");
}

TEST(StoredNext, ARunThatNobodyBroughtToItsEndHasNotPassed) {
  std::string journal;
  EncodeLine(journal, 1000, JournalBody(SampleRequest()));
  for (const char* name : {"_ci-setup", "build"}) {
    model::Node node = SampleNode(name, NodeStatus::kOk);
    node.log_complete = true;
    EncodeLine(journal, 1001, node);
  }
  auto reply = StoredNext(Record(journal), {});
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->settled);
  EXPECT_FALSE(reply->passed);
  EXPECT_EQ(reply->verdict, Verdict::kIncomplete);
  // Not even when all of it is green: nobody looked at the whole.
  model::Node node = SampleNode("test", NodeStatus::kOk);
  node.log_complete = true;
  EncodeLine(journal, 1002, node);
  EXPECT_EQ(StoredNext(Record(journal), {})->verdict, Verdict::kIncomplete);
  EncodeLine(journal, 1003, SampleNode("test", NodeStatus::kFailed));
  reply = StoredNext(Record(journal), {});
  EXPECT_EQ(reply->verdict, Verdict::kFailed);
  EXPECT_EQ(reply->failed, Strings{"test@" + std::string(kPlatform)});
}

}  // namespace
}  // namespace odu::ledger
