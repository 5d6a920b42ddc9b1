#include "odu/face/pipe_watcher.h"

#include <gtest/gtest.h>

#include <array>

#include "captured_console.h"
#include "sample_view.h"
#include "support/fake_clock.h"

namespace odu::face {
namespace {

TEST(PipeWatcher, AHeartbeatComesOnlyAfterAMinuteOfSilence) {
  CapturedConsole captured;
  support::FakeClock clock;
  PipeWatcher watcher(captured.console(), clock, LineFormat::kPlain, true);
  const View view = SampleView();
  watcher.Began(view);
  const std::string before = captured.Out();
  clock.Advance(std::chrono::seconds(59));
  watcher.Ticked(view);
  EXPECT_EQ(captured.Out(), before);
  clock.Advance(std::chrono::seconds(1));
  watcher.Ticked(view);
  EXPECT_TRUE(captured.Out().starts_with(before + "… still running: test@x86_64-linux ("));
  const size_t once = captured.Out().size();
  watcher.Ticked(view);
  EXPECT_EQ(captured.Out().size(), once);

  // A line in between starts the minute again; it is looked at each minute.
  clock.Advance(std::chrono::seconds(30));
  watcher.Changed(view, std::array{view.nodes.at("build@x86_64-linux")});
  const size_t after_line = captured.Out().size();
  clock.Advance(std::chrono::seconds(30));
  watcher.Ticked(view);
  EXPECT_EQ(captured.Out().size(), after_line);
  clock.Advance(std::chrono::seconds(60));
  watcher.Ticked(view);
  EXPECT_GT(captured.Out().size(), after_line);
}

TEST(PipeWatcher, NdjsonHasNoHeartbeat) {
  CapturedConsole captured;
  support::FakeClock clock;
  PipeWatcher watcher(captured.console(), clock, LineFormat::kNdjson, true);
  watcher.Began(SampleView());
  clock.Advance(std::chrono::minutes(5));
  watcher.Ticked(SampleView());
  EXPECT_EQ(captured.Out(), "");
}

TEST(PipeWatcher, ALongStartIsSaidOnce) {
  CapturedConsole captured;
  support::FakeClock clock;
  PipeWatcher watcher(captured.console(), clock, LineFormat::kPlain, true);
  watcher.Waiting(SampleView(), Idle());
  EXPECT_EQ(captured.Err(), "");
  clock.Advance(std::chrono::seconds(2));
  watcher.Waiting(SampleView(), Idle());
  watcher.Waiting(SampleView(), Idle());
  EXPECT_EQ(captured.Err(), "[odu] run 7f59054#2 is being prepared\n");
}

}  // namespace
}  // namespace odu::face
