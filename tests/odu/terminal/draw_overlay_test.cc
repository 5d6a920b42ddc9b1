#include "odu/terminal/draw_overlay.h"

#include <gtest/gtest.h>

#include "golden.h"
#include "sample_state.h"

namespace odu::terminal {
namespace {

class OverlayTest : public testing::Test {
 protected:
  Picture At(int width, int height) const { return Draw(state_, log_, Theme(), width, height); }
  State state_ = SampleState();
  LogDocument log_;
};

TEST_F(OverlayTest, HelpNamesEveryKey) {
  state_.mode = Mode::kHelp;
  ExpectGolden("help_100x40.txt", Shown(At(100, 40).grid));
}

TEST_F(OverlayTest, ThePaletteShowsWhatFitsWhatWasTyped) {
  state_.mode = Mode::kPalette;
  state_.input = "re";
  ExpectGolden("palette_80x24.txt", Shown(At(80, 24).grid));
}

TEST_F(OverlayTest, AttemptsAreListedWithWhatTheyCameTo) {
  state_.mode = Mode::kAttempts;
  state_.attempts = {{1, model::NodeStatus::kFailed, "exit 3", 4000},
                     {2, model::NodeStatus::kRunning, "", std::nullopt}};
  state_.choice = 1;
  const std::string text = At(80, 24).grid.Text();
  EXPECT_NE(text.find("✗ attempt 1"), std::string::npos) << text;
  EXPECT_NE(text.find("4s  exit 3"), std::string::npos) << text;
}

TEST_F(OverlayTest, AListLongerThanTheScreenShowsTheChosenLine) {
  state_.mode = Mode::kPalette;
  state_.choice = 20;
  const Picture picture = At(80, 12);
  bool shown = false;
  for (const Hit& hit : picture.hits) {
    shown = shown || (hit.kind == Hit::Kind::kChoice && hit.index == 20);
  }
  EXPECT_TRUE(shown);
}

}  // namespace
}  // namespace odu::terminal
