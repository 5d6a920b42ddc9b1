#include "odu/face/view.h"

#include <gtest/gtest.h>

#include "sample_view.h"

namespace odu::face {
namespace {

TEST(View, CountsEachState) {
  const Counts counts = CountNodes(SampleView());
  EXPECT_EQ(counts.total, 8U);
  EXPECT_EQ(counts.ok, 2U);
  EXPECT_EQ(counts.failed, 1U);
  EXPECT_EQ(counts.errored, 1U);
  EXPECT_EQ(counts.skipped, 1U);
  EXPECT_EQ(counts.cancelled, 1U);
  EXPECT_EQ(counts.running, 1U);
  EXPECT_EQ(counts.pending, 1U);
  EXPECT_EQ(counts.done(), 6U);
}

TEST(View, OrderIsTheRunsNotTheAlphabets) {
  const View view = SampleView();
  const auto nodes = Ordered(view);
  ASSERT_EQ(nodes.size(), 8U);
  EXPECT_EQ(nodes.front()->recipe, "_ci-setup");
  EXPECT_EQ(nodes[1]->recipe, "build");
  EXPECT_EQ(nodes.back()->recipe, "slow");
}

TEST(View, ElapsedIsOfWhatRanOrRuns) {
  EXPECT_EQ(ElapsedMs(SampleNode("a", model::NodeStatus::kRunning, 0, 1000), kStart + 4000), 3000);
  EXPECT_EQ(ElapsedMs(SampleNode("a", model::NodeStatus::kRunning, 0, 1000), kStart), 0);
  EXPECT_EQ(ElapsedMs(SampleNode("a", model::NodeStatus::kOk, 0, 0, 70), kStart), 70);
  EXPECT_EQ(ElapsedMs(SampleNode("a", model::NodeStatus::kSkipped, 0, 0, 0), kStart), std::nullopt);
}

TEST(View, ReasonsDoNotRepeatTheStatusAndAreSafeToShow) {
  model::Node node = SampleNode("a", model::NodeStatus::kSkipped, 0);
  node.reason = "skipped: build failed";
  EXPECT_EQ(ShownReason(node), "build failed");
  node.reason = "skipped";
  EXPECT_EQ(ShownReason(node), "");
  node.reason = "exit 3\x1b]0;title\x07";
  EXPECT_EQ(ShownReason(node).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace odu::face
