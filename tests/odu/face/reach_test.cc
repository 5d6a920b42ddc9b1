#include "odu/face/reach.h"

#include <gtest/gtest.h>

#include "sample_view.h"
#include "served_checkout.h"

namespace odu::face {
namespace {

TEST(Reach, WithoutACoordinatorSaysSo) {
  ServedCheckout served;
  const auto client = served.loop.Run(Reach(served.context, Start::kNever));
  ASSERT_FALSE(client.has_value());
  EXPECT_EQ(client.error().code(), "not_running");
  EXPECT_EQ(client.error().ExitCode(), 3);
}

TEST(Reach, ALookTakesInEverySnapshotOnce) {
  ServedCheckout served;
  served.Open();
  const View sample = SampleView();
  served.run.Set(sample.run);
  for (const auto& [name, node] : sample.nodes) {
    served.nodes.Put(name, node);
  }
  for (const auto& [platform, lane] : sample.lanes) {
    served.lanes.Put(platform, lane);
  }
  auto client = served.loop.Run(Reach(served.context, Start::kNever));
  ASSERT_TRUE(client.has_value()) << client.error().message();
  LookAt all;
  all.coordinator = true;
  all.nodes = true;
  all.lanes = true;
  auto view = served.loop.Run(Look(served.context, **client, all));
  ASSERT_TRUE(view.has_value()) << view.error().message();
  EXPECT_TRUE(view->coordinator.has_value());
  view->coordinator.reset();
  EXPECT_EQ(*view, sample);
}

TEST(Reach, ACoordinatorOfAnotherStateFolderIsToldOfOnce) {
  ServedCheckout served;
  served.Open();
  ASSERT_TRUE(served.loop.Run(Reach(served.context, Start::kNever)));
  EXPECT_EQ(served.captured.Err(), "");
  served.context.place.folder = served.dir / "other/checkouts/0123456789abcdef";
  for (int time = 0; time < 2; ++time) {
    ASSERT_TRUE(served.loop.Run(Reach(served.context, Start::kIfNeeded)));
  }
  EXPECT_EQ(served.captured.Err(),
            "[odu] this checkout's coordinator keeps its runs in another state folder than '" +
                (served.dir / "other") + "'; 'odu serve --stop', and the next one takes this\n");
}

TEST(Reach, NoRunNamesTheLastOne) {
  model::Run run;
  EXPECT_EQ(NoRun(run, kStart).hint(), "'odu run' starts one");
  run.last_ref = "26d2c2d#1";
  run.last_verdict = model::Verdict::kFailed;
  run.last_finished_at = kStart;
  const base::Error error = NoRun(run, kStart + 2 * 3'600'000);
  EXPECT_EQ(error.hint(), "the last one was 26d2c2d#1, failed, 2 h ago ('odu runs')");
  EXPECT_EQ(error.ExitCode(), 3);
}

}  // namespace
}  // namespace odu::face
