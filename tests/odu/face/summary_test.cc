#include "odu/face/summary.h"

#include <gtest/gtest.h>

#include "golden.h"
#include "sample_view.h"

namespace odu::face {
namespace {

TEST(Summary, IsAsItWas) {
  View view = SampleView();
  view.run.verdict = model::Verdict::kFailed;
  const std::map<std::string, std::string> tails{
      {"ci::lint@x86_64-linux", "src/a.cc:3: unused\n\x1b[31mlint: 1 error\x1b[0m"}};
  ExpectGolden("summary.txt", Summary(view, tails, false));
  view.coordinator = model::Coordinator{};
  view.coordinator->checkout = "/home/me/a b";
  ExpectGolden("summary_colour.txt", Summary(view, tails, true));
}

TEST(Summary, AGreenRunSaysOk) {
  View view;
  view.run.sha7 = "7f59054";
  view.run.verdict = model::Verdict::kPassed;
  Add(view, SampleNode("build", model::NodeStatus::kOk, 0, 0, 1200));
  ExpectGolden("summary_ok.txt", Summary(view, {}, false));
}

TEST(Summary, OfManyNodesOnlyThoseThatAreNotOkAreListed) {
  View view;
  view.run.sha7 = "7f59054";
  view.run.verdict = model::Verdict::kFailed;
  for (int i = 0; i < 300; ++i) {
    Add(view, SampleNode("n" + std::to_string(i), model::NodeStatus::kOk, i, 0, 10));
  }
  for (int i = 0; i < 7; ++i) {
    Add(view, SampleNode("red" + std::to_string(i), model::NodeStatus::kFailed, 400 + i, 0, 10));
  }
  ExpectGolden("summary_many.txt", Summary(view, {}, false));
}

TEST(Summary, TheTailIsWholeLinesFromTheEnd) {
  EXPECT_EQ(TailOf("a\nb\nc\n", 2, false, false), "b\nc");
  EXPECT_EQ(TailOf("a\nb\nc", 2, false, false), "b\nc");
  EXPECT_EQ(TailOf("a\nb", 5, false, false), "a\nb");
  EXPECT_EQ(TailOf("cut\nb\nc", 5, true, false), "b\nc");
  EXPECT_EQ(TailOf("one line that is cut", 5, true, false), "one line that is cut");
  EXPECT_EQ(TailOf("of one endless line\n", 5, true, false), "of one endless line");
  EXPECT_EQ(TailOf("", 5, false, false), "");
  EXPECT_EQ(TailOf("\n\n\n", 5, false, false), "");
  EXPECT_EQ(TailOf("a\n\n\n", 5, false, false), "a");
}

TEST(Summary, TheTailIsShownNotObeyed) {
  const std::string tail =
      TailOf("\x1b]52;c;aGk=\x07\x1bP+q\x1b\\\x1b]0;t\x07\x1b[2J\x1b[31mred", 5, false, true);
  EXPECT_EQ(tail.find("\x1b]"), std::string::npos);
  EXPECT_EQ(tail.find("\x1bP"), std::string::npos);
  EXPECT_EQ(tail.find("\x1b[2J"), std::string::npos);
  EXPECT_NE(tail.find("\x1b[31mred"), std::string::npos);
}

TEST(Summary, EveryVerdictHasItsWord) {
  EXPECT_EQ(VerdictWord(model::Verdict::kPassed), "OK");
  EXPECT_EQ(VerdictWord(model::Verdict::kFailed), "FAILED");
  EXPECT_EQ(VerdictWord(model::Verdict::kCancelled), "CANCELLED");
  EXPECT_EQ(VerdictWord(model::Verdict::kIncomplete), "INCOMPLETE");
  EXPECT_EQ(VerdictWord(std::nullopt), "RUNNING");
}

TEST(Summary, ALineOfATailIsCutToASaneWidth) {
  View view;
  view.run.sha7 = "7f59054";
  view.run.verdict = model::Verdict::kFailed;
  Add(view, SampleNode("yes", model::NodeStatus::kFailed, 0, 0, 1200));
  const std::map<std::string, std::string> tails{
      {"yes@x86_64-linux", "first\n" + std::string(30'000, 'y') + "\nlast"}};
  for (const bool colour : {false, true}) {
    const std::string text = Summary(view, tails, colour);
    EXPECT_LT(text.size(), 2000U);
    EXPECT_NE(text.find("yyy…\n"), std::string::npos);
    EXPECT_NE(text.find("first\n"), std::string::npos);
    EXPECT_NE(text.find("last\n"), std::string::npos);
  }
}

}  // namespace
}  // namespace odu::face
