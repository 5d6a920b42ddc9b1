#include "odu/terminal/steering.h"

#include <gtest/gtest.h>

#include "odu/face/served_checkout.h"
#include "sample_state.h"

namespace odu::terminal {
namespace {

class SteeringTest : public testing::Test {
 protected:
  SteeringTest() {
    served_.Open();
    feed_.Start(tasks_,
                served_.loop.Run(face::Reach(served_.context, face::Start::kNever)).value());
  }
  ~SteeringTest() override {
    feed_.Close();
    tasks_.Kill();
    served_.loop.Run(tasks_.Join());
  }
  bool UntilSaid(std::string_view text) {
    return served_.loop.RunUntil(
        [&] { return state_.toast.has_value() && state_.toast->text == text; });
  }
  void Do(Effect::Kind kind, std::vector<std::string> names = {}, std::string text = "") {
    Effect effect = EffectOf(kind);
    effect.names = std::move(names);
    effect.text = std::move(text);
    steering_.Do(
        effect,
        [] {
          model::RunStartRequest request;
          request.env = {"A=1"};
          return request;
        },
        "");
  }

  face::ServedCheckout served_;
  State state_;
  async::TaskGroup tasks_{served_.loop.executor()};
  LiveFeed feed_{served_.context, state_, [] {}};
  Steering steering_{served_.context, state_, feed_, tasks_, [] {}};
};

TEST_F(SteeringTest, ARerunNamesItsNodesAndCarriesTheEnvironment) {
  served_.rerun = [](const model::NodesRequest& request) -> base::Result<model::NodesReply> {
    EXPECT_EQ(request.targets, std::vector<std::string>{"a@x"});
    EXPECT_EQ(request.env, std::vector<std::string>{"A=1"});
    EXPECT_FALSE(request.request_id.empty());
    model::NodesReply reply;
    reply.nodes = {"a@x", "b@x"};
    return reply;
  };
  Do(Effect::Kind::kRerun, {"a@x"});
  EXPECT_TRUE(UntilSaid("rerunning 2 nodes"));
}

TEST_F(SteeringTest, NodesLanesAndRunsAreCancelled) {
  const auto answer = [](const model::NodesRequest& request) -> base::Result<model::NodesReply> {
    model::NodesReply reply;
    reply.nodes = request.targets;
    return reply;
  };
  served_.cancel_nodes = answer;
  Do(Effect::Kind::kCancelNodes, {"a@x"});
  EXPECT_TRUE(UntilSaid("cancelling a@x"));
  served_.cancel_lanes = answer;
  Do(Effect::Kind::kCancelLane, {}, "x86_64-linux");
  EXPECT_TRUE(UntilSaid("cancelling x86_64-linux"));
  served_.cancel = [](const model::RunCancelRequest&) -> base::Result<model::NodesReply> {
    model::NodesReply reply;
    reply.ref = "7f59054#2";
    return reply;
  };
  Do(Effect::Kind::kCancelRun);
  EXPECT_TRUE(UntilSaid("cancelling run 7f59054#2"));
}

TEST_F(SteeringTest, AStartTakesTheSelectionAndTellsOfARefusal) {
  served_.start = [](const model::RunStartRequest& request) -> base::Result<model::RunStartReply> {
    EXPECT_EQ(request.scope.selectors, std::vector<std::string>{"a@x"});
    EXPECT_TRUE(request.scope.no_post);
    return base::Fail(base::ErrorKind::kRefused, "dirty_tree", "the work tree has changes",
                      "commit them");
  };
  Do(Effect::Kind::kStart, {"a@x"}, "--no-post");
  EXPECT_TRUE(UntilSaid("the work tree has changes (commit them)"));
  EXPECT_TRUE(state_.toast->bad);
}

TEST_F(SteeringTest, WithoutALinkNothingIsAsked) {
  feed_.Close();
  Do(Effect::Kind::kRerun, {"a@x"});
  EXPECT_TRUE(UntilSaid("nobody answers: reconnecting"));
}

}  // namespace
}  // namespace odu::terminal
