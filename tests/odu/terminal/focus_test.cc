#include "odu/terminal/focus.h"

#include <gtest/gtest.h>

#include "sample_state.h"

namespace odu::terminal {
namespace {

TEST(Focus, AnotherNodesLogIsFollowedFromItsEnd) {
  State state = SampleState();
  state.log.follow = false;
  state.log.attempt = 1;
  FocusOn(state, state.focus);
  EXPECT_FALSE(state.log.follow);
  FocusOn(state, "docs@x86_64-linux");
  EXPECT_TRUE(state.log.follow);
  EXPECT_EQ(state.log.attempt, 0);
}

TEST(Focus, WithoutAnythingUrgentTheNextIsTheNextOne) {
  State state;
  Add(state.live, SampleNode("a", model::NodeStatus::kOk, 0));
  Add(state.live, SampleNode("b", model::NodeStatus::kOk, 1));
  state.live.run.run_id = "x";
  state.focus = "a@x86_64-linux";
  NextFocus(state, 1);
  EXPECT_EQ(state.focus, "b@x86_64-linux");
  NextFocus(state, 1);
  EXPECT_EQ(state.focus, "a@x86_64-linux");
}

TEST(Focus, TheOnlyRedOneIsNotLeft) {
  State state;
  Add(state.live, SampleNode("a", model::NodeStatus::kOk, 0));
  Add(state.live, SampleNode("b", model::NodeStatus::kFailed, 1));
  state.live.run.run_id = "x";
  state.focus = "b@x86_64-linux";
  NextFocus(state, 1);
  EXPECT_EQ(state.focus, "b@x86_64-linux");
}

TEST(Focus, ARowWithoutACellInTheColumnGivesItsFirst) {
  State state = SampleState();
  FocusOn(state, "test@aarch64-darwin");
  FocusRow(state, 10, 2);
  EXPECT_EQ(state.focus, "ci::lint@x86_64-linux");
  FocusRow(state, 3, 5);
  EXPECT_EQ(state.focus, "ci::lint@x86_64-linux") << "no such row is shown";
}

TEST(Focus, NothingToChooseFromIsNoTrouble) {
  State state;
  MoveFocus(state, 1, 0);
  NextFocus(state, 1);
  FocusRow(state, 5, 0);
  EXPECT_EQ(state.focus, "");
}

}  // namespace
}  // namespace odu::terminal
