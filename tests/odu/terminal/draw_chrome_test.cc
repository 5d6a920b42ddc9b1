#include "odu/terminal/draw_chrome.h"

#include <gtest/gtest.h>

#include "sample_state.h"

namespace odu::terminal {
namespace {

class ChromeTest : public testing::Test {
 protected:
  std::string Text(int width = 80, int height = 24) const {
    return Draw(state_, log_, Theme(), width, height).grid.Text();
  }
  bool Shows(std::string_view text) const { return Text().find(text) != std::string::npos; }
  State state_ = SampleState();
  LogDocument log_;
};

TEST_F(ChromeTest, TheHeaderCountsAndTells) {
  EXPECT_TRUE(Shows("ci · run 7f59054#2 · running")) << Text();
  EXPECT_NE(Text(120, 40).find("✗ 1 failed  ⚠ 1 errored  ▶ 1 running"), std::string::npos);
  EXPECT_TRUE(Shows("✗ 1  ⚠ 1  ▶ 1  ✔ 4  ⊘ 1  ■ 1  ◦ 1 ")) << "no room for words" << Text();
  EXPECT_TRUE(Shows("1m4s · about 1m0s left")) << Text();
}

TEST_F(ChromeTest, AVerdictStandsWhereTheRunHasOne) {
  state_.live.run.phase = model::RunPhase::kSettled;
  state_.live.run.settled_at = kStart + 30'000;
  state_.live.run.verdict = model::Verdict::kFailed;
  state_.live.run.open = true;
  EXPECT_TRUE(Shows("· failed (open)")) << Text();
  EXPECT_TRUE(Shows(" 30s")) << Text();
  EXPECT_FALSE(Shows("left"));
}

TEST_F(ChromeTest, QuestionsAndToastsTakeTheFoot) {
  state_.mode = Mode::kAsk;
  state_.question = Question::kLeaveRun;
  EXPECT_TRUE(Shows("leave: c cancels the run  l leaves it running  Esc stays"));
  state_.mode = Mode::kBrowse;
  Say(state_, "copied 3 lines");
  EXPECT_TRUE(Shows("copied 3 lines"));
  state_.now_ms += 6000;
  EXPECT_FALSE(Shows("copied 3 lines"));
}

TEST_F(ChromeTest, AnAnswerCanBeClicked) {
  state_.mode = Mode::kAsk;
  state_.question = Question::kCancelRun;
  const Picture picture = Draw(state_, log_, Theme(), 40, 12);
  std::vector<std::string> keys;
  for (const Hit& hit : picture.hits) {
    if (hit.kind == Hit::Kind::kKey) {
      keys.push_back(hit.name);
    }
  }
  EXPECT_EQ(keys, (std::vector<std::string>{"y", "n"}));
}

TEST_F(ChromeTest, WhatIsFlakyOrOwedIsTold) {
  state_.live.run.flaky = {"build@x86_64-linux"};
  state_.live.run.unposted = {"build@x86_64-linux", "ci::lint@x86_64-linux"};
  EXPECT_NE(Text(140, 40).find("1 flaky"), std::string::npos);
  EXPECT_TRUE(Shows("2 posts owed")) << Text();
  EXPECT_TRUE(Shows("✔ 3s flaky")) << Text();
  state_.focus = "build@x86_64-linux";
  EXPECT_NE(Text(140, 40).find("flaky · its status is not posted yet"), std::string::npos);
}

TEST_F(ChromeTest, TheBarHasAPlaceForWhateverThereIs) {
  for (int i = 0; i < 500; ++i) {
    Add(state_.live, SampleNode("n" + std::to_string(i), model::NodeStatus::kOk, i, 0, 1));
  }
  const Picture picture = Draw(state_, log_, Theme(), 160, 40);
  size_t bad = 0;
  for (int x = 0; x < 160; ++x) {
    bad += picture.grid.at(x, 1).text() == "━" && picture.grid.at(x, 1).style == Theme::Bad();
  }
  EXPECT_EQ(bad, 1U) << picture.grid.Text();
}

TEST_F(ChromeTest, TheNewestEventsAreShown) {
  for (int i = 0; i < 300; ++i) {
    EventLine event;
    event.at = kStart + i * 1000;
    event.text = "gate: event " + std::to_string(i);
    AddEvent(state_, std::move(event));
  }
  EXPECT_EQ(state_.events.size(), kMaxEvents);
  EXPECT_TRUE(Shows("gate: event 299")) << Text();
  EXPECT_FALSE(Shows("gate: event 280"));
}

TEST_F(ChromeTest, WhatAPeerSaysCannotBreakOut) {
  state_.live.run.pipeline = "ci\x1b]0;owned\a";
  EventLine event;
  event.text = "host: \x1b[2J\u202eevil";
  AddEvent(state_, std::move(event));
  EXPECT_EQ(Text().find('\x1b'), std::string::npos);
  EXPECT_EQ(Text().find("\u202e"), std::string::npos);
}

}  // namespace
}  // namespace odu::terminal
