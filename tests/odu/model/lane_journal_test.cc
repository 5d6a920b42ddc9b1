#include "odu/model/lane_journal.h"

#include <gtest/gtest.h>

namespace odu::model {
namespace {

Attempt Of(std::string node, int n, NodeStatus status) {
  Attempt attempt;
  attempt.node = std::move(node);
  attempt.n = n;
  attempt.status = status;
  return attempt;
}

std::string Sample() {
  LaneConfigured configured;
  configured.run_id = "R";
  configured.platform = "x86_64-linux";
  LaneEnded ended;
  ended.why = "released";
  return LaneJournalLine("configured", surface::Encoded(configured)) +
         LaneJournalLine("attempt", surface::Encoded(Of("a", 1, NodeStatus::kRunning))) +
         LaneJournalLine("attempt", surface::Encoded(Of("a", 1, NodeStatus::kFailed))) +
         LaneJournalLine("attempt", surface::Encoded(Of("a", 2, NodeStatus::kRunning))) +
         LaneJournalLine("ended", surface::Encoded(ended));
}

TEST(LaneJournal, TheLastLineOfAnAttemptCounts) {
  const LaneHistory history = ReadLaneJournal(Sample());
  EXPECT_EQ(history.configured->run_id, "R");
  ASSERT_EQ(history.attempts.size(), 2U);
  EXPECT_EQ(history.attempts.at("a#1").status, NodeStatus::kFailed);
  EXPECT_EQ(history.attempts.at("a#2").status, NodeStatus::kRunning);
  EXPECT_EQ(history.ended->why, "released");
  EXPECT_FALSE(history.damaged);
  EXPECT_EQ(history.whole_bytes, Sample().size());
}

TEST(LaneJournal, IsReadAtEveryLengthAndATornLastLineIsNoDamage) {
  const std::string whole = Sample();
  for (size_t length = 0; length <= whole.size(); ++length) {
    const LaneHistory history = ReadLaneJournal(whole.substr(0, length));
    EXPECT_FALSE(history.damaged) << length;
    const size_t newline = length == 0 ? std::string::npos : whole.rfind('\n', length - 1);
    EXPECT_EQ(history.whole_bytes, newline == std::string::npos ? 0 : newline + 1) << length;
    EXPECT_EQ(history.ended.has_value(), length == whole.size()) << length;
  }
}

TEST(LaneJournal, WhatStandsBeforeAnUnreadableLineCounts) {
  for (const char* bad : {"garbage\n", "{}x\n", "[]\n", "\n", "{\"attempt\":{\"n\":\"x\"}}\n"}) {
    const std::string text =
        LaneJournalLine("attempt", surface::Encoded(Of("a", 1, NodeStatus::kOk)));
    const LaneHistory history =
        ReadLaneJournal(text + bad + LaneJournalLine("ended", "{\"why\":\"x\"}"));
    EXPECT_TRUE(history.damaged) << bad;
    EXPECT_EQ(history.whole_bytes, text.size()) << bad;
    EXPECT_EQ(history.attempts.size(), 1U) << bad;
    EXPECT_FALSE(history.ended.has_value()) << bad;
  }
}

TEST(LaneJournal, ALineOfALaterBuildIsPassedOver) {
  const LaneHistory history = ReadLaneJournal("{\"weather\":{\"sun\":true}}\n" + Sample());
  EXPECT_FALSE(history.damaged);
  EXPECT_TRUE(history.configured.has_value());
}

}  // namespace
}  // namespace odu::model
