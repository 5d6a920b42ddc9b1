#include "odu/coordinator/needs_gate.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "odu/model/ids.h"

namespace odu::coordinator {
namespace {

using model::NodeStatus;

class NeedsGateTest : public ::testing::Test {
 protected:
  NeedsGateTest() {
    model::LanePlan plan;
    plan.nodes = {{"lint", "lint", {"true"}, {}},
                  {"build", "build", {"true"}, {}},
                  {"test", "test", {"true"}, {"build"}},
                  {"pack", "pack", {"true"}, {"test", "lint"}}};
    gate_.SetPlan(plan);
  }

  void Heard(std::string node, NodeStatus status, int32_t n = 1) {
    model::Attempt attempt;
    attempt.node = std::move(node);
    attempt.status = status;
    attempt.n = n;
    gate_.Heard(attempt);
  }

  void SetUpDone() {
    Heard(std::string(model::kSetupRecipe), NodeStatus::kRunning);
    Heard(std::string(model::kSetupRecipe), NodeStatus::kOk);
    seen_.clear();
  }

  std::vector<std::string> seen_;
  NeedsGate gate_{[this](const model::Attempt& attempt) {
    seen_.push_back(attempt.node + " " + std::string(model::StatusName(attempt.status)));
  }};
};

using Seen = std::vector<std::string>;

TEST_F(NeedsGateTest, NothingBeginsBeforeTheSetupHasEnded) {
  Heard("_ci-setup", NodeStatus::kRunning);
  Heard("build", NodeStatus::kRunning);
  Heard("build", NodeStatus::kOk);
  EXPECT_EQ(seen_, (Seen{"_ci-setup running"}));
  Heard("_ci-setup", NodeStatus::kOk);
  EXPECT_EQ(seen_, (Seen{"_ci-setup running", "_ci-setup ok", "build running", "build ok"}));
}

TEST_F(NeedsGateTest, WhatWaitsForAWaitingNodeFollowsIt) {
  SetUpDone();
  Heard("build", NodeStatus::kRunning);
  Heard("test", NodeStatus::kRunning);
  Heard("test", NodeStatus::kOk);
  Heard("lint", NodeStatus::kOk);
  Heard("pack", NodeStatus::kRunning);
  EXPECT_EQ(seen_, (Seen{"build running", "lint ok"}));
  Heard("build", NodeStatus::kOk);
  EXPECT_EQ(seen_, (Seen{"build running", "lint ok", "build ok", "test running", "test ok",
                         "pack running"}));
}

TEST_F(NeedsGateTest, ANodeIsSkippedAfterWhatItNeedsFailed) {
  SetUpDone();
  Heard("build", NodeStatus::kRunning);
  Heard("test", NodeStatus::kSkipped);
  EXPECT_EQ(seen_, (Seen{"build running"}));
  Heard("build", NodeStatus::kFailed);
  EXPECT_EQ(seen_, (Seen{"build running", "build failed", "test skipped"}));
}

TEST_F(NeedsGateTest, ARerunIsKeptInOrderToo) {
  SetUpDone();
  Heard("build", NodeStatus::kOk);
  Heard("test", NodeStatus::kOk);
  seen_.clear();
  Heard("build", NodeStatus::kPending, 2);
  Heard("test", NodeStatus::kPending, 2);
  Heard("build", NodeStatus::kRunning, 2);
  Heard("test", NodeStatus::kRunning, 2);
  EXPECT_EQ(seen_, (Seen{"build pending", "test pending", "build running"}));
  Heard("build", NodeStatus::kOk, 2);
  EXPECT_EQ(seen_,
            (Seen{"build pending", "test pending", "build running", "build ok", "test running"}));
}

TEST_F(NeedsGateTest, ALateEndOfAnEarlierAttemptOpensNothing) {
  SetUpDone();
  Heard("build", NodeStatus::kPending, 2);
  Heard("build", NodeStatus::kOk, 1);
  seen_.clear();
  Heard("test", NodeStatus::kRunning, 2);
  EXPECT_EQ(seen_, Seen{});
}

}  // namespace
}  // namespace odu::coordinator
