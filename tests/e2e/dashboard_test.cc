#include <signal.h>

#include "dashboard_fixture.h"

/// The full screen as a person uses it: the real programs in a real terminal (tmux), every key.
namespace odu {
namespace {

TEST_F(DashboardTest, ARunIsShownWithItsMatrixItsLogAndItsEvents) {
  const auto tmux = Attached();
  EXPECT_TRUE(tmux->UntilShown("odu  ci · run " + Sha7() + "#1 · running")) << tmux->Screen();
  EXPECT_TRUE(tmux->UntilShown("● localhost")) << tmux->Screen();
  EXPECT_TRUE(tmux->UntilShown("✗ " + Node("lint") + " exit 1")) << "red draws the focus";
  EXPECT_TRUE(tmux->UntilShown("a.c:3: error: bad thing")) << tmux->Screen();
  EXPECT_TRUE(tmux->UntilShown("running " + Node("long"))) << tmux->Screen();
  EXPECT_TRUE(tmux->IsFullScreen());
  Finish();
}

TEST_F(DashboardTest, LeavingAttachLeavesTheRunAndTheScrollbackAsTheyWere) {
  const auto tmux = Attached();
  tmux->Type("q");
  EXPECT_TRUE(UntilLeft("0")) << tmux->Screen();
  EXPECT_FALSE(tmux->IsFullScreen());
  EXPECT_EQ(tmux->Flag("mouse_any_flag"), "0\n");
  EXPECT_TRUE(
      tmux->History().starts_with("before\nrun " + Sha7() + "#1 goes on; 'odu attach' shows it\n"))
      << tmux->History();
  EXPECT_TRUE(UntilLongRuns()) << Odu({"status"});
  Finish();
}

TEST_F(DashboardTest, MovingTheFocusChangesTheLog) {
  const auto tmux = Attached();
  ASSERT_TRUE(tmux->UntilShown("✗ " + Node("lint")));
  for (const auto& [key, node] : std::vector<std::pair<std::string, std::string>>{
           {"k", "build"}, {"j", "lint"}, {"Up", "build"}, {"Down", "lint"}, {"2", "build"}}) {
    tmux->Type(key);
    EXPECT_TRUE(tmux->UntilShown(" " + Node(node) + " ")) << key << "\n" << tmux->Screen();
  }
  EXPECT_TRUE(tmux->UntilShown("build line 300")) << tmux->Screen();
  tmux->Type("Tab");
  EXPECT_TRUE(tmux->UntilShown("✗ " + Node("lint"))) << tmux->Screen();
  tmux->Type("Tab");
  EXPECT_TRUE(tmux->UntilShown("long begins")) << tmux->Screen();
  Finish();
}

TEST_F(DashboardTest, TheLogIsZoomedScrolledPinnedWrappedAndFollowed) {
  const auto tmux = Attached();
  tmux->Type("2");
  ASSERT_TRUE(tmux->UntilShown("build line 300")) << tmux->Screen();
  tmux->Type("Enter");
  EXPECT_TRUE(tmux->UntilGone("_ci-setup")) << tmux->Screen();
  tmux->Type("g");
  EXPECT_TRUE(tmux->UntilShown("build line 1\n")) << tmux->Screen();
  EXPECT_TRUE(tmux->UntilShown("pinned"));
  tmux->Type("PPage");
  tmux->Type("NPage");
  EXPECT_TRUE(tmux->UntilShown("build line 30\n")) << tmux->Screen();
  tmux->Type("G");
  EXPECT_TRUE(tmux->UntilShown("build line 300")) << tmux->Screen();
  EXPECT_TRUE(tmux->UntilShown("· follow"));
  tmux->Type("PPage");
  EXPECT_TRUE(tmux->UntilGone("build line 300")) << tmux->Screen();
  tmux->Type("f");
  EXPECT_TRUE(tmux->UntilShown("build line 300")) << tmux->Screen();
  tmux->Type("w");
  EXPECT_TRUE(tmux->UntilShown("· wrap")) << tmux->Screen();
  tmux->Type("Enter");
  EXPECT_TRUE(tmux->UntilShown("_ci-setup")) << tmux->Screen();
  Finish();
}

TEST_F(DashboardTest, TheLogIsSearchedForwardBackwardAndForErrors) {
  const auto tmux = Attached();
  tmux->Type("2");
  ASSERT_TRUE(tmux->UntilShown("build line 300")) << tmux->Screen();
  tmux->Type("g");
  ASSERT_TRUE(tmux->UntilShown("build line 1\n"));
  tmux->Type("/");
  tmux->Send("line 20");
  EXPECT_TRUE(tmux->UntilShown("/line 20")) << tmux->Screen();
  tmux->Type("Enter");
  EXPECT_TRUE(tmux->UntilShown("build line 20\n")) << tmux->Screen();
  tmux->Type("n");
  EXPECT_TRUE(tmux->UntilShown("build line 200\n")) << tmux->Screen();
  tmux->Type("N");
  EXPECT_TRUE(tmux->UntilShown("build line 20\n")) << tmux->Screen();
  tmux->Type("3");
  ASSERT_TRUE(tmux->UntilShown("checking"));
  tmux->Type("e");
  EXPECT_TRUE(tmux->UntilShown("pinned")) << tmux->Screen();
  EXPECT_TRUE(tmux->UntilShown("a.c:3: error: bad thing")) << tmux->Screen();
  Finish();
}

TEST_F(DashboardTest, WhatIsShownIsCopied) {
  const auto tmux = Attached();
  ASSERT_TRUE(tmux->UntilShown("a.c:3: error: bad thing")) << tmux->Screen();
  tmux->Type("y");
  EXPECT_TRUE(tmux->UntilShown("copied 3 lines")) << tmux->Screen();
  EXPECT_TRUE(Until([&] {
    return tmux->Clipboard().starts_with("checking\na.c:3: error: bad thing\n");
  })) << tmux->Clipboard();
  Finish();
}

TEST_F(DashboardTest, ANodeRunsAgainAndItsAttemptsAreListed) {
  const auto tmux = Attached();
  ASSERT_TRUE(tmux->UntilShown("✗ " + Node("lint")));
  Mark("fixed");
  tmux->Type("r");
  EXPECT_TRUE(tmux->UntilShown("✔ " + Node("lint") + " attempt 2")) << tmux->Screen();
  EXPECT_TRUE(tmux->UntilShown("ok " + Node("docs"))) << "what needs it runs too";
  tmux->Type("a");
  EXPECT_TRUE(tmux->UntilShown("✗ attempt 1")) << tmux->Screen();
  tmux->Type("Up");
  tmux->Type("Enter");
  EXPECT_TRUE(tmux->UntilShown("attempt 1 of 2")) << tmux->Screen();
  EXPECT_TRUE(tmux->UntilShown("error: bad thing")) << tmux->Screen();
  Finish();
}

TEST_F(DashboardTest, EveryRedNodeRunsAgain) {
  const auto tmux = Attached();
  Mark("fixed");
  tmux->Type("R");
  EXPECT_TRUE(tmux->UntilGone("✗ 1 failed")) << tmux->Screen();
  EXPECT_TRUE(tmux->UntilShown("ok " + Node("lint"))) << tmux->Screen();
  Finish();
}

TEST_F(DashboardTest, ANodeAndTheRunAreCancelledAfterAQuestion) {
  const auto tmux = Attached();
  tmux->Type("Tab");
  ASSERT_TRUE(tmux->UntilShown("long begins")) << tmux->Screen();
  tmux->Type("c");
  EXPECT_TRUE(tmux->UntilShown("cancel " + Node("long") + "? y yes")) << tmux->Screen();
  tmux->Type("n");
  EXPECT_TRUE(tmux->UntilGone("? y yes"));
  tmux->Type("C");
  EXPECT_TRUE(tmux->UntilShown("cancel run " + Sha7() + "#1? y yes")) << tmux->Screen();
  tmux->Type("n");
  tmux->Type("c");
  tmux->Type("y");
  EXPECT_TRUE(tmux->UntilShown("cancelled " + Node("long"))) << tmux->Screen();
  tmux->Type("q");
  EXPECT_TRUE(UntilLeft("0"));
}

TEST_F(DashboardTest, AShellIsHadInTheWorkTreeAndLeftAgain) {
  extra_.emplace_back("SHELL=/bin/sh");
  const auto tmux = Attached();
  ASSERT_TRUE(tmux->UntilShown("✗ " + Node("lint")));
  tmux->Type("x");
  EXPECT_TRUE(Until([&] { return !tmux->IsFullScreen(); })) << tmux->Screen();
  tmux->Send("echo here-$((40+2)); ls\n");
  EXPECT_TRUE(tmux->UntilShown("here-42")) << tmux->Screen();
  EXPECT_TRUE(tmux->UntilShown("justfile")) << tmux->Screen();
  tmux->Send("exit\n");
  EXPECT_TRUE(Until([&] { return tmux->IsFullScreen(); })) << tmux->Screen();
  EXPECT_TRUE(tmux->UntilShown("_ci-setup")) << tmux->Screen();
  Finish();
}

TEST_F(DashboardTest, HelpAndPaletteOpenAndClose) {
  const auto tmux = Attached();
  tmux->Type("?");
  EXPECT_TRUE(tmux->UntilShown("the attempts of the node")) << tmux->Screen();
  tmux->Type("Escape");
  EXPECT_TRUE(tmux->UntilGone("the attempts of the node")) << tmux->Screen();
  tmux->Type(":");
  EXPECT_TRUE(tmux->UntilShown(" commands ")) << tmux->Screen();
  tmux->Send("docs");
  tmux->Type("Enter");
  EXPECT_TRUE(tmux->UntilShown("⊘ " + Node("docs"))) << tmux->Screen();
  Finish();
}

TEST_F(DashboardTest, TheMouseChoosesScrollsAndSelects) {
  const auto tmux = Attached();
  ASSERT_TRUE(tmux->UntilShown("✗ " + Node("lint")));
  // The row of `build` is the sixth of the screen; columns and rows count from 1.
  tmux->Send("\x1b[<0;13;6M\x1b[<0;13;6m");
  EXPECT_TRUE(tmux->UntilShown("build line 300")) << tmux->Screen();
  tmux->Send("\x1b[<64;20;20M");
  EXPECT_TRUE(tmux->UntilGone("build line 300")) << tmux->Screen();
  tmux->Send("\x1b[<65;20;20M\x1b[<65;20;20M");
  EXPECT_TRUE(tmux->UntilShown("build line 300")) << tmux->Screen();
  tmux->Send("\x1b[<0;1;15M\x1b[<32;5;16M\x1b[<0;5;16m");
  EXPECT_TRUE(tmux->UntilShown("selected: y copies it")) << tmux->Screen();
  tmux->Type("y");
  EXPECT_TRUE(Until([&] { return tmux->Clipboard().ends_with("\nbuild"); })) << tmux->Clipboard();
  Finish();
}

TEST_F(DashboardTest, OlderRunsAreLookedAtAndLeft) {
  Justfile(kDashboardPipeline);
  Mark("go");
  EXPECT_EQ(Run().exit_code, 1);
  Mark("fixed");
  EXPECT_EQ(Run().exit_code, 0);
  EXPECT_EQ(Odu({"serve", "--stop"}).exit_code, 0);
  const auto tmux = InTerminal({"attach"});
  EXPECT_TRUE(tmux->UntilShown("newest runs")) << tmux->Screen();
  EXPECT_TRUE(tmux->UntilShown(Sha7() + "#1")) << tmux->Screen();
  tmux->Type("[");
  EXPECT_TRUE(tmux->UntilShown("run " + Sha7() + "#2 · passed")) << tmux->Screen();
  tmux->Type("[");
  EXPECT_TRUE(tmux->UntilShown("run " + Sha7() + "#1 · failed")) << tmux->Screen();
  EXPECT_TRUE(tmux->UntilShown("a.c:3: error: bad thing")) << tmux->Screen();
  tmux->Type("]");
  EXPECT_TRUE(tmux->UntilShown("run " + Sha7() + "#2 · passed")) << tmux->Screen();
  tmux->Type("]");
  EXPECT_TRUE(tmux->UntilShown("no run in progress")) << tmux->Screen();
  tmux->Type("q");
  EXPECT_TRUE(UntilLeft("0"));
}

TEST_F(DashboardTest, WithNothingRunningASelectionIsStarted) {
  Justfile(kDashboardPipeline);
  extra_.emplace_back("ODU_HOSTS=" + (home_ / "hosts.json"));
  EXPECT_EQ(
      support::RunCli(
          {{"sh", "-c", "printf '{\"" + Here() + "\":\"localhost\"}' > " + (home_ / "hosts.json")},
           repo_.path(),
           {},
           {},
           {}})
          .exit_code,
      0);
  const auto tmux = InTerminal({"attach"});
  ASSERT_TRUE(tmux->UntilShown("no run in progress")) << tmux->Screen();
  ASSERT_TRUE(tmux->UntilShown("build")) << tmux->Screen();
  tmux->Type(":");
  tmux->Send("build@");
  tmux->Type("Enter");
  tmux->Type("Space");
  tmux->Type(":");
  tmux->Send("start --no-post");
  tmux->Type("Enter");
  EXPECT_TRUE(tmux->UntilShown("start 1 node of ci --no-post? y yes")) << tmux->Screen();
  tmux->Type("y");
  EXPECT_TRUE(tmux->UntilShown("run " + Sha7() + "#1 · passed")) << tmux->Screen();
  EXPECT_EQ(tmux->Screen().find("lint"), std::string::npos) << tmux->Screen();
  tmux->Type("q");
  EXPECT_TRUE(UntilLeft("0"));
}

TEST_F(DashboardTest, RunAsksBeforeItIsLeftAndASecondInterruptCancels) {
  Justfile(kDashboardPipeline);
  const auto tmux = InTerminal(RunWords());
  ASSERT_TRUE(tmux->UntilShown("▶ 1 running")) << tmux->Screen();
  tmux->Type("C-c");
  EXPECT_TRUE(tmux->UntilShown("leave: c cancels the run")) << tmux->Screen();
  tmux->Type("Escape");
  EXPECT_TRUE(tmux->UntilGone("leave: c cancels the run")) << tmux->Screen();
  tmux->Type("C-c");
  EXPECT_TRUE(tmux->UntilShown("leave: c cancels the run")) << tmux->Screen();
  tmux->Type("C-c");
  EXPECT_TRUE(UntilLeft("130")) << tmux->Screen();
  EXPECT_NE(tmux->History().find("── ci run summary @ " + Sha7() + " ──"), std::string::npos)
      << tmux->History();
  EXPECT_NE(tmux->History().find("cancelled"), std::string::npos);
}

TEST_F(DashboardTest, RunMayBeLeftRunning) {
  Justfile(kDashboardPipeline);
  const auto tmux = InTerminal(RunWords());
  ASSERT_TRUE(tmux->UntilShown("▶ 1 running")) << tmux->Screen();
  tmux->Type("q");
  tmux->Type("l");
  EXPECT_TRUE(UntilLeft("3")) << tmux->Screen();
  EXPECT_NE(tmux->History().find("goes on; 'odu attach' shows it"), std::string::npos);
  EXPECT_TRUE(UntilLongRuns()) << Odu({"status"});
  Finish();
}

TEST_F(DashboardTest, RunEndsWithItsSummaryAndItsVerdict) {
  Justfile("[metadata(\"ci\")]\nci: build\n\nbuild:\n  @echo built\n");
  const auto tmux = InTerminal(RunWords());
  EXPECT_TRUE(UntilLeft("0")) << tmux->Screen();
  EXPECT_FALSE(tmux->IsFullScreen());
  EXPECT_NE(tmux->History().find("2 ok · 0 failed"), std::string::npos) << tmux->History();
}

TEST_F(DashboardTest, AResizeIsDrawnAnew) {
  const auto tmux = Attached(80, 24);
  ASSERT_TRUE(tmux->UntilShown("─ events"));
  for (const auto& [columns, rows] :
       std::vector<std::pair<int, int>>{{120, 40}, {200, 60}, {40, 12}, {80, 24}}) {
    tmux->Resize(columns, rows);
    EXPECT_TRUE(tmux->UntilShown(" odu ")) << tmux->Screen();
    const bool wide = columns >= 110;
    EXPECT_TRUE(Until([&] {
      const std::string screen = tmux->Screen();
      const size_t lines = static_cast<size_t>(std::count(screen.begin(), screen.end(), '\n'));
      return lines == static_cast<size_t>(rows) &&
             (screen.find("│") != std::string::npos) == wide &&
             screen.find("a.c:3: error") != std::string::npos;
    })) << tmux->Screen();
  }
  Finish();
}

TEST_F(DashboardTest, AHostileLogStaysInItsPane) {
  Justfile(
      "[metadata(\"ci\")]\nci: evil\n\nevil:\n"
      "  @printf '\\033]0;owned\\007\\033]52;c;b3duZWQ=\\007\\033P+q\\033\\\\\\033[?1049l\\033[2J"
      "\\033[1;1Htop-left\\033[?1000l\\033[?25h\\033[999;999Hfar\\033[5;10r\\033c"
      "\\033]8;;http://x\\033\\\\link\\033]8;;\\033\\\\ \\033[6n\\033[c\\0016\\n'; "
      "echo after; while ! test -e $HOME/go; do sleep 0.05; done\n");
  EXPECT_EQ(Run({"--detach"}).exit_code, 0);
  const auto tmux = InTerminal({"attach"});
  ASSERT_TRUE(tmux->UntilShown("after")) << tmux->Screen();
  const std::string screen = tmux->Screen();
  EXPECT_TRUE(screen.starts_with(" odu  ci ·")) << screen;
  EXPECT_NE(screen.find("q leaves"), std::string::npos) << screen;
  EXPECT_TRUE(tmux->IsFullScreen());
  EXPECT_EQ(tmux->Flag("cursor_flag"), "0\n");
  EXPECT_EQ(tmux->Flag("pane_title").find("owned"), std::string::npos);
  EXPECT_EQ(tmux->Clipboard().find("owned"), std::string::npos);
  Finish();
}

TEST_F(DashboardTest, ADumbTerminalAndAPipeGetLines) {
  Begin();
  Mark("go");
  extra_.emplace_back("TERM=dumb");
  const support::CliResult dumb = OnTerminal({"attach"});
  EXPECT_EQ(dumb.stdout_text.find("\x1b[?1049h"), std::string::npos);
  EXPECT_NE(dumb.stdout_text.find("long@"), std::string::npos) << dumb;
}

TEST_F(DashboardTest, WithoutUtf8OrColoursTheScreenIsPlain) {
  extra_ = {"LC_ALL=C", "NO_COLOR=1"};
  Begin();
  const auto tmux = InTerminal({"attach"});
  EXPECT_TRUE(tmux->UntilShown("x 1 failed")) << tmux->Screen();
  for (const char c : tmux->Screen()) {
    ASSERT_LT(static_cast<unsigned char>(c), 0x80) << tmux->Screen();
  }
  Finish();
}

}  // namespace
}  // namespace odu
