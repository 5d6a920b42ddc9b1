#include "odu/face/lines.h"

#include <gtest/gtest.h>

#include "golden.h"
#include "sample_view.h"

namespace odu::face {
namespace {

std::string AllLines(const View& view, LineFormat format, bool colour) {
  std::string text = FirstLine(view, format, "/home/me/.config/odu/hosts.json");
  for (const model::Node* node : Ordered(view)) {
    if (node->status != model::NodeStatus::kPending) {
      text += TransitionLine(*node, format, colour);
    }
  }
  return text + LastLine(view, format);
}

TEST(Lines, NdjsonHasTheOriginalsKeysInTheirOrder) {
  const View view = SampleView();
  EXPECT_EQ(TransitionLine(view.nodes.at("ci::lint@x86_64-linux"), LineFormat::kNdjson, true),
            R"({"node":"ci::lint@x86_64-linux","recipe":"ci::lint","platform":"x86_64-linux",)"
            R"("status":"failed","exit_code":3,"log":".ci/7f59054/x86_64-linux/ci::lint.log"})"
            "\n");
}

TEST(Lines, NdjsonSaysSuccessAndLeavesOutExitCodesThatAreNone) {
  const View view = SampleView();
  EXPECT_EQ(TransitionLine(view.nodes.at("build@x86_64-linux"), LineFormat::kNdjson, false),
            R"({"node":"build@x86_64-linux","recipe":"build","platform":"x86_64-linux",)"
            R"("status":"success","exit_code":0,"log":".ci/7f59054/x86_64-linux/build.log"})"
            "\n");
  EXPECT_EQ(TransitionLine(view.nodes.at("test@x86_64-linux"), LineFormat::kNdjson, false),
            R"({"node":"test@x86_64-linux","recipe":"test","platform":"x86_64-linux",)"
            R"("status":"running","log":".ci/7f59054/x86_64-linux/test.log"})"
            "\n");
}

TEST(Lines, NdjsonHasNoFirstAndNoLastLine) {
  EXPECT_EQ(FirstLine(SampleView(), LineFormat::kNdjson, ""), "");
  EXPECT_EQ(LastLine(SampleView(), LineFormat::kNdjson), "");
}

TEST(Lines, EveryFormatIsAsItWas) {
  View view = SampleView();
  view.run.verdict = model::Verdict::kFailed;
  view.run.settled_at = kStart + 70'000;
  ExpectGolden("lines_plain.txt", AllLines(view, LineFormat::kPlain, false));
  ExpectGolden("lines_plain_colour.txt", AllLines(view, LineFormat::kPlain, true));
  ExpectGolden("lines_ndjson.txt", AllLines(view, LineFormat::kNdjson, false));
  ExpectGolden("lines_ndjson2.txt", AllLines(view, LineFormat::kNdjson2, false));
  ExpectGolden("lines_statuses.txt", AllLines(view, LineFormat::kStatuses, false));
  ExpectGolden("lines_changes.txt", AllLines(view, LineFormat::kChanges, false));
}

TEST(Lines, ThePlainHeaderSaysWhichHostsFileIsInForce) {
  const std::string before = "odu · ci @ 7f59054+dirty · run 7f59054#2 · x86_64-linux=localhost ";
  EXPECT_EQ(FirstLine(SampleView(), LineFormat::kPlain, ""), before + "(hosts: (no hosts file))\n");
  EXPECT_EQ(FirstLine(SampleView(), LineFormat::kPlain, "/h/a\x1b]0;x\x07.json").find('\x1b'),
            std::string::npos);
}

TEST(Lines, TheHeartbeatNamesWhatRunsAndIsSilentOtherwise) {
  View view = SampleView();
  EXPECT_EQ(Heartbeat(view, kStart + 3600 + 61'000), "… still running: test@x86_64-linux (1m1s)\n");
  Add(view, SampleNode("bench", model::NodeStatus::kRunning, 9, 3600));
  EXPECT_EQ(Heartbeat(view, kStart + 3600 + 61'000),
            "… still running: test@x86_64-linux (1m1s), bench@x86_64-linux (1m1s)\n");
  EXPECT_EQ(Heartbeat(View(), kStart), "");
}

TEST(Lines, NoticesAreMadeSafeToShow) {
  const model::Notice notice{model::NoticeLevel::kWarning, "host a", "said \x1b]0;x\x07"};
  const std::string line = NoticeLine(notice, false);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_TRUE(line.starts_with("[host a] said "));
}

}  // namespace
}  // namespace odu::face
