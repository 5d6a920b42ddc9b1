#include <sstream>

#include "dashboard_fixture.h"

/// The keys and the places to click that are not in dashboard_test.cc.
namespace odu {
namespace {

std::string LineOf(const std::string& screen, int row) {
  std::istringstream lines(screen);
  std::string line;
  for (int i = 0; i <= row; ++i) {
    std::getline(lines, line);
  }
  return line;
}

/// A click of the left button; columns and rows from 1, as terminals count.
std::string Click(int column, int row) {
  const std::string place = std::to_string(column) + ";" + std::to_string(row);
  return "\x1b[<0;" + place + "M\x1b[<0;" + place + "m";
}

TEST_F(DashboardTest, TheFocusMovesAcrossPlatforms) {
  Justfile(kDashboardPipeline);
  EXPECT_EQ(Run({"--detach", "--host", "i686-linux=localhost"}).exit_code, 0);
  const auto tmux = InTerminal({"attach"});
  ASSERT_TRUE(tmux->UntilShown("✗ 2 failed")) << tmux->Screen();
  tmux->Type(":");
  tmux->Send("lint@i686");
  tmux->Type("Enter");
  ASSERT_TRUE(tmux->UntilShown("✗ lint@i686-linux"))
      << tmux->Screen() << Odu({"logs", "_ci-setup@i686-linux"});
  for (const auto& [there, back] :
       std::vector<std::pair<std::string, std::string>>{{"l", "h"}, {"Right", "Left"}}) {
    tmux->Type(there);
    EXPECT_TRUE(tmux->UntilShown("✗ " + Node("lint"))) << there << tmux->Screen();
    tmux->Type(back);
    EXPECT_TRUE(tmux->UntilShown("✗ lint@i686-linux")) << back << tmux->Screen();
  }
  tmux->Type("Tab");
  EXPECT_TRUE(tmux->UntilGone("─ ✗ lint@i686-linux")) << tmux->Screen();
  tmux->Type("BTab");
  EXPECT_TRUE(tmux->UntilShown("─ ✗ lint@i686-linux")) << tmux->Screen();
  Finish();
}

TEST_F(DashboardTest, TheRunIsCancelledWhenTheAnswerIsYes) {
  const auto tmux = Attached();
  tmux->Type("C");
  ASSERT_TRUE(tmux->UntilShown("cancel run " + Sha7() + "#1? y yes")) << tmux->Screen();
  tmux->Type("y");
  EXPECT_TRUE(tmux->UntilShown("cancelled " + Node("long"))) << tmux->Screen();
  tmux->Type("q");
  EXPECT_TRUE(UntilLeft("0"));
}

TEST_F(DashboardTest, ALaneIsCancelledFromThePalette) {
  const auto tmux = Attached();
  tmux->Type(":");
  tmux->Send("cancel lane");
  tmux->Type("Enter");
  EXPECT_TRUE(tmux->UntilShown("cancelled " + Node("long"))) << tmux->Screen();
  tmux->Type("q");
  EXPECT_TRUE(UntilLeft("0"));
}

TEST_F(DashboardTest, EventsHintsAndAnswersAreClicked) {
  const auto tmux = Attached();
  ASSERT_TRUE(tmux->UntilShown("✗ " + Node("lint")));
  // All of its events are there.
  ASSERT_TRUE(tmux->UntilShown("✔ 2 ok  ⊘ 1 skipped")) << tmux->Screen();
  const std::string newest = LineOf(tmux->Screen(), 28);
  const size_t at = newest.find('@');
  ASSERT_NE(at, std::string::npos) << tmux->Screen();
  const size_t begin = newest.rfind(' ', at) + 1;
  const std::string node = newest.substr(begin, newest.find(' ', at) - begin);
  tmux->Send(Click(5, 29));
  EXPECT_TRUE(Until([&] {
    const std::string screen = tmux->Screen();
    const size_t title = screen.find("─ ");
    return title != std::string::npos &&
           screen.find(" " + node + " ", title) < screen.find('\n', title);
  })) << node
      << tmux->Screen();
  // "q leaves  ? help" at the foot.
  tmux->Send(Click(12, 30));
  EXPECT_TRUE(tmux->UntilShown("the attempts of the node")) << tmux->Screen();
  tmux->Send(Click(1, 2));
  EXPECT_TRUE(tmux->UntilGone("the attempts of the node")) << "beside the list";
  tmux->Type("C");
  ASSERT_TRUE(tmux->UntilShown("? y yes")) << tmux->Screen();
  const size_t no = LineOf(tmux->Screen(), 29).find("n no");
  ASSERT_NE(no, std::string::npos);
  tmux->Send(Click(static_cast<int>(no) + 1, 30));
  EXPECT_TRUE(tmux->UntilGone("? y yes")) << tmux->Screen();
  Finish();
}

TEST_F(DashboardTest, BeyondTheOldestAndTheNewestRunIsNone) {
  Justfile("[metadata(\"ci\")]\nci: build\n\nbuild:\n  @echo built\n");
  EXPECT_EQ(Run().exit_code, 0);
  EXPECT_EQ(Odu({"serve", "--stop"}).exit_code, 0);
  const auto tmux = InTerminal({"attach"}, 80, 24);
  ASSERT_TRUE(tmux->UntilShown(Sha7() + "#1")) << tmux->Screen();
  tmux->Type("]");
  EXPECT_TRUE(tmux->UntilShown("this is the newest")) << tmux->Screen();
  tmux->Type("[");
  EXPECT_TRUE(tmux->UntilShown("run " + Sha7() + "#1 · passed")) << tmux->Screen();
  tmux->Type("[");
  EXPECT_TRUE(tmux->UntilShown("there is no older run at hand")) << tmux->Screen();
  tmux->Type("r");
  EXPECT_TRUE(tmux->UntilShown("this run is over")) << tmux->Screen();
  tmux->Type("]");
  EXPECT_TRUE(tmux->UntilShown("no run in progress")) << tmux->Screen();
}

TEST_F(DashboardTest, WithoutAPipelineThereIsStillAScreen) {
  repo_.Write("justfile", "build:\n  @echo built\n");
  repo_.Commit();
  const auto tmux = InTerminal({"attach"}, 40, 12);
  EXPECT_TRUE(tmux->UntilShown("no plan:")) << tmux->Screen();
  for (const std::string key : {"s", "Enter", "r", "a", "j", "Tab", "x", "/", "G"}) {
    tmux->Type(key);
  }
  tmux->Type("?");
  EXPECT_TRUE(tmux->UntilShown("move between cells")) << tmux->Screen();
  tmux->Type("Escape");
  tmux->Type("q");
  EXPECT_TRUE(UntilLeft("0")) << tmux->Screen();
}

TEST_F(DashboardTest, WhatIsWideOrJoinedStaysInItsPaneAtTheEdge) {
  // On a wide screen the log stands at the right: what a terminal draws wider than it is must not
  // go on in the next line.
  Justfile(
      "[metadata(\"ci\")]\nci: evil\n\nevil:\n"
      "  @for i in 1 2 3; do printf 'x%.0s' `seq 1 80`; "
      "printf '漢字⚠️👩‍🚀שלום\\342\\200\\256evil\\n'; done; "
      "printf '\\302\\233 2J \\302\\215 \\357\\277\\275 \\377\\376\\n'; "
      "echo after; while ! test -e $HOME/go; do sleep 0.05; done\n");
  EXPECT_EQ(Run({"--detach"}).exit_code, 0);
  const auto tmux = InTerminal({"attach"}, 120, 30);
  ASSERT_TRUE(tmux->UntilShown("after")) << tmux->Screen();
  for (int row = 3; row < 29; ++row) {
    const std::string line = LineOf(tmux->Screen(), row);
    EXPECT_EQ(line.find("evil", line.find("│")), std::string::npos) << tmux->Screen();
    EXPECT_TRUE(line.find("│") != std::string::npos || line.find("┤") != std::string::npos)
        << row << "\n"
        << tmux->Screen();
  }
  EXPECT_EQ(tmux->Screen().find("\u202e"), std::string::npos);
  Finish();
}

}  // namespace
}  // namespace odu
