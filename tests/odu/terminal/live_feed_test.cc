#include "odu/terminal/live_feed.h"

#include <gtest/gtest.h>

#include "odu/face/served_checkout.h"
#include "sample_state.h"

namespace odu::terminal {
namespace {

class LiveFeedTest : public testing::Test {
 protected:
  LiveFeedTest() {
    served_.Open();
    feed_.Start(tasks_, Dial());
  }
  ~LiveFeedTest() override {
    feed_.Close();
    tasks_.Kill();
    served_.loop.Run(tasks_.Join());
  }
  std::unique_ptr<surface::Client> Dial() {
    return served_.loop.Run(face::Reach(served_.context, face::Start::kNever)).value();
  }
  template <class F>
  bool Until(F done) {
    return served_.loop.RunUntil([&] {
      feed_.Continue();
      return done();
    });
  }
  model::Run SomeRun() const { return SampleState().live.run; }

  face::ServedCheckout served_;
  State state_;
  async::TaskGroup tasks_{served_.loop.executor()};
  LiveFeed feed_{served_.context, state_, [] {}};
};

TEST_F(LiveFeedTest, TheStateIsWhatTheCoordinatorServes) {
  served_.run.Set(SomeRun());
  served_.nodes.Put("a@x86_64-linux", SampleNode("a", model::NodeStatus::kRunning, 0, 0));
  model::PlannedPipeline pipeline;
  pipeline.nodes = {{"a@x86_64-linux", {}}};
  served_.pipeline.Set(pipeline);
  ASSERT_TRUE(Until([&] {
    return state_.known && state_.live.run.ref == "7f59054#2" && state_.live.nodes.size() == 1 &&
           state_.plan.nodes.size() == 1;
  }));
  ASSERT_TRUE(Until([&] { return !state_.events.empty(); }));
  EXPECT_EQ(state_.events.back().text, "running a@x86_64-linux");
}

TEST_F(LiveFeedTest, TransitionsAndNoticesAreEvents) {
  served_.run.Set(SomeRun());
  model::Node node = SampleNode("a", model::NodeStatus::kFailed, 0, 0, 3000);
  node.reason = "exit 3";
  served_.nodes.Put(node.name, node);
  ASSERT_TRUE(Until([&] { return state_.events.size() == 2; }));
  EXPECT_EQ(state_.events.back().text, "failed a@x86_64-linux 3s (exit 3)");
  served_.notices.Emit({model::NoticeLevel::kWarning, "gate", "is slow"});
  ASSERT_TRUE(Until([&] { return state_.events.size() == 3; }));
  EXPECT_EQ(state_.events.back().text, "gate: is slow");
}

TEST_F(LiveFeedTest, ALostLinkIsToldOfAndDialledAgain) {
  served_.run.Set(SomeRun());
  ASSERT_TRUE(Until([&] { return state_.known; }));
  surface::Client* first = feed_.client();
  first->Close();
  ASSERT_TRUE(Until([&] { return state_.link_lost.has_value(); }));
  EXPECT_EQ(feed_.client(), nullptr);
  ASSERT_TRUE(Until([&] { return feed_.client() != nullptr; }));
  EXPECT_NE(feed_.client(), first);
  EXPECT_FALSE(state_.link_lost.has_value());
}

TEST_F(LiveFeedTest, CancelsAreOfOneRunOnly) {
  model::Run run = SomeRun();
  run.phase = model::RunPhase::kRunning;
  served_.run.Set(run);
  ASSERT_TRUE(Until([&] { return state_.live.run.run_id.has_value(); }));
  state_.cancels = 1;
  run.phase = model::RunPhase::kSettled;
  served_.run.Set(run);
  ASSERT_TRUE(Until([&] { return state_.live.run.phase == model::RunPhase::kSettled; }));
  EXPECT_EQ(state_.cancels, 1) << "how it ended is still asked";
  run.phase = model::RunPhase::kRunning;  // a rerun
  served_.run.Set(run);
  ASSERT_TRUE(Until([&] { return state_.live.run.phase == model::RunPhase::kRunning; }));
  EXPECT_EQ(state_.cancels, 0);
  state_.cancels = 1;
  run.run_id = "01K9NEXTRUN00000000000000";
  served_.run.Set(run);
  ASSERT_TRUE(Until([&] { return state_.live.run.run_id == run.run_id; }));
  EXPECT_EQ(state_.cancels, 0);
}

TEST_F(LiveFeedTest, ARunThatIsClosedStaysOnTheScreen) {
  served_.run.Set(SomeRun());
  served_.nodes.Put("a@x86_64-linux", SampleNode("a", model::NodeStatus::kOk, 0, 0, 1));
  ASSERT_TRUE(Until([&] { return state_.live.nodes.size() == 1 && state_.live.run.run_id; }));
  // As the coordinator does it.
  served_.run.Set(model::Run());
  served_.nodes.Clear();
  ASSERT_TRUE(Until([&] { return state_.past.has_value() && state_.live.nodes.empty(); }));
  EXPECT_EQ(state_.shown().nodes.size(), 1U);
  model::Run next = SomeRun();
  next.run_id = "01K9NEXTRUN00000000000000";
  served_.run.Set(next);
  ASSERT_TRUE(Until([&] { return !state_.past.has_value(); }));
  EXPECT_EQ(state_.shown().run.run_id, next.run_id);
}

}  // namespace
}  // namespace odu::terminal
