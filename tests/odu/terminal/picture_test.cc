#include "odu/terminal/picture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "golden.h"
#include "sample_state.h"

namespace odu::terminal {
namespace {

class PictureTest : public testing::Test {
 protected:
  PictureTest() {
    state_.log.node = state_.focus;
    FillSampleLog(log_);
    state_.log.size = log_.end();
  }
  Picture At(int width, int height) const { return Draw(state_, log_, theme_, width, height); }
  void ExpectPicture(const std::string& name, int width, int height) const {
    ExpectGolden(name, Shown(At(width, height).grid));
  }

  State state_ = SampleState();
  LogDocument log_;
  Theme theme_;
};

TEST_F(PictureTest, ARunOnEveryUsualScreen) {
  ExpectPicture("run_80x24.txt", 80, 24);
  ExpectPicture("run_120x40.txt", 120, 40);
  ExpectPicture("run_200x60.txt", 200, 60);
  ExpectPicture("run_40x12.txt", 40, 12);
}

TEST_F(PictureTest, WithoutUtf8EverythingIsAscii) {
  theme_.ascii = true;
  const Picture picture = At(80, 24);
  for (const char c : picture.grid.Text()) {
    ASSERT_LT(static_cast<unsigned char>(c), 0x80);
  }
  ExpectGolden("run_ascii_80x24.txt", Shown(picture.grid));
}

TEST_F(PictureTest, TheLogAlone) {
  state_.zoomed = true;
  state_.log.follow = false;
  state_.log.pattern = LogPattern::Text("line 1");
  ExpectPicture("zoomed_80x24.txt", 80, 24);
}

TEST_F(PictureTest, TwoHundredRecipesScrollAroundTheFocus) {
  for (int i = 0; i < 200; ++i) {
    Add(state_.live,
        SampleNode(fmt::format("recipe-{:03}", i), model::NodeStatus::kPending, 10 + i));
  }
  state_.focus = "recipe-120@x86_64-linux";
  state_.focus_is_chosen = true;
  ExpectPicture("many_80x24.txt", 80, 24);
  for (int i = 0; i < 200; ++i) {
    state_.focus = fmt::format("recipe-{:03}@x86_64-linux", i);
    const std::string text = At(80, 24).grid.Text();
    ASSERT_NE(text.find(fmt::format("recipe-{:03}", i)), std::string::npos) << text;
  }
}

TEST_F(PictureTest, MorePlatformsThanFitScrollToo) {
  for (int i = 0; i < 12; ++i) {
    const std::string platform = fmt::format("platform-{}", i);
    Add(state_.live, SampleNode("build", model::NodeStatus::kOk, 1, 0, 1000, platform));
  }
  for (const auto& [name, node] : state_.live.nodes) {
    state_.focus = name;
    state_.focus_is_chosen = true;
    const Picture picture = At(60, 24);
    const bool shown = std::ranges::any_of(
        picture.hits, [&](const Hit& hit) { return hit.name == name && hit.where.height == 1; });
    ASSERT_TRUE(shown) << name;
  }
}

TEST_F(PictureTest, LanesSayWhatTheyDo) {
  model::Lane& mac = state_.live.lanes.at(std::string(kDarwin));
  mac.state = "copying";
  mac.bytes = 63;
  mac.total_bytes = 100;
  model::Lane& linux_lane = state_.live.lanes.at(std::string(kLinux));
  linux_lane.state = "retrying";
  linux_lane.detail = "reconnecting in 4 s";
  const std::string text = At(120, 40).grid.Text();
  EXPECT_NE(text.find("copying 63 %"), std::string::npos) << text;
  EXPECT_NE(text.find("reconnecting in"), std::string::npos) << text;
}

TEST_F(PictureTest, ALostCoordinatorLooksStale) {
  state_.link_lost = "the link is gone";
  state_.link_lost_at = state_.now_ms - 3000;
  ExpectPicture("stale_80x24.txt", 80, 24);
}

TEST_F(PictureTest, PostsThatAreOwedAreCounted) {
  state_.live.run.unposted = {"build@x86_64-linux", "ci::lint@x86_64-linux"};
  EXPECT_NE(At(80, 24).grid.Text().find("2 posts owed"), std::string::npos);
}

TEST_F(PictureTest, NothingRunning) {
  state_.live = face::View();
  state_.idle.pipeline.name = "ci";
  state_.idle.pipeline.sha = "7f59054c0ffee000000000000000000000000000";
  state_.idle.pipeline.nodes = {{"build@x86_64-linux", {}},
                                {"test@x86_64-linux", {"build@x86_64-linux"}}};
  state_.plan = PlanView(state_.idle.pipeline);
  for (int i = 2; i > 0; --i) {
    model::RunSummary run;
    run.run_id = fmt::format("01K9{}", i);
    run.ref = fmt::format("7f59054#{}", i);
    run.started_at = kStart - i * 600'000;
    run.finished_at = run.started_at + 61'000;
    run.verdict = i == 2 ? model::Verdict::kPassed : model::Verdict::kFailed;
    if (i == 1) {
      run.red = {"test@x86_64-linux", "fmt@x86_64-linux"};
    }
    state_.idle.runs.push_back(std::move(run));
  }
  state_.events.clear();
  state_.selected = {"test@x86_64-linux"};
  SettleFocus(state_);
  ExpectPicture("idle_80x24.txt", 80, 24);
  state_.plan = face::View();
  state_.idle.pipeline.nodes.clear();
  state_.idle.pipeline.error = "justfile:3:1: no tagged recipe\nsecond line";
  EXPECT_NE(At(80, 24).grid.Text().find("no plan: justfile:3:1: no tagged recipe"),
            std::string::npos);
}

TEST_F(PictureTest, AnyStateIsDrawnOnAnySize) {
  for (const Mode mode :
       {Mode::kBrowse, Mode::kHelp, Mode::kPalette, Mode::kSearch, Mode::kAsk, Mode::kAttempts}) {
    state_.mode = mode;
    for (int height = 1; height < 40; height += 3) {
      for (int width = 1; width < 130; width += 5) {
        const Picture picture = At(width, height);
        ASSERT_EQ(picture.grid.width(), width);
        ASSERT_EQ(picture.grid.height(), height);
      }
    }
  }
}

TEST_F(PictureTest, WhatDoesNotFitEndsInAnEllipsis) {
  EXPECT_EQ(Fitted("abcdef", 6, theme_), "abcdef");
  EXPECT_EQ(Fitted("abcdef", 4, theme_), "abc…");
  EXPECT_EQ(Fitted("漢字漢字", 4, theme_), "漢…");
  EXPECT_EQ(Fitted("abc", 0, theme_), "");
}

}  // namespace
}  // namespace odu::terminal
