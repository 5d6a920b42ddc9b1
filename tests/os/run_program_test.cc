#include "os/run_program.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>

#include "async/task_group.h"
#include "os/file_system.h"
#include "os/process.h"
#include "support/fake_clock.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace os {
namespace {

ProgramCall Shell(const std::string& script) {
  ProgramCall call;
  call.argv = {"/bin/sh", "-c", script};
  return call;
}

/// One law for both variants.
class RunProgramLaw : public testing::TestWithParam<bool> {
 protected:
  base::Result<ProgramResult> Run(ProgramCall call) {
    if (GetParam()) {
      return RunProgramBlocking(call);
    }
    support::Loop loop;
    Reaper reaper(loop.executor());
    async::SystemClock clock;
    return loop.Run(RunProgram(reaper, clock, std::move(call)));
  }
};

TEST_P(RunProgramLaw, StdoutStderrAndStatusComeBackApart) {
  const base::Result<ProgramResult> result = Run(Shell("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->stdout_text, "out\n");
  EXPECT_EQ(result->stderr_text, "err\n");
  EXPECT_EQ(result->status, WaitStatus(Exited{3}));
  EXPECT_FALSE(result->ok());
}

TEST_P(RunProgramLaw, StdinIsTheGivenText) {
  ProgramCall call;
  call.argv = {"cat"};
  call.stdin_text = std::string(300'000, 'x') + "end";
  const std::string text = call.stdin_text;
  const base::Result<ProgramResult> result = Run(call);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->stdout_text, text);
}

TEST_P(RunProgramLaw, WithoutTextStdinIsEmpty) {
  const base::Result<ProgramResult> result = Run(Shell("cat; echo end"));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->stdout_text, "end\n");
}

TEST_P(RunProgramLaw, DirectoryAndEnvironmentAreAsAsked) {
  const support::TempDir dir;
  ProgramCall call = Shell("pwd; echo $A $B");
  call.directory = dir.path();
  call.environment = {"A=1", "B=2", "PATH=/usr/bin:/bin"};
  call.extra_environment = {"B=two"};
  const base::Result<ProgramResult> result = Run(call);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->stdout_text, dir.path() + "\n1 two\n");
}

TEST_P(RunProgramLaw, MoreThanTheLimitIsRefused) {
  ProgramCall call = Shell("head -c 1001 /dev/zero");
  call.stdout_limit = 1000;
  const base::Result<ProgramResult> result = Run(call);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), "too_large");
  call.stdout_limit = 1001;
  EXPECT_TRUE(Run(call).has_value());
}

TEST_P(RunProgramLaw, AMissingProgramIsAFailure) {
  ProgramCall call;
  call.argv = {"does-not-exist"};
  const base::Result<ProgramResult> result = Run(call);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), "program_not_found");
}

TEST_P(RunProgramLaw, TheTimeoutEndsTheWholeGroup) {
  const support::TempDir dir;
  // Everyone in the group holds the writing end; the file ends when the last of them has.
  ASSERT_EQ(mkfifo((dir / "held").c_str(), 0600), 0);
  const Fd held = OpenFile(dir / "held", O_RDONLY | O_NONBLOCK).value();
  ProgramCall call = Shell("exec 9> held; echo up >&9; sleep 1000 & wait");
  call.directory = dir.path();
  call.timeout = std::chrono::milliseconds(200);
  const base::Result<ProgramResult> result = Run(call);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), "timeout");
  EXPECT_EQ(result.error().message(), "/bin/sh: no answer within 200 ms");
  ASSERT_TRUE(SetNonBlocking(held.get(), false).has_value());
  std::array<char, 16> buffer{};
  EXPECT_EQ(ReadSome(held.get(), buffer).value(), 3U);
  EXPECT_EQ(ReadSome(held.get(), buffer).value(), 0U);
}

TEST_P(RunProgramLaw, WhatIsLeftBehindIsNotWaitedFor) {
  const base::Result<ProgramResult> result = Run(Shell("sleep 5 & echo done"));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->stdout_text, "done\n");
}

INSTANTIATE_TEST_SUITE_P(BothWays, RunProgramLaw, testing::Bool(),
                         [](const auto& law) { return law.param ? "Blocking" : "Awaited"; });

TEST(RunProgram, ACancelledCallerEndsTheProgram) {
  support::Loop loop;
  Reaper reaper(loop.executor());
  async::SystemClock clock;
  async::TaskGroup group(loop.executor());
  const support::TempDir dir;
  // Reading it waits until the program has written.
  ASSERT_EQ(mkfifo((dir / "started").c_str(), 0600), 0);
  std::string code;
  group.Spawn("git", [&]() -> boost::asio::awaitable<void> {
    ProgramCall call = Shell("echo $$ > started; exec sleep 1000");
    call.directory = dir.path();
    const base::Result<ProgramResult> result = co_await RunProgram(reaper, clock, std::move(call));
    code = result ? "ran" : result.error().code();
  });
  loop.RunUntilIdle();
  const pid_t pid = std::stoi(ReadFile(dir / "started", 100).value());
  group.RequestStop();
  ASSERT_TRUE(loop.RunUntil([&] { return group.size() == 0 && reaper.waiting() == 0; }));
  EXPECT_EQ(code, "cancelled");
  EXPECT_FALSE(StatusOfProcess(pid).has_value());
}

TEST(RunProgram, AStubbornProgramIsKilledAfterTheGrace) {
  support::Loop loop;
  Reaper reaper(loop.executor());
  support::FakeClock clock;
  async::TaskGroup group(loop.executor());
  const support::TempDir dir;
  // Reading it waits until the program has written.
  ASSERT_EQ(mkfifo((dir / "started").c_str(), 0600), 0);
  std::string code;
  group.Spawn("git", [&]() -> boost::asio::awaitable<void> {
    ProgramCall call = Shell("trap '' TERM; echo up > started; while :; do sleep 1000; done");
    call.directory = dir.path();
    call.timeout = std::chrono::seconds(60);
    const base::Result<ProgramResult> result = co_await RunProgram(reaper, clock, std::move(call));
    code = result ? "ran" : result.error().code();
  });
  loop.RunUntilIdle();
  EXPECT_EQ(ReadFile(dir / "started", 100).value(), "up\n");
  loop.Advance(clock, std::chrono::seconds(60));
  EXPECT_EQ(group.size(), 1U);
  loop.Advance(clock, std::chrono::seconds(2));
  ASSERT_TRUE(loop.RunUntil([&] { return group.size() == 0; }));
  EXPECT_EQ(code, "timeout");
}

TEST(RunProgram, AFailureQuotesTheFirstLineOfStderrHarmlessly) {
  ProgramResult result;
  result.status = Exited{128};
  result.stderr_text = "fatal: \x1b]52;c;x\x07 bad\nmore\n";
  EXPECT_EQ(ProgramFailure("git", "git", result).message(), "git: fatal: ^[]52;c;x^G bad");
  result.stderr_text.clear();
  EXPECT_EQ(ProgramFailure("git", "git", result).message(), "git: exit 128");
}

/// What a program has written into the FIFO `path`: blocks until it has.
std::string FromFifo(const std::string& path) {
  const auto fifo = OpenFile(path, O_RDONLY);
  std::string text(64, '\0');
  text.resize(ReadSome(fifo->get(), text).value());
  return text;
}

TEST(RunProgramBlocking, ASignalThatEndsUsEndsTheProgramFirst) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const support::TempDir dir;
    const std::string fifo = dir / "pid";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    const pid_t us = fork();
    if (us == 0) {
      (void)RunProgramBlocking(Shell("echo $$ >" + fifo + "; exec sleep 301"));
      _exit(0);
    }
    const auto program = static_cast<pid_t>(std::stol(FromFifo(fifo)));
    ASSERT_EQ(kill(us, signal), 0);
    int status = 0;
    ASSERT_EQ(waitpid(us, &status, 0), us);
    ASSERT_TRUE(WIFSIGNALED(status)) << status;
    EXPECT_EQ(WTERMSIG(status), signal);
    EXPECT_EQ(kill(program, 0), -1) << "left behind by signal " << signal;
  }
}

TEST(RunProgramBlocking, ASignalThatIsIgnoredHereEndsNothing) {
  const support::TempDir dir;
  const std::string fifo = dir / "pid";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const pid_t us = fork();
  if (us == 0) {
    signal(SIGHUP, SIG_IGN);
    // The shell sends it to us, and comes to its end.
    const auto result = RunProgramBlocking(Shell("kill -HUP $PPID; echo x >" + fifo + "; exit 7"));
    _exit(result && result->status == WaitStatus(Exited{7}) ? 0 : 1);
  }
  EXPECT_EQ(FromFifo(fifo), "x\n");
  int status = 0;
  ASSERT_EQ(waitpid(us, &status, 0), us);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace os
