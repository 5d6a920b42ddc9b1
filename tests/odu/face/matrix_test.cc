#include "odu/face/matrix.h"

#include <gtest/gtest.h>

#include <algorithm>

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
  const std::string tail = "src/a.cc:3: unused\nlint: 1 error";
  const std::string focus = "ci::lint@x86_64-linux";
  ExpectGolden("matrix.txt", Frame(view, kStart + 66'000, Style(80, 24), focus, tail, ""));
  ExpectGolden("matrix_colour.txt",
               Frame(view, kStart + 66'000, Style(80, 24, true), focus, tail, "q leaves"));
  ExpectGolden("matrix_narrow.txt", Frame(view, kStart + 66'000, Style(40, 24), focus, tail, ""));
  ExpectGolden("matrix_low.txt", Frame(view, kStart + 66'000, Style(80, 10), focus, tail, ""));
}

TEST(Matrix, BeforeThePlanIsKnownItSaysSo) {
  View view = SampleView();
  view.nodes.clear();
  ExpectGolden("matrix_empty.txt", Frame(view, kStart + 2000, Style(80, 24), "", "", ""));
}

TEST(Matrix, NeverTakesMoreRoomThanThereIs) {
  View view = TwoPlatforms();
  for (int i = 0; i < 500; ++i) {
    Add(view, SampleNode("node-with-a-rather-long-name-" + std::to_string(i),
                         static_cast<model::NodeStatus>(i % 7), 10 + i, 0, 10));
  }
  for (int rows = 6; rows < 60; rows += 3) {
    for (int columns = 20; columns < 160; columns += 20) {
      const std::string frame = Frame(view, kStart + 66'000, Style(columns, rows, rows % 2 == 0),
                                      "ci::lint@x86_64-linux", "a\nb\nc", "q leaves");
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
  const std::string frame = Frame(view, kStart, Style(80, 12), "", "", "");
  EXPECT_NE(frame.find("late-red"), std::string::npos);
  EXPECT_NE(frame.find("late-running"), std::string::npos);
}

TEST(Matrix, TheSameMomentGivesTheSameFrame) {
  const View view = TwoPlatforms();
  EXPECT_EQ(Frame(view, kStart + 5000, Style(80, 24), "", "", ""),
            Frame(view, kStart + 5000, Style(80, 24), "", "", ""));
}

TEST(Matrix, AttemptsAfterTheFirstAreNumbered) {
  View view;
  view.run.run_id = "x";
  model::Node node = SampleNode("build", model::NodeStatus::kOk, 0, 0, 2000);
  node.attempt = 3;
  Add(view, node);
  EXPECT_NE(Frame(view, kStart, Style(80, 24), "", "", "").find("✔ 2s #3"), std::string::npos);
}

}  // namespace
}  // namespace odu::face
