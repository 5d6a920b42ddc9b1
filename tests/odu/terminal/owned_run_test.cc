#include "odu/terminal/owned_run.h"

#include <gtest/gtest.h>

#include "odu/face/served_checkout.h"
#include "sample_state.h"
#include "support/fake_clock.h"

namespace odu::terminal {
namespace {

class OwnedRunTest : public testing::Test {
 protected:
  OwnedRunTest() { state_.live.run.run_id = "ours"; }
  bool Ended() { return owned_.HasEnded(state_, steering_); }

  face::ServedCheckout served_;
  support::FakeClock clock_;
  State state_ = SampleState();
  async::TaskGroup tasks_{served_.loop.executor()};
  LiveFeed feed_{served_.context, state_, [] {}};
  Steering steering_{served_.context, state_, feed_, tasks_, [] {}};
  OwnedRun owned_{"ours", clock_};
};

TEST_F(OwnedRunTest, EndsWithItsVerdictOnceEveryNodeHasEnded) {
  EXPECT_FALSE(Ended());
  state_.live.run.phase = model::RunPhase::kSettled;
  state_.live.run.verdict = model::Verdict::kFailed;
  EXPECT_FALSE(Ended()) << "a node still runs";
  EXPECT_TRUE(owned_.ending());
  for (auto& [name, node] : state_.live.nodes) {
    node.status = model::NodeStatus::kOk;
  }
  EXPECT_TRUE(Ended());
  EXPECT_EQ(owned_.verdict(), model::Verdict::kFailed);
}

TEST_F(OwnedRunTest, DoesNotWaitForTheLastNodesForEver) {
  state_.live.run.phase = model::RunPhase::kSettled;
  state_.live.run.verdict = model::Verdict::kFailed;
  EXPECT_FALSE(Ended());
  clock_.Advance(std::chrono::seconds(3));
  EXPECT_TRUE(Ended());
}

TEST_F(OwnedRunTest, AVerdictThatCameWhileAnotherRunBeganCounts) {
  state_.live.run.run_id = "another";
  state_.live.run.last_run_id = "ours";
  state_.live.run.last_verdict = model::Verdict::kPassed;
  EXPECT_TRUE(Ended());
  EXPECT_EQ(owned_.verdict(), model::Verdict::kPassed);
}

TEST_F(OwnedRunTest, WhereAnotherRunIsShownTheLastViewIsOfOursOutOfTheStore) {
  EXPECT_EQ(owned_.LastView(state_, {}).run.run_id, "ours");
  state_.live.run.run_id = "another";
  const auto load = [](const std::string& run_id) -> base::Result<face::View> {
    face::View view;
    view.run.run_id = run_id;
    view.run.ref = "26d2c2d#2";
    return view;
  };
  EXPECT_EQ(owned_.LastView(state_, load).run.ref, "26d2c2d#2");
  EXPECT_TRUE(owned_.LastView(state_, load).nodes.empty());
  const face::View unknown = owned_.LastView(state_, {});
  EXPECT_EQ(unknown.run.run_id, "ours");
  EXPECT_TRUE(unknown.nodes.empty()) << "not another run's";
}

TEST_F(OwnedRunTest, WithoutARunOfOnesOwnThereIsNoEnd) {
  OwnedRun none("", clock_);
  state_.live.run.phase = model::RunPhase::kSettled;
  EXPECT_FALSE(none.HasEnded(state_, steering_));
}

}  // namespace
}  // namespace odu::terminal
