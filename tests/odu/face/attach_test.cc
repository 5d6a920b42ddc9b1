#include "odu/face/attach.h"

#include <gtest/gtest.h>

#include "sample_view.h"
#include "served_checkout.h"
#include "status_samples.h"

namespace odu::face {
namespace {

TEST(Attach, InAPipeItEndsWithTheRunsVerdict) {
  ServedCheckout served;
  served.Open();
  View sample = SampleView();
  sample.run.expected = 1;
  served.run.Set(sample.run);
  served.nodes.Put("a@x86_64-linux", SampleNode("a", model::NodeStatus::kRunning, 0, 0));
  std::optional<base::Result<int>> exit;
  async::TaskGroup tasks(served.loop.executor());
  tasks.Spawn("attach", [&]() -> boost::asio::awaitable<void> {
    exit = co_await Attach(served.context, true);
  });
  ASSERT_TRUE(served.loop.RunUntil([&] { return !served.captured.Out().empty(); }));
  model::Node failed = SampleNode("a", model::NodeStatus::kFailed, 0, 0, 5);
  failed.exit_code = 3;
  served.nodes.Put("a@x86_64-linux", failed);
  sample.run.phase = model::RunPhase::kSettled;
  sample.run.verdict = model::Verdict::kFailed;
  served.run.Set(sample.run);
  ASSERT_TRUE(served.loop.RunUntil([&] { return exit.has_value(); }));
  ASSERT_TRUE(exit->has_value()) << exit->error().message();
  EXPECT_EQ(**exit, 1);
  EXPECT_EQ(served.captured.Out(),
            "{\"node\":\"a@x86_64-linux\",\"status\":\"running\"}\n"
            "{\"node\":\"a@x86_64-linux\",\"status\":\"failed\",\"exit_code\":3}\n");
  EXPECT_EQ(served.captured.Err(), "");
}

TEST(Attach, AnIdleCheckoutIsReportedOnceInAPipe) {
  ServedCheckout served;
  served.Open();
  const Idle idle = SampleIdle();
  served.pipeline.Set(idle.pipeline);
  served.runs.Put("01K9A", idle.runs[0]);
  const auto exit = served.loop.Run(Attach(served.context, false));
  ASSERT_TRUE(exit.has_value()) << exit.error().message();
  EXPECT_EQ(*exit, 0);
  EXPECT_TRUE(
      served.captured.Out().starts_with("odu · no run in progress\nci @ 7f59054: 2 nodes\n"))
      << served.captured.Out();
}

TEST(Attach, ARunThatIsSettledAndOpenIsShown) {
  for (const bool as_json : {false, true}) {
    ServedCheckout served;
    served.Open();
    const View sample = SampleView();
    model::Run run = sample.run;
    run.phase = model::RunPhase::kSettled;
    run.verdict = model::Verdict::kFailed;
    run.open = true;
    served.run.Set(run);
    const auto exit = served.loop.Run(Attach(served.context, as_json));
    ASSERT_TRUE(exit.has_value()) << exit.error().message();
    EXPECT_EQ(*exit, 0);
    const std::string out = served.captured.Out();
    EXPECT_TRUE(out.starts_with(as_json ? R"({"run":{"run_id":"01K9TEST)" : "run 7f59054#2 · "))
        << out;
  }
}

TEST(Attach, AnIdleCheckoutAsJsonHasANullRun) {
  ServedCheckout served;
  served.Open();
  ASSERT_EQ(*served.loop.Run(Attach(served.context, true)), 0);
  EXPECT_EQ(served.captured.Out(),
            R"({"run":null,"pipeline":{"sha":"","name":"","nodes":[],"error":""},"runs":[]})"
            "\n");
}

}  // namespace
}  // namespace odu::face
