#include "odu/face/steer.h"

#include <gtest/gtest.h>

#include "served_checkout.h"

namespace odu::face {
namespace {

model::NodesReply ReplyWith(std::vector<std::string> nodes) {
  model::NodesReply reply;
  reply.run_id = "01K9TESTRUN00000000000000";
  reply.ref = "7f59054#2";
  reply.nodes = std::move(nodes);
  return reply;
}

TEST(Steer, SaysWhatIsDone) {
  EXPECT_EQ(SteeredText("rerunning", ReplyWith({"a@x86_64-linux", "b@x86_64-linux"})),
            "rerunning in run 7f59054#2: 2 nodes\n  a@x86_64-linux\n  b@x86_64-linux\n");
  model::NodesReply linked = ReplyWith({"a@x86_64-linux"});
  linked.linked = true;
  linked.because = "run 7f59054#1 is closed";
  EXPECT_EQ(SteeredText("rerunning", linked),
            "run 7f59054#1 is closed; started run 7f59054#2 of the same commit\n"
            "rerunning in run 7f59054#2: 1 node\n  a@x86_64-linux\n");
}

TEST(Steer, ARerunNamesItsTargets) {
  ServedCheckout served;
  served.Open();
  std::vector<std::string> asked;
  served.rerun = [&](const model::NodesRequest& request) {
    asked = request.targets;
    EXPECT_EQ(request.env, std::vector<std::string>{"MINE=yes"});
    EXPECT_EQ(request.umask, 027);
    EXPECT_FALSE(request.request_id.empty());
    return ReplyWith({"a@x86_64-linux"});
  };
  RerunCall call;
  call.targets = {"a", "@x86_64-linux"};
  call.environment = {"MINE=yes"};
  call.umask = 027;
  call.as_json = true;
  const auto exit = served.loop.Run(Rerun(served.context, call));
  ASSERT_TRUE(exit.has_value()) << exit.error().message();
  EXPECT_EQ(*exit, 0);
  EXPECT_EQ(asked, (std::vector<std::string>{"a", "@x86_64-linux"}));
  EXPECT_EQ(
      served.captured.Out(),
      R"({"run_id":"01K9TESTRUN00000000000000","ref":"7f59054#2","linked":false,"because":"",)"
      R"("nodes":["a@x86_64-linux"]})"
      "\n");
}

TEST(Steer, CancelWithoutTargetsCancelsTheRun) {
  ServedCheckout served;
  served.Open();
  bool at_once = false;
  served.cancel = [&](const model::RunCancelRequest& request) {
    at_once = request.at_once;
    return ReplyWith({});
  };
  CancelCall call;
  call.at_once = true;
  ASSERT_TRUE(served.loop.Run(Cancel(served.context, call)).has_value());
  EXPECT_TRUE(at_once);
  EXPECT_EQ(served.captured.Out(), "cancelling in run 7f59054#2: 0 nodes\n");
}

TEST(Steer, CancelTellsLanesFromNodes) {
  ServedCheckout served;
  served.Open();
  std::vector<std::string> lanes;
  std::vector<std::string> nodes;
  served.cancel_lanes = [&](const model::NodesRequest& request) {
    lanes = request.targets;
    return ReplyWith({"a@x86_64-linux"});
  };
  served.cancel_nodes = [&](const model::NodesRequest& request) {
    nodes = request.targets;
    return ReplyWith({"a@x86_64-linux", "b@aarch64-darwin"});
  };
  CancelCall call;
  call.targets = {"b", "@x86_64-linux"};
  ASSERT_TRUE(served.loop.Run(Cancel(served.context, call)).has_value());
  EXPECT_EQ(lanes.size(), 1U);
  EXPECT_EQ(nodes, std::vector<std::string>{"b"});
  EXPECT_EQ(served.captured.Out(),
            "cancelling in run 7f59054#2: 2 nodes\n  a@x86_64-linux\n  b@aarch64-darwin\n");
}

TEST(Steer, WithoutANodeToActOnItIsAnError) {
  ServedCheckout served;
  served.Open();
  served.cancel_nodes = [](const model::NodesRequest&) { return ReplyWith({}); };
  served.rerun = [](const model::NodesRequest&) { return ReplyWith({}); };
  CancelCall cancel;
  cancel.targets = {"a"};
  RerunCall rerun;
  rerun.targets = {"a"};
  for (const auto& exit : {served.loop.Run(Cancel(served.context, cancel)),
                           served.loop.Run(Rerun(served.context, rerun))}) {
    ASSERT_FALSE(exit.has_value());
    EXPECT_EQ(exit.error().code(), "nothing_to_do");
    EXPECT_EQ(exit.error().ExitCode(), 3);
  }
  EXPECT_EQ(served.captured.Out(), "");
}

TEST(Steer, CancelWithNothingRunningIsAnError) {
  ServedCheckout served;
  const auto exit = served.loop.Run(Cancel(served.context, CancelCall()));
  ASSERT_FALSE(exit.has_value());
  EXPECT_EQ(exit.error().code(), "no_run");
  EXPECT_EQ(exit.error().ExitCode(), 3);
}

}  // namespace
}  // namespace odu::face
