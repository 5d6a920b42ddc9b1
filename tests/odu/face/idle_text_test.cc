#include "odu/face/idle_text.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "golden.h"
#include "sample_view.h"
#include "status_samples.h"

namespace odu::face {
namespace {

TEST(IdleText, AnIdleCheckoutShowsItsPlanAndItsRuns) {
  ExpectGolden("idle.txt", IdleText(View(), SampleIdle(), kStart + 3'700'000, false));
  Idle broken;
  broken.pipeline.error = "justfile:3:1: no tagged recipe\nsecond line";
  ExpectGolden("idle_without_plan.txt", IdleText(View(), broken, kStart, false));
}

TEST(IdleText, ALargePlanIsCut) {
  Idle idle;
  for (int i = 0; i < 1000; ++i) {
    idle.pipeline.nodes.push_back(model::PlannedNode{"n" + std::to_string(i), {}});
  }
  const std::string text = IdleText(View(), idle, kStart, false);
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 60);
  EXPECT_NE(text.find("and 951 more"), std::string::npos) << text;
}

}  // namespace
}  // namespace odu::face
