#include "odu/face/status.h"

#include <gtest/gtest.h>

#include "sample_view.h"
#include "served_checkout.h"

namespace odu::face {
namespace {

TEST(Status, IsWhatTheCoordinatorSaysNow) {
  ServedCheckout served;
  served.Open();
  const View sample = SampleView();
  served.run.Set(sample.run);
  for (const auto& [name, node] : sample.nodes) {
    served.nodes.Put(name, node);
  }
  const auto view = served.loop.Run(LiveStatus(served.context, Start::kNever));
  ASSERT_TRUE(view.has_value()) << view.error().message();
  EXPECT_EQ(view->run, sample.run);
  EXPECT_EQ(view->nodes, sample.nodes);
  PrintStatus(served.captured.console(), *view, kStart + 5000, false);
  EXPECT_TRUE(served.captured.Out().starts_with("run 7f59054#2 · ci @ 7f59054+dirty · running"))
      << served.captured.Out();
}

TEST(Status, WithoutACoordinatorItIsForTheCallerToLookInTheStore) {
  ServedCheckout served;
  EXPECT_EQ(served.loop.Run(LiveStatus(served.context, Start::kNever)).error().code(),
            "not_running");
}

}  // namespace
}  // namespace odu::face
