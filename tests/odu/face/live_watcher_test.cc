#include "odu/face/live_watcher.h"

#include <gtest/gtest.h>

#include <array>

#include "captured_console.h"
#include "golden.h"
#include "sample_view.h"
#include "status_samples.h"
#include "support/fake_clock.h"

namespace odu::face {
namespace {

FrameStyle Small() {
  FrameStyle style;
  style.columns = 80;
  style.rows = 24;
  return style;
}

TEST(LiveWatcher, WantsTheLogsOfTheNewestThreeThatAreRed) {
  CapturedConsole captured(true);
  support::FakeClock clock;
  LiveWatcher watcher(captured.console(), clock, Small, "");
  using Names = std::vector<std::string>;
  EXPECT_EQ(watcher.WantedTails(View()), Names());
  View view = SampleView();
  EXPECT_EQ(watcher.WantedTails(view), (Names{"ci::lint@x86_64-linux", "fmt@x86_64-linux"}));
  Add(view, SampleNode("newest", model::NodeStatus::kErrored, 8, 0, 70'000));
  Add(view, SampleNode("as new", model::NodeStatus::kFailed, 9, 0, 70'000));
  EXPECT_EQ(watcher.WantedTails(view),
            (Names{"newest@x86_64-linux", "as new@x86_64-linux", "ci::lint@x86_64-linux"}));
}

TEST(LiveWatcher, OnlyRedTransitionsStayAboveTheFrame) {
  CapturedConsole captured(true);
  support::FakeClock clock;
  const View view = SampleView();
  LiveWatcher watcher(captured.console(), clock, Small, "");
  watcher.Changed(view, std::array{view.nodes.at("build@x86_64-linux"),
                                   view.nodes.at("ci::lint@x86_64-linux")});
  EXPECT_EQ(captured.Out(),
            "✗ failed  ci::lint@x86_64-linux 1m3s (exit 3)  → "
            ".ci/7f59054/x86_64-linux/ci::lint.log\n");
}

TEST(LiveWatcher, SettlingTakesTheFrameAwayAndShowsTheCursor) {
  CapturedConsole captured(true);
  support::FakeClock clock;
  LiveWatcher watcher(captured.console(), clock, Small, "");
  watcher.Began(SampleView());
  watcher.Settled(SampleView(), {});
  EXPECT_TRUE(captured.Out().ends_with("\x1b[0J\x1b[?25h"));
  EXPECT_NE(captured.Err().find("ci run summary"), std::string::npos);
}

TEST(LiveWatcher, AnIdleCheckoutShowsItsPlanAndItsRuns) {
  ExpectGolden("idle.txt", IdleText(View(), SampleIdle(), kStart + 3'700'000, Small()));
  Idle broken;
  broken.pipeline.error = "justfile:3:1: no tagged recipe\nsecond line";
  ExpectGolden("idle_without_plan.txt", IdleText(View(), broken, kStart, Small()));
}

TEST(LiveWatcher, ALargePlanIsCutToTheScreen) {
  Idle idle;
  for (int i = 0; i < 1000; ++i) {
    idle.pipeline.nodes.push_back(model::PlannedNode{"n" + std::to_string(i), {}});
  }
  const std::string text = IdleText(View(), idle, kStart, Small());
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 24);
  EXPECT_NE(text.find("and 982 more"), std::string::npos) << text;
}

}  // namespace
}  // namespace odu::face
