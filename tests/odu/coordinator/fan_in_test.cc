#include "odu/coordinator/fan_in.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "odu/model/verdict.h"

namespace odu::coordinator {
namespace {

using model::Attempt;
using model::LanePlan;
using model::Node;
using model::NodeStatus;
using model::RunPhase;
using model::Verdict;

constexpr std::string_view kLinux = "x86_64-linux";
constexpr std::string_view kMac = "aarch64-darwin";

LanePlan Plan(std::string_view platform, const std::vector<std::string>& instances) {
  LanePlan plan;
  plan.platform = platform;
  for (const std::string& instance : instances) {
    plan.nodes.push_back({instance, instance, {"true"}, {}});
  }
  return plan;
}

Attempt At(std::string node, int32_t n, NodeStatus status, uint64_t log_bytes = 0) {
  Attempt attempt;
  attempt.node = std::move(node);
  attempt.n = n;
  attempt.status = status;
  attempt.started_at = 1000;
  if (model::IsTerminal(status)) {
    attempt.duration_ms = 5;
    attempt.log_bytes = log_bytes;
    attempt.log_complete = true;
  }
  return attempt;
}

FanIn TwoLanes() {
  const std::vector<LanePlan> plans{Plan(kMac, {"build"}), Plan(kLinux, {"build", "test"})};
  return FanIn("R", "abcdef0", plans);
}

Applied Say(FanIn& run, std::string_view platform, const Attempt& attempt) {
  return run.Apply(platform, attempt, attempt.log_bytes, true);
}

TEST(FanIn, ALogThatTurnsOutToBeLostTakesTheGreenAway) {
  const std::vector<LanePlan> plans{Plan(kLinux, {})};
  FanIn run("R", "abcdef0", plans);
  Attempt attempt = At("_ci-setup", 1, NodeStatus::kOk, 10);
  EXPECT_EQ(Say(run, kLinux, attempt), Applied::kChanged);
  EXPECT_EQ(run.verdict(), Verdict::kPassed);
  attempt.log_complete = false;
  EXPECT_EQ(run.Apply(kLinux, attempt, 10, false), Applied::kSame) << "it may come yet";
  EXPECT_EQ(Say(run, kLinux, attempt), Applied::kChanged);
  EXPECT_EQ(run.verdict(), Verdict::kIncomplete);
  EXPECT_EQ(run.nodes()[0].reason, "its log is not complete");
  EXPECT_EQ(Say(run, kLinux, attempt), Applied::kSame);
}

TEST(FanIn, NodesStandInShownOrderWithSetupFirstInEachLane) {
  const FanIn run = TwoLanes();
  std::vector<std::string> names;
  for (const Node& node : run.nodes()) {
    EXPECT_EQ(node.order, static_cast<int32_t>(names.size()));
    names.push_back(node.name);
  }
  const std::vector<std::string> expected{"_ci-setup@aarch64-darwin", "build@aarch64-darwin",
                                          "_ci-setup@x86_64-linux", "build@x86_64-linux",
                                          "test@x86_64-linux"};
  EXPECT_EQ(names, expected);
  EXPECT_EQ(run.nodes()[4].log, ".ci/abcdef0/x86_64-linux/test.log");
  EXPECT_EQ(run.Find("test@x86_64-linux"), 4);
  EXPECT_EQ(run.Find("test@aarch64-darwin"), std::nullopt);
  EXPECT_EQ(run.Find("test"), std::nullopt);
}

TEST(FanIn, IsProvisioningUntilALanesSetupHasEnded) {
  FanIn run = TwoLanes();
  EXPECT_EQ(run.phase(), RunPhase::kProvisioning);
  Say(run, kLinux, At("_ci-setup", 1, NodeStatus::kRunning));
  EXPECT_EQ(run.phase(), RunPhase::kProvisioning);
  Say(run, kLinux, At("_ci-setup", 1, NodeStatus::kOk));
  EXPECT_EQ(run.phase(), RunPhase::kRunning);
}

TEST(FanIn, IsSettledWhenAllIsTerminalAndTheLanesSaySo) {
  FanIn run = TwoLanes();
  for (const auto& [platform, node] :
       std::vector<std::pair<std::string_view, std::string>>{{kMac, "_ci-setup"},
                                                             {kMac, "build"},
                                                             {kLinux, "_ci-setup"},
                                                             {kLinux, "build"},
                                                             {kLinux, "test"}}) {
    EXPECT_FALSE(run.all_terminal());
    EXPECT_EQ(run.verdict(), Verdict::kIncomplete);
    EXPECT_EQ(Say(run, platform, At(node, 1, NodeStatus::kOk)), Applied::kChanged);
  }
  EXPECT_TRUE(run.all_terminal());
  EXPECT_FALSE(run.settled());
  run.SetLaneSettled(kMac, true);
  run.SetLaneSettled(kMac, true);
  EXPECT_FALSE(run.settled());
  run.SetLaneSettled(kLinux, true);
  EXPECT_TRUE(run.settled());
  EXPECT_EQ(run.verdict(), Verdict::kPassed);
}

TEST(FanIn, HoldsATerminalStateUntilItsLogIsHere) {
  FanIn run = TwoLanes();
  Say(run, kLinux, At("build", 1, NodeStatus::kRunning));
  EXPECT_EQ(run.Apply(kLinux, At("build", 1, NodeStatus::kOk, 100), 40, false), Applied::kHeld);
  EXPECT_EQ(run.nodes()[3].status, NodeStatus::kRunning);
  EXPECT_EQ(run.LogGrew(kLinux, "build", 1, 99), Applied::kHeld);
  EXPECT_EQ(run.LogGrew(kLinux, "test", 1, 100), Applied::kSame);
  EXPECT_EQ(run.nodes()[3].status, NodeStatus::kRunning);
  EXPECT_EQ(run.LogGrew(kLinux, "build", 1, 100), Applied::kChanged);
  EXPECT_EQ(run.nodes()[3].status, NodeStatus::kOk);
  EXPECT_TRUE(run.nodes()[3].log_complete);
  EXPECT_EQ(run.LogGrew(kLinux, "build", 1, 100), Applied::kSame);
}

TEST(FanIn, AnOkNodeWhoseLogCanNeverBeWholeIsNotAPass) {
  const std::vector<LanePlan> plans{Plan(kLinux, {"build"})};
  FanIn run("R", "abcdef0", plans);
  Say(run, kLinux, At("_ci-setup", 1, NodeStatus::kOk));
  EXPECT_EQ(run.Apply(kLinux, At("build", 1, NodeStatus::kOk, 100), 40, true), Applied::kChanged);
  EXPECT_FALSE(run.nodes()[1].log_complete);
  EXPECT_EQ(run.nodes()[1].reason, "its log is not complete");
  EXPECT_EQ(run.verdict(), Verdict::kIncomplete);
}

TEST(FanIn, ATerminalNodeStaysAsItIs) {
  FanIn run = TwoLanes();
  Say(run, kLinux, At("build", 1, NodeStatus::kFailed));
  const Node before = run.nodes()[3];
  EXPECT_EQ(Say(run, kLinux, At("build", 1, NodeStatus::kRunning)), Applied::kSame);
  EXPECT_EQ(Say(run, kLinux, At("build", 1, NodeStatus::kOk)), Applied::kSame);
  EXPECT_EQ(run.nodes()[3], before);
  EXPECT_EQ(run.attention().size(), 1);
}

TEST(FanIn, UnknownNodesAndNonsenseAreToldApart) {
  FanIn run = TwoLanes();
  EXPECT_EQ(Say(run, kMac, At("test", 1, NodeStatus::kOk)), Applied::kUnknown);
  EXPECT_EQ(Say(run, "riscv64-linux", At("build", 1, NodeStatus::kOk)), Applied::kUnknown);
  EXPECT_EQ(Say(run, kMac, At("build", 0, NodeStatus::kOk)), Applied::kUnknown);
  EXPECT_EQ(Say(run, kMac, At("build", 1, NodeStatus::kPending)), Applied::kSame);
}

TEST(FanIn, ADeadLaneIsHonest) {
  FanIn run = TwoLanes();
  Say(run, kLinux, At("_ci-setup", 1, NodeStatus::kOk));
  Say(run, kLinux, At("build", 1, NodeStatus::kRunning));
  const auto changed = run.LaneDied(kLinux, "lane died", 1400);
  EXPECT_EQ(changed, (std::vector<size_t>{3, 4}));
  EXPECT_EQ(run.nodes()[2].status, NodeStatus::kOk);
  for (const size_t i : changed) {
    EXPECT_EQ(run.nodes()[i].status, NodeStatus::kErrored);
    EXPECT_EQ(run.nodes()[i].reason, "lane died");
    EXPECT_FALSE(run.nodes()[i].log_complete);
    EXPECT_EQ(run.nodes()[i].attempt, 1);
  }
  EXPECT_EQ(run.nodes()[3].duration_ms, 400);
  EXPECT_EQ(run.nodes()[4].duration_ms, 0);
  EXPECT_EQ(run.verdict(), Verdict::kFailed);
  EXPECT_FALSE(run.settled());
  EXPECT_EQ(run.LaneDied(kMac, "lane died", 1400).size(), 2);
  EXPECT_TRUE(run.settled());
}

TEST(FanIn, WhatALaneThatIsGivenUpLeavesUnfinishedIsCancelledAndWhatEndedStays) {
  FanIn run = TwoLanes();
  Say(run, kLinux, At("_ci-setup", 1, NodeStatus::kOk));
  Say(run, kLinux, At("build", 1, NodeStatus::kRunning));
  EXPECT_EQ(run.LaneDied(kLinux, "cancelled", 1400, NodeStatus::kCancelled).size(), 2);
  EXPECT_EQ(run.LaneDied(kMac, "cancelled", 1400, NodeStatus::kCancelled).size(), 2);
  EXPECT_EQ(run.nodes()[2].status, NodeStatus::kOk);
  EXPECT_EQ(run.nodes()[3].status, NodeStatus::kCancelled);
  EXPECT_FALSE(run.nodes()[3].log_complete);
  EXPECT_EQ(run.verdict(), Verdict::kCancelled);
  EXPECT_TRUE(run.settled());
}

TEST(FanIn, ALaneThatDiesBeforeAnythingRanIsNeverGreen) {
  FanIn run = TwoLanes();
  run.LaneDied(kLinux, "lane died", 0);
  run.LaneDied(kMac, "lane died", 0);
  EXPECT_TRUE(run.settled());
  EXPECT_EQ(run.verdict(), Verdict::kFailed);
}

TEST(FanIn, AnEmptyRunIsIncomplete) {
  const FanIn run("R", "abcdef0", {});
  EXPECT_EQ(run.verdict(), Verdict::kIncomplete);
}

TEST(FanIn, ARerunMakesTheNextAttemptAndForgetsWhatOlderOnesStillSay) {
  FanIn run = TwoLanes();
  Say(run, kLinux, At("build", 1, NodeStatus::kFailed));
  Say(run, kLinux, At("test", 1, NodeStatus::kSkipped));
  const std::vector<std::string> reset{"build", "test"};
  EXPECT_EQ(run.Reset(kLinux, reset, std::vector<int32_t>{1, 1}), (std::vector<size_t>{3, 4}));
  EXPECT_EQ(run.nodes()[3].status, NodeStatus::kPending);
  EXPECT_EQ(Say(run, kLinux, At("build", 1, NodeStatus::kFailed)), Applied::kSame);
  EXPECT_EQ(run.nodes()[3].status, NodeStatus::kPending);
  EXPECT_EQ(Say(run, kLinux, At("build", 2, NodeStatus::kOk)), Applied::kChanged);
  EXPECT_EQ(run.nodes()[3].attempt, 2);
  EXPECT_EQ(run.nodes()[3].status, NodeStatus::kOk);
}

TEST(FanIn, ARerunWhoseFirstNewsOvertookItsAnswerIsNotUndone) {
  FanIn run = TwoLanes();
  Say(run, kLinux, At("build", 1, NodeStatus::kFailed));
  Say(run, kLinux, At("test", 1, NodeStatus::kSkipped));
  Say(run, kLinux, At("build", 2, NodeStatus::kRunning));
  const std::vector<std::string> reset{"build", "test"};
  EXPECT_EQ(run.Reset(kLinux, reset, std::vector<int32_t>{1, 1}), (std::vector<size_t>{4}));
  EXPECT_EQ(run.nodes()[3].status, NodeStatus::kRunning);
  EXPECT_EQ(run.nodes()[4].status, NodeStatus::kPending);
}

TEST(FanIn, ALaneMayItselfSayThatTheNextAttemptWaits) {
  FanIn run = TwoLanes();
  Say(run, kLinux, At("test", 1, NodeStatus::kSkipped));
  EXPECT_EQ(Say(run, kLinux, At("test", 2, NodeStatus::kPending)), Applied::kChanged);
  EXPECT_EQ(run.nodes()[4].status, NodeStatus::kPending);
  EXPECT_EQ(run.AwaitedAttempt(4), 2);
  EXPECT_EQ(Say(run, kLinux, At("test", 2, NodeStatus::kPending)), Applied::kSame);
  EXPECT_EQ(Say(run, kLinux, At("test", 1, NodeStatus::kSkipped)), Applied::kSame);
  // The answer to the request that caused it comes later and changes nothing.
  EXPECT_TRUE(run.Reset(kLinux, std::vector<std::string>{"test"}, std::vector<int32_t>{1}).empty());
  EXPECT_EQ(Say(run, kLinux, At("test", 2, NodeStatus::kOk)), Applied::kChanged);
}

TEST(FanIn, WhatAnEarlierOwnerWroteDownIsTakenOver) {
  FanIn before = TwoLanes();
  FanIn after = TwoLanes();
  const auto say = [&](const Attempt& attempt) {
    Say(before, kLinux, attempt);
    after.Restore(before.nodes()[*before.Find(kLinux, attempt.node)]);
  };
  say(At("build", 1, NodeStatus::kRunning));
  say(At("build", 1, NodeStatus::kFailed));
  say(At("test", 1, NodeStatus::kSkipped));
  before.Reset(kLinux, std::vector<std::string>{"build"}, std::vector<int32_t>{1});
  after.Restore(before.nodes()[3]);
  EXPECT_EQ(after.nodes(), before.nodes());
  EXPECT_EQ(after.Cursor(), before.Cursor());
  EXPECT_EQ(after.terminal(), before.terminal());
  EXPECT_EQ(after.AwaitedAttempt(3), 2);
  EXPECT_EQ(Say(after, kLinux, At("build", 1, NodeStatus::kFailed)), Applied::kSame);
}

TEST(FanIn, ANodeThatALaneDeathCutsDuringARerunCountsAsItsNextAttempt) {
  FanIn run = TwoLanes();
  Say(run, kLinux, At("build", 1, NodeStatus::kFailed));
  run.Reset(kLinux, std::vector<std::string>{"build"}, std::vector<int32_t>{1});
  run.LaneDied(kLinux, "lane died", 0);
  EXPECT_EQ(run.nodes()[3].attempt, 2);
}

TEST(FanIn, CursorsNameReds) {
  FanIn run = TwoLanes();
  EXPECT_EQ(run.Cursor(), "R.0");
  EXPECT_EQ(run.FirstRedAfter(0), std::nullopt);
  Say(run, kLinux, At("build", 1, NodeStatus::kFailed));
  EXPECT_EQ(run.Cursor(), "R.1");
  EXPECT_EQ(run.FirstRedAfter(0), 0);
  EXPECT_EQ(run.FirstRedAfter(1), std::nullopt);
  Say(run, kMac, At("build", 1, NodeStatus::kErrored));
  EXPECT_EQ(run.FirstRedAfter(1), 1);
  // A red that is being run again is no news.
  run.Reset(kLinux, std::vector<std::string>{"build"}, std::vector<int32_t>{1});
  EXPECT_EQ(run.FirstRedAfter(0), 1);
  EXPECT_EQ(run.ParseCursor("R.2"), 2);
  EXPECT_EQ(run.ParseCursor("R.0"), 0);
  for (const char* bad :
       {"", "R", "R.", "R.3", "R.-1", "R.1x", "Q.1", "R.99999999999999999999", "R1", "RR.1"}) {
    EXPECT_EQ(run.ParseCursor(bad), std::nullopt) << bad;
  }
}

/// What the counters have to say, counted the slow way.
void CheckAgainstWalk(const FanIn& run) {
  size_t terminal = 0;
  bool red = false;
  for (const Node& node : run.nodes()) {
    terminal += model::IsTerminal(node.status) ? 1 : 0;
    red = red || model::IsRed(node.status);
    ASSERT_EQ(node.duration_ms.has_value(), model::IsTerminal(node.status));
  }
  ASSERT_EQ(run.terminal(), terminal);
  ASSERT_EQ(run.has_red(), red);
  ASSERT_EQ(run.verdict(), model::Judge(run.nodes(), run.expected()));
}

TEST(FanIn, CountersAndVerdictEqualAWalkAfterAnyHistory) {
  std::mt19937 random(20261120);
  const auto pick = [&](size_t below) { return random() % below; };
  const std::vector<std::string> instances{"_ci-setup", "a", "b", "c", "d"};
  for (int round = 0; round < 400; ++round) {
    const std::vector<LanePlan> plans{Plan(kMac, {"a", "b"}), Plan(kLinux, {"a", "b", "c", "d"})};
    FanIn run("R", "abcdef0", plans);
    for (int step = 0; step < 60; ++step) {
      const std::string_view platform = pick(3) == 0 ? kMac : kLinux;
      const std::string& instance = instances[pick(instances.size())];
      const size_t what = pick(20);
      if (what == 0) {
        run.LaneDied(platform, "lane died", 2000);
      } else if (what <= 3) {
        const auto index = run.Find(platform, instance);
        const int32_t before = index ? run.AttemptOf(*index) : 0;
        run.Reset(platform, std::vector<std::string>{instance}, std::vector<int32_t>{before});
      } else if (what <= 5) {
        run.LogGrew(platform, instance, static_cast<int32_t>(1 + pick(3)), pick(200));
      } else {
        const auto status = static_cast<NodeStatus>(pick(7));
        const Attempt attempt = At(instance, static_cast<int32_t>(1 + pick(3)), status, pick(150));
        const auto index = run.Find(platform, instance);
        const std::optional<Node> before =
            index ? std::optional(run.nodes()[*index]) : std::nullopt;
        const Applied applied = run.Apply(platform, attempt, pick(200), pick(2) == 0);
        if (index && applied != Applied::kChanged) {
          ASSERT_EQ(run.nodes()[*index], *before);
        }
        if (applied == Applied::kChanged && before && model::IsTerminal(before->status)) {
          ASSERT_GT(run.AwaitedAttempt(*index), before->attempt);
        }
      }
      CheckAgainstWalk(run);
    }
  }
}

TEST(FanIn, TenThousandNodesPassOneByOne) {
  std::vector<std::string> instances;
  for (int i = 0; i < 10000; ++i) {
    instances.push_back("n" + std::to_string(i));
  }
  const std::vector<LanePlan> plans{Plan(kLinux, instances)};
  FanIn run("R", "abcdef0", plans);
  Say(run, kLinux, At("_ci-setup", 1, NodeStatus::kOk));
  for (const std::string& instance : instances) {
    ASSERT_EQ(Say(run, kLinux, At(instance, 1, NodeStatus::kRunning)), Applied::kChanged);
    ASSERT_EQ(Say(run, kLinux, At(instance, 1, NodeStatus::kOk)), Applied::kChanged);
  }
  run.SetLaneSettled(kLinux, true);
  EXPECT_TRUE(run.settled());
  EXPECT_EQ(run.verdict(), Verdict::kPassed);
}

}  // namespace
}  // namespace odu::coordinator
