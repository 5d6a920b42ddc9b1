#include "odu/face/matrix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "golden.h"
#include "odu/face/display.h"
#include "sample_view.h"

namespace odu::face {
namespace {

FrameStyle Style(int columns, int rows, bool colour = false) {
  FrameStyle style;
  style.columns = columns;
  style.rows = rows;
  style.colour = colour;
  return style;
}

View TwoPlatforms() {
  View view = SampleView();
  model::Lane lane;
  lane.platform = "aarch64-darwin";
  lane.host = "mac-1";
  lane.state = "retrying";
  lane.detail = "reconnecting in 4 s";
  lane.since = kStart;
  view.lanes.emplace(lane.platform, lane);
  Add(view, SampleNode("_ci-setup", model::NodeStatus::kRunning, 8, 100, {}, "aarch64-darwin"));
  Add(view, SampleNode("build", model::NodeStatus::kPending, 9, {}, {}, "aarch64-darwin"));
  return view;
}

TEST(Matrix, IsAsItWas) {
  const View view = TwoPlatforms();
  const std::array tails{LogTail{"ci::lint@x86_64-linux", "src/a.cc:3: unused\nlint: 1 error"}};
  ExpectGolden("matrix.txt", Frame(view, kStart + 66'000, Style(80, 24), tails, ""));
  ExpectGolden("matrix_colour.txt",
               Frame(view, kStart + 66'000, Style(80, 24, true), tails, "q leaves"));
  ExpectGolden("matrix_narrow.txt", Frame(view, kStart + 66'000, Style(40, 24), tails, ""));
  ExpectGolden("matrix_low.txt", Frame(view, kStart + 66'000, Style(80, 10), tails, ""));
}

/// The lines of a frame with three red nodes below the matrix, on a screen of so many rows.
std::string BelowTheCounts(int rows) {
  View view = SampleView();
  Add(view, SampleNode("unit", model::NodeStatus::kFailed, 8, 100, 65'000));
  const std::array tails{LogTail{"unit@x86_64-linux", "u1\nu2\nu3\nu4\nu5\nu6\nu7\nu8\nu9"},
                         LogTail{"ci::lint@x86_64-linux", "l1"},
                         LogTail{"fmt@x86_64-linux", "f1\nf2\nf3\nf4\nf5"}};
  const std::string frame = Frame(view, kStart + 66'000, Style(80, rows), tails, "");
  return frame.substr(frame.find('\n', frame.find(" pending")) + 1);
}

TEST(Matrix, TheEndsOfSeveralRedLogsShareTheRoomThatThereIs) {
  EXPECT_EQ(BelowTheCounts(24),
            "✗ unit@x86_64-linux\n  u7\n  u8\n  u9\n"
            "✗ ci::lint@x86_64-linux  exit 3\n  l1\n"
            "⚠ fmt@x86_64-linux  disk full\n  f1\n  f2\n  f3\n  f4\n  f5\n");
  EXPECT_EQ(BelowTheCounts(12),
            "✗ unit@x86_64-linux\n  u8\n  u9\n"
            "✗ ci::lint@x86_64-linux  exit 3\n  l1\n");
  EXPECT_EQ(BelowTheCounts(8), "✗ unit@x86_64-linux\n  u7\n  u8\n  u9\n");
}

TEST(Matrix, ALogThatIsStillReadHasItsTitleAlready) {
  const std::array tails{LogTail{"ci::lint@x86_64-linux", ""}, LogTail{"fmt@x86_64-linux", "f1"}};
  const std::string frame = Frame(SampleView(), kStart, Style(80, 24), tails, "");
  EXPECT_TRUE(
      frame.ends_with("✗ ci::lint@x86_64-linux  exit 3\n"
                      "⚠ fmt@x86_64-linux  disk full\n  f1\n"))
      << frame;
}

TEST(Matrix, BeforeThePlanIsKnownItSaysSo) {
  View view = SampleView();
  view.nodes.clear();
  ExpectGolden("matrix_empty.txt", Frame(view, kStart + 2000, Style(80, 24), {}, ""));
}

TEST(Matrix, ALaneThatIsBroughtItsAgentShowsHowFarItIs) {
  View view = TwoPlatforms();
  model::Lane& lane = view.lanes.at("aarch64-darwin");
  lane.state = "copying";
  lane.detail.clear();
  lane.bytes = 3'140'000;
  lane.total_bytes = 6'400'000;
  EXPECT_NE(Frame(view, kStart + 2000, Style(80, 24), {}, "")
                .find("\naarch64-darwin on mac-1: copying 2s · 3.1 of 6.4 MB\n"),
            std::string::npos);
}

TEST(Matrix, NeverTakesMoreRoomThanThereIs) {
  View view = TwoPlatforms();
  const std::array tails{LogTail{"ci::lint@x86_64-linux", "a\nb\nc"},
                         LogTail{"fmt@x86_64-linux", "d\ne\nf\ng"},
                         LogTail{"gone@x86_64-linux", "h"}};
  for (int i = 0; i < 500; ++i) {
    Add(view, SampleNode("node-with-a-rather-long-name-" + std::to_string(i),
                         static_cast<model::NodeStatus>(i % 7), 10 + i, 0, 10));
  }
  for (int rows = 6; rows < 60; rows += 3) {
    for (int columns = 20; columns < 160; columns += 20) {
      const std::string frame =
          Frame(view, kStart + 66'000, Style(columns, rows, rows % 2 == 0), tails, "q leaves");
      const auto lines = static_cast<int>(std::count(frame.begin(), frame.end(), '\n'));
      EXPECT_LE(lines, rows) << columns;
      for (const std::string_view line : base::Split(frame, '\n')) {
        EXPECT_LE(DisplayWidth(line), static_cast<size_t>(columns)) << line;
      }
    }
  }
}

TEST(Matrix, WhatRunsOrIsRedStaysInSightWhenRoomIsShort) {
  View view;
  view.run.run_id = "x";
  for (int i = 0; i < 300; ++i) {
    Add(view, SampleNode("n" + std::to_string(i), model::NodeStatus::kOk, i, 0, 10));
  }
  Add(view, SampleNode("late-red", model::NodeStatus::kFailed, 400, 0, 10));
  Add(view, SampleNode("late-running", model::NodeStatus::kRunning, 401, 0));
  const std::string frame = Frame(view, kStart, Style(80, 12), {}, "");
  EXPECT_NE(frame.find("late-red"), std::string::npos);
  EXPECT_NE(frame.find("late-running"), std::string::npos);
}

TEST(Matrix, TheSameMomentGivesTheSameFrame) {
  const View view = TwoPlatforms();
  EXPECT_EQ(Frame(view, kStart + 5000, Style(80, 24), {}, ""),
            Frame(view, kStart + 5000, Style(80, 24), {}, ""));
}

TEST(Matrix, AttemptsAfterTheFirstAreNumbered) {
  View view;
  view.run.run_id = "x";
  model::Node node = SampleNode("build", model::NodeStatus::kOk, 0, 0, 2000);
  node.attempt = 3;
  Add(view, node);
  EXPECT_NE(Frame(view, kStart, Style(80, 24), {}, "").find("✔ 2s #3"), std::string::npos);
}

}  // namespace
}  // namespace odu::face
