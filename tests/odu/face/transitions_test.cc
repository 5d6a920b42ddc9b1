#include "odu/face/transitions.h"

#include <gtest/gtest.h>

#include <random>

#include "sample_view.h"

namespace odu::face {
namespace {

using model::Node;
using model::NodeStatus;

std::vector<std::string> Told(Transitions& transitions, std::vector<Node> batch) {
  std::vector<std::string> told;
  for (const Node& node : transitions.Take(batch)) {
    told.push_back(std::string(model::StatusName(node.status)) + " " + node.recipe +
                   (node.attempt > 1 ? "#" + std::to_string(node.attempt) : ""));
  }
  return told;
}

using Lines = std::vector<std::string>;

TEST(Transitions, PendingIsSilent) {
  Transitions transitions;
  EXPECT_EQ(Told(transitions, {SampleNode("a", NodeStatus::kPending, 0)}), Lines{});
}

TEST(Transitions, ANodeThatEndedBetweenTwoLooksRanFirst) {
  Transitions transitions;
  EXPECT_EQ(Told(transitions, {SampleNode("a", NodeStatus::kOk, 0, 0, 5)}),
            (Lines{"running a", "ok a"}));
}

TEST(Transitions, TheRunningThatIsMadeUpKnowsNothingOfTheEnd) {
  Transitions transitions;
  Node failed = SampleNode("a", NodeStatus::kFailed, 0, 0, 5);
  failed.exit_code = 3;
  failed.reason = "exit 3";
  const std::vector<Node> told = transitions.Take(std::vector{failed});
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].exit_code, std::nullopt);
  EXPECT_EQ(told[0].duration_ms, std::nullopt);
  EXPECT_EQ(told[0].reason, "");
  EXPECT_EQ(told[1], failed);
}

TEST(Transitions, WhatWasSaidIsNotSaidAgain) {
  Transitions transitions;
  const Node running = SampleNode("a", NodeStatus::kRunning, 0, 0);
  EXPECT_EQ(Told(transitions, {running}), (Lines{"running a"}));
  EXPECT_EQ(Told(transitions, {running}), Lines{});
  const Node ok = SampleNode("a", NodeStatus::kOk, 0, 0, 5);
  EXPECT_EQ(Told(transitions, {ok}), (Lines{"ok a"}));
  EXPECT_EQ(Told(transitions, {ok}), Lines{});
  // A coordinator that just adopted the run may know less for a moment.
  EXPECT_EQ(Told(transitions, {SampleNode("a", NodeStatus::kPending, 0)}), Lines{});
  EXPECT_EQ(Told(transitions, {running}), Lines{});
  EXPECT_EQ(Told(transitions, {ok}), Lines{});
}

TEST(Transitions, ASkippedNodeNeverRan) {
  Transitions transitions;
  EXPECT_EQ(Told(transitions, {SampleNode("a", NodeStatus::kSkipped, 0, 0, 0)}),
            (Lines{"skipped a"}));
}

TEST(Transitions, AnotherAttemptIsSaidAnew) {
  Transitions transitions;
  EXPECT_EQ(Told(transitions, {SampleNode("a", NodeStatus::kFailed, 0, 0, 5)}),
            (Lines{"running a", "failed a"}));
  Node second = SampleNode("a", NodeStatus::kRunning, 0, 50);
  second.attempt = 2;
  EXPECT_EQ(Told(transitions, {second}), (Lines{"running a#2"}));
  EXPECT_EQ(Told(transitions, {SampleNode("a", NodeStatus::kFailed, 0, 0, 5)}), Lines{});
}

TEST(Transitions, ABatchIsToldInTheOrderOfTime) {
  Transitions transitions;
  EXPECT_EQ(Told(transitions, {SampleNode("c", NodeStatus::kRunning, 2, 30),
                               SampleNode("d", NodeStatus::kSkipped, 3),
                               SampleNode("b", NodeStatus::kOk, 1, 10, 20),
                               SampleNode("a", NodeStatus::kFailed, 0, 0, 5)}),
            (Lines{"running a", "failed a", "running b", "ok b", "running c", "skipped d"}));
}

TEST(Transitions, AChainWithinOneMillisecondIsAChain) {
  Transitions transitions;
  EXPECT_EQ(Told(transitions, {SampleNode("b", NodeStatus::kOk, 1, 7, 0),
                               SampleNode("a", NodeStatus::kOk, 0, 7, 0)}),
            (Lines{"running a", "ok a", "running b", "ok b"}));
}

TEST(Transitions, HoweverStatesAreMergedEachIsToldOnceAndInOrder) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    Transitions transitions;
    std::vector<std::string> told;
    const std::vector<Node> states{SampleNode("a", NodeStatus::kPending, 0),
                                   SampleNode("a", NodeStatus::kRunning, 0, 1),
                                   SampleNode("a", NodeStatus::kOk, 0, 1, 4)};
    for (size_t at = 0; at < states.size(); ++at) {
      // The link loses some states and tells others again.
      const size_t from = random() % 3 == 0 ? random() % (at + 1) : at;
      const bool dropped = at + 1 < states.size() && random() % 2 == 0;
      if (!dropped) {
        for (size_t i = from; i <= at; ++i) {
          for (std::string& line : Told(transitions, {states[i]})) {
            told.push_back(std::move(line));
          }
        }
      }
    }
    EXPECT_EQ(told, (Lines{"running a", "ok a"})) << round;
  }
}

}  // namespace
}  // namespace odu::face
