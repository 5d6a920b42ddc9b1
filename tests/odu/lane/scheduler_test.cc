#include "odu/lane/scheduler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace odu::lane {
namespace {

using model::NodeStatus;
using Kind = Decision::Kind;

/// "a", "b:a", "c:a,b" -> a plan.
model::LanePlan Plan(const std::vector<std::string>& nodes) {
  model::LanePlan plan;
  plan.platform = "x86_64-linux";
  for (const std::string& text : nodes) {
    model::PlanNode node;
    const size_t colon = text.find(':');
    node.id = text.substr(0, colon);
    node.argv = {"true"};
    for (size_t at = colon; at != std::string::npos;) {
      const size_t next = text.find(',', at + 1);
      node.needs.push_back(text.substr(at + 1, next - at - 1));
      at = next;
    }
    plan.nodes.push_back(node);
  }
  return plan;
}

/// A scheduler whose decisions read as words: "start b#1", "skipped c#1 (skipped: a failed)".
class Told {
 public:
  Told(const std::vector<std::string>& nodes, int jobs,
       const std::map<std::string, int64_t>& durations = {})
      : scheduler(Plan(nodes), durations, jobs) {
    scheduler.Begin();
  }
  /// Past `_ci-setup`.
  Told& Ready() {
    Take();
    scheduler.Ended(kSetupNode, NodeStatus::kOk, "");
    return *this;
  }
  NodeIndex At(std::string_view id) const { return scheduler.Find(id).value(); }
  std::string End(std::string_view id, NodeStatus status = NodeStatus::kOk) {
    const Outcome outcome =
        scheduler.Ended(At(id), status, status == NodeStatus::kFailed ? "exit 1" : "");
    return std::string(model::StatusName(outcome.status)) + "#" + std::to_string(outcome.n) +
           (outcome.reason.empty() ? "" : " (" + outcome.reason + ")");
  }
  std::vector<std::string> Rerun(const std::vector<std::string>& ids) {
    return Names(scheduler.Rerun(Indices(ids)));
  }
  std::vector<std::string> Cancel(const std::vector<std::string>& ids, bool at_once = false) {
    return Names(scheduler.Cancel(Indices(ids), "cancelled", at_once));
  }
  std::vector<std::string> Take() {
    std::vector<std::string> words;
    for (const Decision& decision : scheduler.Take()) {
      std::string word = decision.kind == Kind::kStart  ? "start "
                         : decision.kind == Kind::kStop ? "stop "
                         : decision.kind == Kind::kReset
                             ? "reset "
                             : std::string(StatusName(decision.status)) + " ";
      word += scheduler.id(decision.node) + "#" + std::to_string(decision.n);
      if (!decision.reason.empty()) {
        word += " (" + decision.reason + ")";
      }
      words.push_back(word + (decision.at_once ? " at once" : ""));
    }
    return words;
  }
  Scheduler scheduler;

 private:
  std::vector<NodeIndex> Indices(const std::vector<std::string>& ids) const {
    std::vector<NodeIndex> indices;
    for (const std::string& id : ids) {
      indices.push_back(At(id));
    }
    return indices;
  }
  std::vector<std::string> Names(const std::vector<NodeIndex>& indices) const {
    std::vector<std::string> names;
    for (const NodeIndex index : indices) {
      names.push_back(scheduler.id(index));
    }
    return names;
  }
};

using Words = std::vector<std::string>;

TEST(Scheduler, SetupIsFirstAndEverythingWaitsForIt) {
  Told lane({"a", "b"}, 4);
  EXPECT_EQ(lane.Take(), Words({"start _ci-setup#1"}));
  EXPECT_EQ(lane.End("_ci-setup"), "ok#1");
  EXPECT_EQ(lane.Take(), Words({"start a#1", "start b#1"}));
  EXPECT_FALSE(lane.scheduler.settled());
}

TEST(Scheduler, AFailedSetupSkipsEverythingAndSettles) {
  Told lane({"a", "b:a", "c"}, 4);
  lane.Take();
  EXPECT_EQ(lane.End("_ci-setup", NodeStatus::kFailed), "failed#1 (exit 1)");
  EXPECT_EQ(lane.Take(), Words({"skipped a#1 (skipped: _ci-setup failed)",
                                "skipped c#1 (skipped: _ci-setup failed)",
                                "skipped b#1 (skipped: _ci-setup failed)"}));
  EXPECT_TRUE(lane.scheduler.settled());
}

TEST(Scheduler, AnEmptyPlanSettlesWithItsSetup) {
  Told lane({}, 1);
  lane.Take();
  lane.End("_ci-setup");
  EXPECT_TRUE(lane.scheduler.settled());
}

TEST(Scheduler, AtMostJobsRunAtOnce) {
  Told lane({"a", "b", "c"}, 2);
  lane.Ready();
  EXPECT_EQ(lane.Take(), Words({"start a#1", "start b#1"}));
  lane.End("b");
  EXPECT_EQ(lane.Take(), Words({"start c#1"}));
}

TEST(Scheduler, ANodeStartsWhenTheLastOfItsNeedsIsOk) {
  Told lane({"a", "b", "c:a,b"}, 4);
  lane.Ready().Take();
  lane.End("a");
  EXPECT_EQ(lane.Take(), Words({}));
  lane.End("b");
  EXPECT_EQ(lane.Take(), Words({"start c#1"}));
}

TEST(Scheduler, TheLongestRemainingPathGoesFirst) {
  Told lane({"a", "b", "c:b", "d:c"}, 1);
  lane.Ready();
  EXPECT_EQ(lane.Take(), Words({"start b#1"}));
  lane.End("b");
  EXPECT_EQ(lane.Take(), Words({"start c#1"}));
  lane.End("c");
  // Equal paths: as the plan has them.
  EXPECT_EQ(lane.Take(), Words({"start a#1"}));
}

TEST(Scheduler, ExpectedDurationsDecideWhichPathIsLong) {
  Told lane({"a", "b", "c:b"}, 1, {{"a", 60000}, {"b", 10}, {"c", 10}});
  lane.Ready();
  EXPECT_EQ(lane.Take(), Words({"start a#1"}));
}

TEST(Scheduler, AnUnknownDurationCountsAsTheMeanOfTheKnown) {
  Told lane({"slow", "unknown", "quick"}, 1, {{"slow", 3000}, {"quick", 1000}});
  lane.Ready();
  EXPECT_EQ(lane.Take(), Words({"start slow#1"}));
  lane.End("slow");
  EXPECT_EQ(lane.Take(), Words({"start unknown#1"}));
}

TEST(Scheduler, ARedNodeSkipsItsDependentsAndNamesItselfToAll) {
  for (const NodeStatus status : {NodeStatus::kFailed, NodeStatus::kErrored}) {
    Told lane({"a", "b:a", "c:b", "d"}, 1);
    lane.Ready().Take();
    lane.End("a", status);
    const std::string why = " (skipped: a " + std::string(model::StatusName(status)) + ")";
    EXPECT_EQ(lane.Take(), Words({"skipped b#1" + why, "skipped c#1" + why, "start d#1"}));
  }
}

TEST(Scheduler, UnrelatedNodesGoOnAfterARedOne) {
  Told lane({"a", "b"}, 1);
  lane.Ready().Take();
  lane.End("a", NodeStatus::kFailed);
  EXPECT_EQ(lane.Take(), Words({"start b#1"}));
}

TEST(Scheduler, ANodeIsSkippedWhileItsOtherNeedStillRuns) {
  Told lane({"a", "b", "c:a,b"}, 2);
  lane.Ready().Take();
  lane.End("a", NodeStatus::kFailed);
  EXPECT_EQ(lane.Take(), Words({"skipped c#1 (skipped: a failed)"}));
  lane.End("b");
  EXPECT_EQ(lane.Take(), Words({}));
  EXPECT_TRUE(lane.scheduler.settled());
}

TEST(Scheduler, CancellingAWaitingNodeSkipsWhatNeedsIt) {
  Told lane({"a", "b:a", "c:b"}, 1);
  lane.Ready().Take();
  EXPECT_EQ(lane.Cancel({"b"}), Words({"b"}));
  EXPECT_EQ(lane.Take(),
            Words({"cancelled b#1 (cancelled)", "skipped c#1 (skipped: b cancelled)"}));
}

TEST(Scheduler, CancellingARunningNodeStopsItAndItsEndIsCancelledWhateverItSaid) {
  Told lane({"a", "b:a"}, 1);
  lane.Ready().Take();
  lane.Cancel({"a"});
  EXPECT_EQ(lane.Take(), Words({"stop a#1"}));
  EXPECT_EQ(lane.End("a", NodeStatus::kOk), "cancelled#1 (cancelled)");
  EXPECT_EQ(lane.Take(), Words({"skipped b#1 (skipped: a cancelled)"}));
}

TEST(Scheduler, CancellingAllLeavesNothingToSkip) {
  Told lane({"a", "b:a", "c"}, 1);
  lane.Ready().Take();
  EXPECT_EQ(lane.Cancel({}), Words({"a", "b", "c"}));
  EXPECT_EQ(lane.Take(),
            Words({"stop a#1", "cancelled b#1 (cancelled)", "cancelled c#1 (cancelled)"}));
  lane.End("a", NodeStatus::kFailed);
  EXPECT_EQ(lane.Take(), Words({}));
  EXPECT_TRUE(lane.scheduler.settled());
}

TEST(Scheduler, CancellingAllDuringSetupStopsIt) {
  Told lane({"a"}, 1);
  lane.Take();
  lane.Cancel({});
  EXPECT_EQ(lane.Take(), Words({"stop _ci-setup#1", "cancelled a#1 (cancelled)"}));
  EXPECT_EQ(lane.End("_ci-setup", NodeStatus::kFailed), "cancelled#1 (cancelled)");
  EXPECT_TRUE(lane.scheduler.settled());
}

TEST(Scheduler, ASecondCancelMayOnlyBeQuicker) {
  Told lane({"a"}, 1);
  lane.Ready().Take();
  lane.Cancel({"a"});
  lane.Take();
  lane.Cancel({"a"});
  EXPECT_EQ(lane.Take(), Words({}));
  lane.Cancel({"a"}, true);
  EXPECT_EQ(lane.Take(), Words({"stop a#1 at once"}));
}

TEST(Scheduler, CancellingWhatIsDoneConcernsNothing) {
  Told lane({"a"}, 1);
  lane.Ready().Take();
  lane.End("a");
  EXPECT_EQ(lane.Cancel({}), Words({}));
  EXPECT_EQ(lane.Take(), Words({}));
}

TEST(Scheduler, RerunResetsANodeAndWhatDependsOnIt) {
  Told lane({"a", "b:a", "c"}, 4);
  lane.Ready().Take();
  lane.End("a", NodeStatus::kFailed);
  lane.End("c");
  lane.Take();
  ASSERT_TRUE(lane.scheduler.settled());
  EXPECT_EQ(lane.Rerun({"a"}), Words({"a", "b"}));
  EXPECT_EQ(lane.Take(), Words({"reset a#2", "reset b#2", "start a#2"}));
  EXPECT_FALSE(lane.scheduler.settled());
  EXPECT_EQ(lane.End("a"), "ok#2");
  EXPECT_EQ(lane.Take(), Words({"start b#2"}));
}

TEST(Scheduler, RerunOfADependentLeavesItsNeedsAlone) {
  Told lane({"a", "b:a"}, 4);
  lane.Ready().Take();
  lane.End("a");
  lane.End("b", NodeStatus::kFailed);
  lane.Take();
  EXPECT_EQ(lane.Rerun({"b"}), Words({"b"}));
  EXPECT_EQ(lane.Take(), Words({"reset b#2", "start b#2"}));
}

TEST(Scheduler, SiblingsKeepRunningDuringARerun) {
  Told lane({"a", "slow"}, 4);
  lane.Ready().Take();
  lane.End("a", NodeStatus::kFailed);
  lane.Rerun({"a"});
  EXPECT_EQ(lane.Take(), Words({"reset a#2", "start a#2"}));
  EXPECT_EQ(lane.End("slow"), "ok#1");
}

TEST(Scheduler, ARunningDependentIsStoppedFirstAndRestartedAfterItsNeed) {
  Told lane({"a", "b:a"}, 4);
  lane.Ready().Take();
  lane.End("a");
  lane.Take();
  EXPECT_EQ(lane.Rerun({"a"}), Words({"a", "b"}));
  // `a` waits for the end of `b`, which uses what `a` made.
  EXPECT_EQ(lane.Take(), Words({"reset a#2", "stop b#1", "reset b#2"}));
  EXPECT_EQ(lane.End("b", NodeStatus::kFailed), "cancelled#1 (rerun)");
  EXPECT_EQ(lane.Take(), Words({"start a#2"}));
  lane.End("a");
  EXPECT_EQ(lane.Take(), Words({"start b#2"}));
  EXPECT_EQ(lane.End("b"), "ok#2");
  EXPECT_TRUE(lane.scheduler.settled());
}

TEST(Scheduler, RerunOfARunningNodeRestartsIt) {
  Told lane({"a"}, 1);
  lane.Ready().Take();
  EXPECT_EQ(lane.Rerun({"a"}), Words({"a"}));
  EXPECT_EQ(lane.Take(), Words({"stop a#1", "reset a#2"}));
  EXPECT_FALSE(lane.scheduler.settled());
  EXPECT_EQ(lane.End("a"), "cancelled#1 (rerun)");
  EXPECT_EQ(lane.Take(), Words({"start a#2"}));
}

TEST(Scheduler, ARepeatedRerunWhileStoppingChangesNothing) {
  Told lane({"a", "b:a"}, 4);
  lane.Ready().Take();
  lane.End("a");
  lane.Take();
  lane.Rerun({"a"});
  lane.Take();
  EXPECT_EQ(lane.Rerun({"a"}), Words({}));
  EXPECT_EQ(lane.Rerun({"b"}), Words({}));
  EXPECT_EQ(lane.Take(), Words({}));
  lane.End("b");
  EXPECT_EQ(lane.Take(), Words({"start a#2"}));
}

TEST(Scheduler, RerunOfANodeWhileItsDependentIsStoppingForAnEarlierRerunWaits) {
  Told lane({"a", "b:a"}, 4);
  lane.Ready().Take();
  lane.End("a");
  lane.Take();
  lane.Rerun({"b"});
  lane.Rerun({"a"});
  EXPECT_EQ(lane.Take(), Words({"stop b#1", "reset b#2", "reset a#2"}));
  lane.End("b");
  EXPECT_EQ(lane.Take(), Words({"start a#2"}));
}

TEST(Scheduler, CancelAfterRerunEndsTheAnnouncedAttemptToo) {
  Told lane({"a"}, 1);
  lane.Ready().Take();
  lane.Rerun({"a"});
  lane.Cancel({"a"});
  EXPECT_EQ(lane.Take(), Words({"stop a#1", "reset a#2"}));
  EXPECT_EQ(lane.End("a"), "cancelled#1 (cancelled)");
  EXPECT_EQ(lane.Take(), Words({"cancelled a#2 (cancelled)"}));
  EXPECT_TRUE(lane.scheduler.settled());
}

TEST(Scheduler, RerunAfterCancelRestartsTheNode) {
  Told lane({"a"}, 1);
  lane.Ready().Take();
  lane.Cancel({"a"});
  lane.Rerun({"a"});
  EXPECT_EQ(lane.Take(), Words({"stop a#1", "reset a#2"}));
  lane.End("a");
  EXPECT_EQ(lane.Take(), Words({"start a#2"}));
}

TEST(Scheduler, RerunOfAWaitingNodeChangesNothing) {
  Told lane({"a", "b:a"}, 1);
  lane.Ready().Take();
  EXPECT_EQ(lane.Rerun({"b"}), Words({}));
  EXPECT_EQ(lane.Take(), Words({}));
}

TEST(Scheduler, ARerunDependentWithAnotherRedNeedIsSkippedAgain) {
  Told lane({"a", "bad", "c:a,bad"}, 4);
  lane.Ready().Take();
  lane.End("a");
  lane.End("bad", NodeStatus::kFailed);
  lane.Take();
  lane.Rerun({"a"});
  EXPECT_EQ(lane.Take(),
            Words({"reset a#2", "reset c#2", "skipped c#2 (skipped: bad failed)", "start a#2"}));
}

TEST(Scheduler, RerunOfAllRunsEveryNodeAgainButNotAGoodSetup) {
  Told lane({"a", "b:a"}, 4);
  lane.Ready().Take();
  lane.End("a");
  lane.End("b");
  lane.Take();
  EXPECT_EQ(lane.Rerun({}), Words({"a", "b"}));
  EXPECT_EQ(lane.Take(), Words({"reset a#2", "reset b#2", "start a#2"}));
}

TEST(Scheduler, RerunAfterAFailedSetupRunsTheSetupAgain) {
  Told lane({"a", "b"}, 4);
  lane.Take();
  lane.End("_ci-setup", NodeStatus::kFailed);
  lane.Take();
  EXPECT_EQ(lane.Rerun({"a"}), Words({"_ci-setup", "a", "b"}));
  EXPECT_EQ(lane.Take(),
            Words({"reset _ci-setup#2", "reset a#2", "reset b#2", "start _ci-setup#2"}));
  lane.End("_ci-setup");
  EXPECT_EQ(lane.Take(), Words({"start a#2", "start b#2"}));
}

TEST(Scheduler, ANodeReadyButNotStartedGoesBackToWaitingWhenItsNeedIsRerun) {
  Told lane({"a", "b", "c:a", "d:b"}, 1, {{"b", 1}, {"a", 100}, {"c", 1}, {"d", 50}});
  lane.Ready();
  EXPECT_EQ(lane.Take(), Words({"start a#1"}));
  lane.End("a");
  EXPECT_EQ(lane.Take(), Words({"start b#1"}));
  lane.Rerun({"a"});
  EXPECT_EQ(lane.Take(), Words({"reset a#2"}));
  lane.End("b");
  EXPECT_EQ(lane.Take(), Words({"start a#2"}));
  lane.End("a");
  EXPECT_EQ(lane.Take(), Words({"start d#1"}));
  lane.End("d");
  EXPECT_EQ(lane.Take(), Words({"start c#1"}));
}

/// A chain as long as the limit, run, failed at its head, and run again: deep recursion would end
/// this process, quadratic work would not end within the guard.
TEST(Scheduler, AChainOfTenThousandCostsItsLength) {
  constexpr int kLength = 10'000;
  std::vector<std::string> nodes{"n0"};
  for (int i = 1; i < kLength; ++i) {
    nodes.push_back("n" + std::to_string(i) + ":n" + std::to_string(i - 1));
  }
  Told lane(nodes, 2);
  lane.Ready().Take();
  const auto began = std::chrono::steady_clock::now();
  lane.End("n0", NodeStatus::kFailed);
  EXPECT_EQ(lane.Take().size(), kLength - 1U);
  EXPECT_TRUE(lane.scheduler.settled());
  EXPECT_EQ(lane.Rerun({"n0"}).size(), static_cast<size_t>(kLength));
  for (int i = 0; i < kLength; ++i) {
    lane.Take();
    lane.End("n" + std::to_string(i));
  }
  EXPECT_TRUE(lane.scheduler.settled());
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(20));
}

TEST(Scheduler, TenThousandNodesUnderOneRootAreEachLookedAtOnce) {
  std::vector<std::string> nodes{"root"};
  for (int i = 0; i < 10'000; ++i) {
    nodes.push_back("n" + std::to_string(i) + ":root");
  }
  Told lane(nodes, 64);
  lane.Ready().Take();
  lane.End("root", NodeStatus::kFailed);
  lane.Rerun({});
  lane.Take();
  lane.End("root");
  size_t started = 0;
  while (!lane.scheduler.settled()) {
    for (const Decision& decision : lane.scheduler.Take()) {
      ASSERT_EQ(decision.kind, Kind::kStart);
      ++started;
      lane.scheduler.Ended(decision.node, NodeStatus::kOk, "");
    }
  }
  EXPECT_EQ(started, 10'000U);
}

}  // namespace
}  // namespace odu::lane
