#include "odu/face/tails.h"

#include <gtest/gtest.h>

#include "odu/face/summary.h"
#include "sample_view.h"
#include "served_checkout.h"

namespace odu::face {
namespace {

TEST(Tails, OnlyTheEndOfALongLogIsFetchedAndOnlyOfRedNodes) {
  ServedCheckout served;
  served.Open();
  View view;
  view.run.run_id = "01K9TESTRUN00000000000000";
  model::Node red = SampleNode("red", model::NodeStatus::kFailed, 0, 0, 5);
  std::string bytes;
  for (int i = 0; i < 10'000; ++i) {
    bytes += "line " + std::to_string(i) + "\n";
  }
  red.log_bytes = bytes.size();
  Add(view, red);
  Add(view, SampleNode("green", model::NodeStatus::kOk, 1, 0, 5));
  auto log = std::make_shared<SampleLog>();
  log->Append(bytes);
  log->End();
  served.logs[red.name] = log;
  auto client = served.loop.Run(Reach(served.context, Start::kNever));
  const auto tails = served.loop.Run(FetchTails(served.context, **client, view));
  ASSERT_EQ(tails.size(), 1U);
  EXPECT_TRUE(tails.at(red.name).starts_with("line 9980\n"));
  EXPECT_TRUE(tails.at(red.name).ends_with("line 9999"));
  ASSERT_EQ(served.opened.size(), 1U);
  EXPECT_EQ(served.opened[0].offset, bytes.size() - kTailBytes);
}

TEST(Tails, ALogThatIsGoneIsNoReasonToFail) {
  ServedCheckout served;
  served.Open();
  View view;
  view.run.run_id = "01K9TESTRUN00000000000000";
  Add(view, SampleNode("red", model::NodeStatus::kFailed, 0, 0, 5));
  auto client = served.loop.Run(Reach(served.context, Start::kNever));
  const auto tails = served.loop.Run(FetchTails(served.context, **client, view));
  EXPECT_TRUE(tails.empty() || tails.begin()->second.empty());
}

}  // namespace
}  // namespace odu::face
