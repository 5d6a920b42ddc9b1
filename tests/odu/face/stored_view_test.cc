#include "odu/face/stored_view.h"

#include <gtest/gtest.h>

namespace odu::face {
namespace {

model::RunReport Sample() {
  model::RunReport report;
  report.run_id = "01K9TESTRUN000000000000000";
  report.ref = "26d2c2d#2";
  report.sha = "26d2c2d0c0ffee00c0ffee00c0ffee00c0ffee00";
  report.state = "closed";
  report.verdict = model::Verdict::kPassed;
  report.tree_changed = true;
  report.expected = 1;
  report.lanes = {{"x86_64-linux", "localhost", "ended", ""}};
  model::NodeReport node;
  node.name = "build@x86_64-linux";
  node.status = model::NodeStatus::kOk;
  node.attempt = 2;
  node.flaky = true;
  report.nodes = {node};
  return report;
}

TEST(StoredView, IsWhatALiveRunWouldBe) {
  const View view = StoredView(Sample());
  EXPECT_EQ(view.run.run_id, "01K9TESTRUN000000000000000");
  EXPECT_EQ(view.run.sha7, "26d2c2d");
  EXPECT_EQ(view.run.phase, model::RunPhase::kSettled);
  EXPECT_EQ(view.run.verdict, model::Verdict::kPassed);
  EXPECT_TRUE(view.run.tree_changed);
  EXPECT_EQ(view.run.flaky, std::vector<std::string>{"build@x86_64-linux"});
  const model::Node& node = view.nodes.at("build@x86_64-linux");
  EXPECT_EQ(node.recipe, "build");
  EXPECT_EQ(node.platform, "x86_64-linux");
  EXPECT_EQ(node.log, ".ci/26d2c2d/x86_64-linux/build.log");
  EXPECT_EQ(view.lanes.at("x86_64-linux").state, "ended");
}

TEST(StoredView, OneThatWasNeverJudgedIsIncompleteAndOneThatRunsHasNoVerdict) {
  model::RunReport report = Sample();
  report.verdict.reset();
  report.state = "unfinished";
  EXPECT_EQ(StoredView(report).run.verdict, model::Verdict::kIncomplete);
  report.state = "running";
  EXPECT_EQ(StoredView(report).run.verdict, std::nullopt);
  EXPECT_EQ(StoredView(report).run.phase, model::RunPhase::kRunning);
}

}  // namespace
}  // namespace odu::face
