#include <signal.h>

#include "dashboard_fixture.h"

/// Whatever happens to the full screen, its terminal, its coordinator or its shell: the terminal is
/// given back, and the run goes on.
namespace odu {
namespace {

TEST_F(DashboardTest, ItIsStoppedAndGoesOnInTheForeground) {
  Begin();
  const std::string at_the_shell = home_ / "shell-mode";
  const Tmux tmux(repo_.path(), Environment(),
                  "exec bash --norc -c 'set -m; " + kOdu + " attach; stty -a > " + at_the_shell +
                      "; stty sane; fg > /dev/null; echo $? > " + left() + "; exec sleep 1000'");
  EXPECT_TRUE(tmux.UntilShown("q leaves")) << tmux.Screen();
  tmux.Type("C-z");
  ASSERT_TRUE(Until([&] {
    return os::ReadFile(at_the_shell, 10000).value_or("").find("echoke") != std::string::npos;
  })) << tmux.Screen();
  const std::string mode = os::ReadFile(at_the_shell, 10000).value();
  EXPECT_NE(mode.find("isig icanon "), std::string::npos) << mode;
  EXPECT_NE(mode.find(" echo "), std::string::npos) << mode;
  EXPECT_TRUE(tmux.UntilShown("q leaves")) << tmux.Screen();
  EXPECT_TRUE(tmux.IsFullScreen());
  tmux.Type("q");
  EXPECT_TRUE(UntilLeft("0")) << tmux.Screen();
  Finish();
}

TEST_F(DashboardTest, ACrashGivesTheTerminalBack) {
  const auto tmux = Attached();
  ASSERT_TRUE(tmux->IsFullScreen());
  // Not the shell and not the terminal's own process: both name the command they were given.
  for (const pid_t pid : ProcessesWith(std::string("attach\0", 7))) {
    if (os::RealPath("/proc/" + std::to_string(pid) + "/exe").value_or("") == kOdu &&
        os::EnvironmentValueOf(pid, "ODU_STATE_DIR") == state_.path()) {
      kill(pid, SIGABRT);
    }
  }
  EXPECT_TRUE(Until([&] { return os::Exists(left()); }));
  EXPECT_FALSE(tmux->IsFullScreen());
  EXPECT_EQ(tmux->Flag("mouse_any_flag"), "0\n");
  EXPECT_EQ(tmux->Flag("cursor_flag"), "1\n");
  Finish();
}

TEST_F(DashboardTest, AHangUpLeavesTheRun) {
  Begin();
  {
    const auto tmux = InTerminal({"attach"});
    ASSERT_TRUE(tmux->UntilShown("q leaves")) << tmux->Screen();
    ASSERT_TRUE(tmux->UntilShown("running " + Node("long"))) << tmux->Screen();
  }
  EXPECT_TRUE(Until([&] { return ProcessesWith(kOdu + " attach").empty(); }));
  EXPECT_NE(Odu({"status"}).stdout_text.find("running  long@"), std::string::npos);
  Finish();
}

TEST_F(DashboardTest, AKilledCoordinatorIsReconnectedTo) {
  const auto tmux = Attached();
  std::vector<pid_t> servers;
  for (const pid_t pid : os::AllProcesses()) {
    const auto line = os::ReadFile("/proc/" + std::to_string(pid) + "/cmdline", 1 << 16);
    if (line && line->find("serve") != std::string::npos &&
        os::EnvironmentValueOf(pid, "ODU_STATE_DIR") == state_.path()) {
      servers.push_back(pid);
    }
  }
  ASSERT_FALSE(servers.empty());
  for (const pid_t pid : servers) {
    kill(pid, SIGKILL);
  }
  EXPECT_TRUE(tmux->UntilGone("reconnecting")) << tmux->Screen();
  Mark("go");
  EXPECT_TRUE(tmux->UntilShown("ok " + Node("long"))) << tmux->Screen();
  tmux->Type("q");
  EXPECT_TRUE(UntilLeft("0"));
}

TEST_F(DashboardTest, WhereNobodyCouldContinueItCtrlZStopsNothing) {
  // tmux's own child: as under `ssh -t`, no shell waits for it.
  Begin();
  const Tmux tmux(repo_.path(), Environment(), "exec " + kOdu + " attach");
  ASSERT_TRUE(tmux.UntilShown("q leaves")) << tmux.Screen();
  tmux.Type("C-z");
  tmux.Type("?");
  EXPECT_TRUE(tmux.UntilShown("the attempts of the node")) << tmux.Screen();
  Finish();
}

TEST_F(DashboardTest, TheShellHasEveryKeyToItself) {
  extra_.emplace_back("SHELL=/bin/sh");
  const auto tmux = Attached();
  ASSERT_TRUE(tmux->UntilShown("✗ " + Node("lint")));
  tmux->Type("x");
  ASSERT_TRUE(Until([&] { return !tmux->IsFullScreen(); })) << tmux->Screen();
  std::string typed;
  for (int i = 0; i < 40; ++i) {
    const std::string word = std::to_string(i % 10);
    tmux->Send(i == 0 ? "echo " + word : word);
    typed += word;
  }
  tmux->Send("\n");
  EXPECT_TRUE(tmux->UntilShown("\n" + typed + "\n")) << tmux->Screen();
  // ^C is the shell's too, and a status other than 0 is told, not taken for a failure of odu.
  tmux->Type("C-c");
  tmux->Send("exit 2\n");
  EXPECT_TRUE(tmux->UntilShown("the shell ended: exit 2")) << tmux->Screen();
  EXPECT_TRUE(tmux->IsFullScreen());
  tmux->Type("?");
  EXPECT_TRUE(tmux->UntilShown("the attempts of the node")) << tmux->Screen();
  Finish();
}

TEST_F(DashboardTest, ARunThatEndsWhileAShellIsOpenWaitsForTheShell) {
  extra_.emplace_back("SHELL=/bin/sh");
  Justfile(kDashboardPipeline);
  const auto tmux = InTerminal(RunWords());
  ASSERT_TRUE(tmux->UntilShown("▶ 1 running")) << tmux->Screen();
  tmux->Type("x");
  ASSERT_TRUE(Until([&] { return !tmux->IsFullScreen(); })) << tmux->Screen();
  Mark("go");
  EXPECT_TRUE(Until([&] {
    return Odu({"status"}).stdout_text.find("ok       long@") != std::string::npos;
  })) << Odu({"status"});
  tmux->Send("echo still-$((40+2))\n");
  EXPECT_TRUE(tmux->UntilShown("still-42")) << tmux->Screen();
  EXPECT_EQ(tmux->History().find("run summary"), std::string::npos);
  tmux->Send("exit\n");
  EXPECT_TRUE(UntilLeft("1")) << tmux->Screen();
  EXPECT_NE(tmux->History().find("run summary"), std::string::npos) << tmux->History();
}

TEST_F(DashboardTest, ATerminationFromElsewhereCancelsTheRunAndGivesTheTerminalBack) {
  Justfile(kDashboardPipeline);
  const auto tmux = InTerminal(RunWords());
  ASSERT_TRUE(tmux->UntilShown("▶ 1 running")) << tmux->Screen();
  for (const pid_t pid : ProcessesWith("run")) {
    const auto name = os::ReadFile("/proc/" + std::to_string(pid) + "/comm", 100);
    if (name.value_or("") == "odu\n" &&
        os::EnvironmentValueOf(pid, "ODU_STATE_DIR") == state_.path() &&
        os::ReadFile("/proc/" + std::to_string(pid) + "/cmdline", 1000)
                .value_or("")
                .find("--no-post") != std::string::npos) {
      kill(pid, SIGTERM);
    }
  }
  EXPECT_TRUE(UntilLeft("130")) << tmux->Screen();
  EXPECT_FALSE(tmux->IsFullScreen());
  EXPECT_NE(tmux->History().find("run summary"), std::string::npos) << tmux->History();
}

TEST_F(DashboardTest, WhileNobodyAnswersKeysStillDoWhatNeedsNobody) {
  const auto tmux = Attached();
  ASSERT_TRUE(tmux->UntilShown("✗ " + Node("lint")));
  std::vector<pid_t> servers;
  for (const pid_t pid : os::AllProcesses()) {
    const auto line = os::ReadFile("/proc/" + std::to_string(pid) + "/cmdline", 1 << 16);
    if (line && line->find("serve") != std::string::npos &&
        os::EnvironmentValueOf(pid, "ODU_STATE_DIR") == state_.path()) {
      servers.push_back(pid);
      kill(pid, SIGSTOP);
    }
  }
  ASSERT_FALSE(servers.empty());
  tmux->Type("k");
  EXPECT_TRUE(tmux->UntilShown(" " + Node("build") + " ")) << tmux->Screen();
  tmux->Type("?");
  EXPECT_TRUE(tmux->UntilShown("the attempts of the node")) << tmux->Screen();
  tmux->Type("Escape");
  for (const pid_t pid : servers) {
    kill(pid, SIGCONT);
  }
  EXPECT_TRUE(tmux->UntilShown("build line 300")) << tmux->Screen();
  Finish();
}

}  // namespace
}  // namespace odu
