#include "odu/coordinator/request_input.h"

#include <gtest/gtest.h>

#include "odu/coordinator/served_checkout.h"

namespace odu::coordinator {
namespace {

using model::Verdict;

TEST(RequestInput, WhoAsksMakesNoDifferenceAndWhatIsAskedForDoes) {
  model::RunStartRequest request;
  request.request_id = "one";
  request.started_by = "odu run (pid 1)";
  request.env = {"A=1"};
  model::RunStartRequest repeat = request;
  repeat.request_id = "two";
  repeat.started_by = "odu run (pid 2)";
  repeat.env = {"A=2"};
  repeat.umask = 077;
  EXPECT_EQ(InputOf(request), InputOf(repeat));
  repeat.scope.selectors = {"lint"};
  EXPECT_NE(InputOf(request), InputOf(repeat));
  model::NodesRequest nodes;
  nodes.targets = {"lint"};
  model::NodesRequest other = nodes;
  other.run_id = "01M7VSTFJKQ9AC44X6HRQSCSN7";
  EXPECT_NE(InputOf(nodes), InputOf(other));
}

TEST(Requests, ARepeatThatAsksForSomethingElseIsAConflictAndDoesNothing) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"one","command":"true"},{"id":"two","command":"true"})");
  checkout.repo.Commit();
  ServedCheckout served(checkout);
  auto request = ServedCheckout::Request();
  const auto first = served.Start(request);
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
  request.scope.selectors = {"one"};
  const auto other = served.Call(OduSurface::kRunStart, request);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code(), "request_conflict");
  EXPECT_EQ(other.error().ExitCode(), 2);
  model::NodesRequest rerun;
  rerun.request_id = request.request_id;
  rerun.targets = {"one"};
  const auto another = served.Call(OduSurface::kNodeRerun, rerun);
  ASSERT_FALSE(another);
  EXPECT_EQ(another.error().code(), "request_conflict");
  EXPECT_EQ(ledger::ReadEntries(served.world.checkout)->size(), 1U);
}

TEST(Requests, ARerunNamesTheRunThatItMeans) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"one","command":"true"},{"id":"two","command":"true","needs":["one"]})");
  checkout.repo.Commit();
  ServedCheckout served(checkout);
  const auto first = served.Start();
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
  served.Start();
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
  model::NodesRequest rerun;
  rerun.request_id = "again";
  rerun.run_id = first.run_id;
  rerun.targets = {"one"};
  const auto reply = served.Call(OduSurface::kNodeRerun, rerun);
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_TRUE(reply->linked);
  // The node and what depends on it, with the setup of their lane.
  EXPECT_EQ(reply->nodes.size(), 3U);
  EXPECT_EQ(served.coordinator->run()->header().linked_from, first.run_id);
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
  rerun.request_id = "none";
  rerun.run_id = model::NewRunId(served.clock.WallMs());
  EXPECT_EQ(served.Call(OduSurface::kNodeRerun, rerun).error().code(), "no_run");
}

TEST(Requests, ALinkedRunWhoseOwnerDiedBeforeItAnsweredIsFoundByARepeat) {
  TestCheckout checkout;
  const std::string gate = checkout.state / "gate";
  checkout.Tasks(R"({"id":"one","command":"while test -e )" + gate + R"(; do sleep 0.05; done"})");
  checkout.repo.Commit();
  model::NodesRequest rerun;
  rerun.request_id = "again";
  rerun.targets = {"one"};
  std::string linked;
  {
    ServedCheckout served(checkout);
    served.Start();
    EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
    checkout.state.Write("gate", "");
    linked = served.Call(OduSurface::kNodeRerun, rerun)->run_id;
    ASSERT_TRUE(
        served.Until([&] { return served.StatusOf("one") == model::NodeStatus::kRunning; }));
    served.Leave();
    // As if it had died before it wrote the answer down.
    ASSERT_TRUE(os::RemoveTree(served.world.checkout.receipts()));
  }
  ServedCheckout next(checkout, 2);
  const auto reply = next.Call(OduSurface::kNodeRerun, rerun);
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->run_id, linked);
  EXPECT_TRUE(reply->linked);
  ASSERT_TRUE(os::RemoveTree(gate));
  EXPECT_EQ(next.Settle().verdict, Verdict::kPassed);
  EXPECT_EQ(ledger::ReadEntries(next.world.checkout)->size(), 2U);
  EXPECT_TRUE(next.Until(
      [&] { return next.nodes["one@" + std::string(model::ThisPlatform())].attempt == 1; }));
}

}  // namespace
}  // namespace odu::coordinator
