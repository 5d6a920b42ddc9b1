#include "odu/face/terminal_notice.h"

#include <gtest/gtest.h>

namespace odu::face {
namespace {

TEST(TerminalNotice, ALongRunRingsAndSaysHowItEnded) {
  View view;
  view.run.pipeline = "ci\x1b]0;evil\a";
  view.run.sha7 = "7f59054";
  view.run.started_at = 1'000;
  EXPECT_EQ(TerminalNotice(view), "");
  view.run.settled_at = 11'000;
  view.run.verdict = model::Verdict::kFailed;
  const std::string notice = TerminalNotice(view);
  EXPECT_TRUE(notice.starts_with("\a\x1b]9;odu: ")) << notice;
  EXPECT_TRUE(notice.ends_with(" @ 7f59054: failed\x1b\\")) << notice;
  // What a justfile says cannot end the sequence or begin another.
  EXPECT_EQ(notice.find('\a', 1), std::string::npos);
  EXPECT_EQ(notice.find('\x1b', 2), notice.size() - 2);
  view.run.settled_at = 10'999;
  EXPECT_EQ(TerminalNotice(view), "");
}

}  // namespace
}  // namespace odu::face
