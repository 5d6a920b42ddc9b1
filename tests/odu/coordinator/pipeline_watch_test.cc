#include "odu/coordinator/pipeline_watch.h"

#include <gtest/gtest.h>

#include "odu/coordinator/served_checkout.h"

namespace odu::coordinator {
namespace {

TEST(PipelineWatch, ShowsWholeNodeNames) {
  model::Pipeline pipeline;
  pipeline.name = "all";
  model::LanePlan lane;
  lane.platform = "x86_64-linux";
  lane.nodes = {{"a", "a", {"true"}, {}}, {"b", "b", {"true"}, {"a"}}};
  pipeline.lanes = {lane};
  const auto shown = ShownPipeline("abc", pipeline);
  EXPECT_EQ(shown.sha, "abc");
  ASSERT_EQ(shown.nodes.size(), 2);
  EXPECT_EQ(shown.nodes[1].name, "b@x86_64-linux");
  EXPECT_EQ(shown.nodes[1].needs, std::vector<std::string>{"a@x86_64-linux"});
}

TEST(PipelineWatch, FollowsHeadAndTellsAnErrorInTheCell) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  served.coordinator->OnSessions(1);
  ASSERT_TRUE(served.Until([&] { return served.pipeline.nodes.size() == 1; }));
  checkout.repo.Write("odu.json", "{");
  const std::string sha = checkout.repo.Commit();
  served.coordinator->OnSessions(2);
  ASSERT_TRUE(served.Until([&] { return served.pipeline.sha == sha; }));
  EXPECT_FALSE(served.pipeline.error.empty());
  EXPECT_TRUE(served.pipeline.nodes.empty());
}

}  // namespace
}  // namespace odu::coordinator
