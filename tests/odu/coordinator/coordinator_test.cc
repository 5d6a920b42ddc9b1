#include "odu/coordinator/coordinator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "odu/coordinator/served_checkout.h"
#include "odu/model/lane_folder.h"
#include "os/file_lock.h"

namespace odu::coordinator {
namespace {

using model::NodeStatus;
using model::Verdict;

const std::string kHere(model::ThisPlatform());

/// Each of these writes a line to `witness` when it begins.
constexpr const char* kWitnessed =
    R"({"id":"a","command":"echo a >> witness; while ! test -e go; do sleep 0.05; done"},
       {"id":"b","command":"echo b >> witness","needs":["a"]})";

std::string Witness(const TestCheckout& checkout) {
  return os::ReadFile(checkout.repo.path() + "/witness", 1000).value_or("");
}

TEST(Coordinator, AnotherOwnerAdoptsTheRunAndNothingRunsTwice) {
  TestCheckout checkout;
  checkout.Tasks(kWitnessed);
  std::string run_id;
  {
    ServedCheckout first(checkout, 1);
    run_id = first.Start().run_id;
    ASSERT_TRUE(first.Until([&] { return first.StatusOf("a") == NodeStatus::kRunning; }));
    first.Leave();
  }
  ServedCheckout second(checkout, 2);
  ASSERT_TRUE(second.Until([&] { return second.lanes[kHere].state == "connected"; }));
  EXPECT_EQ(second.run.run_id, run_id);
  checkout.repo.Write("go", "");
  EXPECT_EQ(second.Settle().verdict, Verdict::kPassed);
  EXPECT_EQ(Witness(checkout), "a\nb\n");
}

TEST(Coordinator, WhatFinishedWhileNobodyOwnedTheRunIsFinished) {
  TestCheckout checkout;
  checkout.Tasks(kWitnessed);
  {
    ServedCheckout first(checkout, 1);
    first.Start();
    ASSERT_TRUE(first.Until([&] { return first.StatusOf("a") == NodeStatus::kRunning; }));
    first.Leave();
    checkout.repo.Write("go", "");
    // Nobody serves: only the file tells.
    ASSERT_TRUE(first.Until([&] { return Witness(checkout) == "a\nb\n"; }));
  }
  ServedCheckout second(checkout, 2);
  EXPECT_EQ(second.Settle().verdict, Verdict::kPassed);
  EXPECT_EQ(Witness(checkout), "a\nb\n");
}

TEST(Coordinator, ARedRunStaysOpenForItsNextOwner) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"flaky","command":"test -e fixed"})");
  std::string run_id;
  {
    ServedCheckout first(checkout, 1);
    run_id = first.Start().run_id;
    EXPECT_EQ(first.Settle().verdict, Verdict::kFailed);
    first.Leave();
  }
  checkout.repo.Write("fixed", "");
  ServedCheckout second(checkout, 2);
  ASSERT_TRUE(second.Until([&] { return second.lanes[kHere].state == "connected"; }));
  EXPECT_EQ(second.run.verdict, Verdict::kFailed);
  EXPECT_EQ(second.run.revision, 0);
  const auto again = second.Rerun({"flaky"});
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->run_id, run_id);
  EXPECT_EQ(second.Settle().verdict, Verdict::kPassed);
  EXPECT_TRUE(second.Until([&] { return second.run.revision == 1; }));
}

/// The process of the lane of a run.
os::ProcessIdentity LaneProcess(const ServedCheckout& served, const std::string& run_id) {
  const model::LaneFolder folder(ledger::FolderOf(served.world.home.state, run_id).lane(kHere));
  const auto holder = os::HolderOf(folder.lock());
  EXPECT_TRUE(holder.has_value());
  return holder.value_or(os::ProcessIdentity());
}

TEST(Coordinator, ADeadLaneIsHonestAndLeavesNoProcessBehind) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"quick","command":"true"},
                    {"id":"long","command":"setsid sleep 300 & sleep 300","needs":["quick"]},
                    {"id":"after","command":"true","needs":["long"]})");
  ServedCheckout served(checkout);
  const std::string run_id = served.Start().run_id;
  ASSERT_TRUE(served.Until([&] { return served.StatusOf("long") == NodeStatus::kRunning; }));
  ASSERT_TRUE(os::SendSignal(LaneProcess(served, run_id), SIGKILL));
  const auto next = served.Settle();
  EXPECT_EQ(next.verdict, Verdict::kFailed);
  EXPECT_EQ(next.errored, (std::vector<std::string>{"long@" + kHere, "after@" + kHere}));
  ASSERT_TRUE(served.Until([&] { return served.nodes["after@" + kHere].reason == "lane died"; }));
  EXPECT_EQ(served.StatusOf("quick"), NodeStatus::kOk);
  EXPECT_FALSE(served.nodes["long@" + kHere].log_complete);
  EXPECT_EQ(served.Log("after").value(), "[odu] lane died\n");
  const std::string marker = model::LaneMarker(run_id, kHere);
  const auto pids = os::AllProcesses();
  EXPECT_TRUE(std::ranges::none_of(pids, [&](pid_t pid) {
    const auto id = os::EnvironmentValueOf(pid, "ODU_ATTEMPT_ID");
    return id && id->starts_with(marker);
  }));
}

TEST(Coordinator, ALaneThatDiedWhileNobodyOwnedTheRunIsHonestToo) {
  TestCheckout checkout;
  checkout.Tasks(kWitnessed);
  {
    ServedCheckout first(checkout, 1);
    const std::string run_id = first.Start().run_id;
    ASSERT_TRUE(first.Until([&] { return first.StatusOf("a") == NodeStatus::kRunning; }));
    first.Leave();
    ASSERT_TRUE(os::SendSignal(LaneProcess(first, run_id), SIGKILL));
  }
  ServedCheckout second(checkout, 2);
  const auto next = second.Settle();
  EXPECT_EQ(next.verdict, Verdict::kFailed);
  EXPECT_EQ(next.errored, (std::vector<std::string>{"a@" + kHere, "b@" + kHere}));
  EXPECT_EQ(Witness(checkout), "a\n");
}

TEST(Coordinator, AnAdoptedRunIsShownAsItsLanesKnowItFromTheFirstLookOn) {
  TestCheckout checkout;
  checkout.Tasks(
      R"({"id":"a","command":"echo a >> witness; while ! test -e go; do sleep 0.05; done"},
         {"id":"b","command":"echo b >> witness; while ! test -e on; do sleep 0.05; done",
          "needs":["a"]})");
  {
    ServedCheckout first(checkout, 1);
    first.Start();
    ASSERT_TRUE(first.Until([&] { return first.StatusOf("a") == NodeStatus::kRunning; }));
    first.Leave();
    checkout.repo.Write("go", "");
    ASSERT_TRUE(first.Until([&] { return Witness(checkout) == "a\nb\n"; }));
  }
  ServedCheckout second(checkout, 2);
  const FanIn& shown = second.coordinator->run()->fan_in();
  EXPECT_EQ(shown.nodes()[*shown.Find(kHere, "a")].status, NodeStatus::kOk);
  EXPECT_EQ(shown.nodes()[*shown.Find(kHere, "b")].status, NodeStatus::kRunning);
  checkout.repo.Write("on", "");
  EXPECT_EQ(second.Settle().verdict, Verdict::kPassed);
}

/// Takes back the last lines of a closed run, as if its owner had died before it wrote them.
void Unwrite(const ledger::RunFolder& folder, size_t lines) {
  std::string journal = os::ReadFile(folder.journal(), size_t{1} << 20).value();
  for (size_t i = 0; i < lines; ++i) {
    journal.pop_back();
    journal.resize(journal.rfind('\n') + 1);
  }
  ASSERT_TRUE(os::WriteFileAtomic(folder.journal(), journal));
  ASSERT_TRUE(os::RemoveTree(folder.summary()));
}

TEST(Coordinator, ALaneThatItsDeadOwnerHadReleasedHasEndedAndNotDied) {
  TestCheckout checkout;
  std::string run_id;
  {
    ServedCheckout first(checkout, 1);
    run_id = first.Start().run_id;
    EXPECT_EQ(first.Settle().verdict, Verdict::kPassed);
    const std::shared_ptr<LiveRun> run = first.coordinator->run();
    ASSERT_TRUE(first.Until([&] { return run->closed(); }));
    const model::LaneFolder lane(run->folder().lane(kHere));
    ASSERT_TRUE(first.Until([&] { return !os::IsLocked(lane.lock()).value_or(true); }));
    first.Leave();
    // `lane … ended` and `closed`.
    Unwrite(run->folder(), 2);
  }
  ServedCheckout second(checkout, 2);
  const std::shared_ptr<LiveRun> run = second.coordinator->run();
  ASSERT_NE(run, nullptr);
  EXPECT_EQ(run->header().run_id, run_id);
  ASSERT_TRUE(second.Until([&] { return run->closed(); }));
  ASSERT_TRUE(second.Until([&] { return second.lanes[kHere].state == "ended"; }));
  EXPECT_EQ(run->state().verdict, Verdict::kPassed);
  EXPECT_TRUE(second.notices.empty());
  EXPECT_EQ(ledger::ReadRun(run->folder())->closed->verdict, Verdict::kPassed);
}

TEST(Coordinator, WorkTreesOfNoUseGoAtItsStart) {
  TestCheckout checkout;
  const std::string stale =
      (checkout.state / "cache") + "/work/" + model::NewRunId(1) + "/x86_64-linux";
  checkout.repo.Git({"worktree", "add", "--detach", "--lock", stale, "HEAD"});
  ServedCheckout served(checkout);
  EXPECT_TRUE(served.Until([&] { return !os::Exists(stale); }));
}

TEST(Coordinator, ShowsThePlanOfHeadWhileIdle) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  served.coordinator->OnSessions(1);
  ASSERT_TRUE(served.Until([&] { return !served.pipeline.sha.empty(); }));
  EXPECT_EQ(served.pipeline.error, "");
  ASSERT_EQ(served.pipeline.nodes.size(), 1);
  EXPECT_TRUE(served.pipeline.nodes[0].name.starts_with("one@"));
}

TEST(Coordinator, IsIdleOnceNobodyIsThereAndNothingRuns) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  served.coordinator->OnSessions(0);
  served.loop.Run(served.coordinator->WaitIdle(std::chrono::milliseconds(1)));
}

}  // namespace
}  // namespace odu::coordinator
