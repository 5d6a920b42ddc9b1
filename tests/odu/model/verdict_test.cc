#include "odu/model/verdict.h"

#include <gtest/gtest.h>

#include <vector>

namespace odu::model {
namespace {

Node Ended(NodeStatus status, bool log_complete = true) {
  Node node;
  node.status = status;
  node.log_complete = log_complete;
  return node;
}

TEST(Verdict, PassedNeedsEveryExpectedNodeOkWithItsWholeLog) {
  const std::vector<Node> both{Ended(NodeStatus::kOk), Ended(NodeStatus::kOk)};
  EXPECT_EQ(Judge(both, 2), Verdict::kPassed);
  EXPECT_EQ(Judge(both, 3), Verdict::kIncomplete) << "a node was expected that never came";
  EXPECT_EQ(Judge(both, 1), Verdict::kIncomplete) << "more ran than was expected";
  const std::vector<Node> cut{Ended(NodeStatus::kOk), Ended(NodeStatus::kOk, false)};
  EXPECT_EQ(Judge(cut, 2), Verdict::kIncomplete) << "a log is not whole";
}

TEST(Verdict, AnEmptySetIsNeverGreen) {
  EXPECT_EQ(Judge({}, 0), Verdict::kIncomplete);
}

TEST(Verdict, WhatNeverRanIsNotPassed) {
  for (const NodeStatus status :
       {NodeStatus::kPending, NodeStatus::kRunning, NodeStatus::kSkipped}) {
    const std::vector<Node> nodes{Ended(NodeStatus::kOk), Ended(status)};
    EXPECT_EQ(Judge(nodes, 2), Verdict::kIncomplete) << StatusName(status);
  }
}

TEST(Verdict, FailedStandsOverCancelledAndCancelledOverIncomplete) {
  const std::vector<Node> all{Ended(NodeStatus::kCancelled), Ended(NodeStatus::kErrored),
                              Ended(NodeStatus::kSkipped)};
  EXPECT_EQ(Judge(all, 3), Verdict::kFailed);
  const std::vector<Node> cancelled{Ended(NodeStatus::kCancelled), Ended(NodeStatus::kSkipped)};
  EXPECT_EQ(Judge(cancelled, 9), Verdict::kCancelled);
}

TEST(Verdict, ExitCodesAreThoseOfTheContract) {
  EXPECT_EQ(ExitCodeOf(Verdict::kPassed), 0);
  EXPECT_EQ(ExitCodeOf(Verdict::kFailed), 1);
  EXPECT_EQ(ExitCodeOf(Verdict::kCancelled), 1);
  EXPECT_EQ(ExitCodeOf(Verdict::kIncomplete), 3);
}

}  // namespace
}  // namespace odu::model
