#include "hosts/fault_pipe.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "hosts/test_network.h"
#include "os/child.h"
#include "os/environment.h"
#include "os/file_system.h"
#include "support/cli.h"
#include "support/temp_dir.h"

namespace hosts {
namespace {

constexpr const char* kProgram = ODU_TEST_BIN_DIR "/fault_pipe";

support::CliResult Pipe(const std::vector<std::string>& words, const std::string& stdin_text = "") {
  std::vector<std::string> argv = {kProgram};
  argv.insert(argv.end(), words.begin(), words.end());
  return support::RunCli({.argv = argv, .stdin_text = stdin_text});
}

std::string Pattern(size_t size) {
  std::string text;
  for (size_t i = 0; text.size() < size; ++i) {
    text += std::to_string(i) + ",";
  }
  text.resize(size);
  return text;
}

TEST(FaultPipe, WithoutFaultsItIsACopyThatEndsAsItsCommandDid) {
  const std::string text = Pattern(3'000'000);
  const support::CliResult said = Pipe({"--", "sh", "-c", "cat; echo there >&2; exit 7"}, text);
  EXPECT_EQ(said.exit_code, 7);
  EXPECT_EQ(said.stderr_text, "there\n");
  EXPECT_TRUE(said.stdout_text == text);
}

TEST(FaultPipe, ACutPassesExactlyThatManyBytesDown) {
  const std::string text = Pattern(100);
  for (size_t at = 1; at <= text.size(); at += 9) {
    const support::CliResult said =
        Pipe({"--cut-down", std::to_string(at), "--", "sh", "-c", "cat; sleep 100"}, text);
    EXPECT_EQ(said, (support::CliResult{255, text.substr(0, at), ""})) << at;
  }
}

TEST(FaultPipe, ACutPassesExactlyThatManyBytesUp) {
  const support::TempDir dir;
  const std::string text = Pattern(200'000);
  for (const size_t at : {size_t{1}, size_t{99}, size_t{70'000}}) {
    // Its pipes are closed and it may go on: so it can be asked what it got.
    const support::CliResult said =
        Pipe({"--close-only", "--cut-up", std::to_string(at), "--log", dir / "log", "--", "sh",
              "-c", "cat > " + (dir / "part") + "; mv " + (dir / "part") + " " + (dir / "whole")},
             text);
    EXPECT_EQ(said, (support::CliResult{255, "", ""}));
    const support::CliResult got = support::RunCli(
        {.argv = {"sh", "-c", "until [ -e whole ]; do sleep 0.01; done; cat whole; rm whole"},
         .directory = dir.path()});
    EXPECT_TRUE(got.stdout_text == text.substr(0, at)) << at << " " << got.stdout_text.size();
  }
  EXPECT_EQ(dir.Read("log"), "up 1 down 0 cut\nup 99 down 0 cut\nup 70000 down 0 cut\n");
}

TEST(FaultPipe, ACutMayBeWhereAFrameEndsOrAByteBesideIt) {
  const std::string text =
      "{ a script\n#sentinel\n{\"jsonrpc\":1}\n{\"jsonrpc\" no\n {\"jsonrpc\":0}\n"
      "{\"jsonrpc\":2}\n{\"jsonrpc\":3}\n";
  const size_t second = text.rfind('{');
  for (const auto& [option, size] : {std::pair<std::string, size_t>{"--cut-frame-", second},
                                     {"--cut-frame-short-", second - 1},
                                     {"--cut-frame-over-", second + 1}}) {
    const support::CliResult down = Pipe({option + "down", "2", "--", "cat"}, text);
    EXPECT_EQ(down, (support::CliResult{255, text.substr(0, size), ""})) << option;
    // The same when each byte comes alone.
    const support::CliResult slow =
        Pipe({option + "down", "2", "--", "dd", "bs=1", "status=none"}, text);
    EXPECT_EQ(slow, (support::CliResult{255, text.substr(0, size), ""})) << option;
  }
  const support::CliResult beyond = Pipe({"--cut-frame-up", "4", "--", "cat"}, text);
  EXPECT_EQ(beyond, (support::CliResult{0, text, ""}));
}

TEST(FaultPipe, ACutKillsTheCommandsWholeGroup) {
  const support::TempDir dir;
  EXPECT_EQ(Pipe({"--cut-down", "3", "--", "sh", "-c",
                  "sleep 1000 & echo $! > " + (dir / "pid") + "; echo abc; wait"})
                .exit_code,
            255);
  const support::CliResult gone = support::RunCli(
      {.argv = {"sh", "-c", "while [ -e /proc/$(cat pid)/exe ]; do sleep 0.01; done"},
       .directory = dir.path()});
  EXPECT_EQ(gone.exit_code, 0);
}

TEST(FaultPipe, AStallKeepsBothSidesWaiting) {
  auto input = os::MakePipe();
  auto output = os::MakePipe();
  const std::vector<std::string> argv = {kProgram, "--stall-down", "4", "--", "cat"};
  const std::vector<std::string> environment = os::Environment::Current().entries();
  os::SpawnSpec spec;
  spec.argv = argv;
  spec.environment = environment;
  spec.stdin_fd = input->read_end.get();
  spec.stdout_fd = output->write_end.get();
  const pid_t pid = os::Spawn(spec).value();
  input->read_end.Reset();
  output->write_end.Reset();
  ASSERT_TRUE(os::WriteAll(input->write_end.get(), "abcdefgh"));
  std::string got(4, ' ');
  ASSERT_EQ(read(output->read_end.get(), got.data(), 4), 4);
  EXPECT_EQ(got, "abcd");
  // Its stdin has ended and its command is over: still there.
  input->write_end.Reset();
  char byte = 0;
  ASSERT_TRUE(os::SetNonBlocking(output->read_end.get(), true));
  EXPECT_EQ(read(output->read_end.get(), &byte, 1), -1);
  EXPECT_EQ(waitpid(pid, nullptr, WNOHANG), 0);
  // Nobody reads any more: then it ends.
  output->read_end.Reset();
  EXPECT_EQ(waitpid(pid, nullptr, 0), pid);
}

TEST(FaultPipe, DelaysAndRatesSlowItDownAndLoseNothing) {
  const std::string text = Pattern(2'000);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Pipe({"--delay-up", "60", "--delay-down", "60", "--", "cat"}, text),
            (support::CliResult{0, text, ""}));
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(120));
  const auto then = std::chrono::steady_clock::now();
  EXPECT_EQ(Pipe({"--rate-up", "10000", "--", "cat"}, text), (support::CliResult{0, text, ""}));
  EXPECT_GE(std::chrono::steady_clock::now() - then, std::chrono::milliseconds(130));
}

TEST(FaultPipe, APlanGivesEachStartItsOwnFaults) {
  const support::TempDir dir;
  const std::string plan = dir.Write("plan", "--cut-down 2\n\n--cut-down 1 --delay-down 1\n");
  EXPECT_EQ(Pipe({"--plan", plan, "--", "cat"}, "abc"), (support::CliResult{255, "ab", ""}));
  EXPECT_EQ(Pipe({"--plan", plan, "--", "cat"}, "abc"), (support::CliResult{0, "abc", ""}));
  EXPECT_EQ(Pipe({"--plan", plan, "--", "cat"}, "abc"), (support::CliResult{255, "a", ""}));
  EXPECT_EQ(Pipe({"--plan", plan, "--", "cat"}, "abc"), (support::CliResult{0, "abc", ""}));
}

TEST(FaultPipe, ArgumentsThatAreNoneAreRefused) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--cut-down", "x", "--", "cat"},
        {"--cut", "1", "--", "cat"},
        {"--cut-down", "1"},
        {},
        {"--connect", "h:1", "--", "cat"},
        {"--odd-up", "1", "--", "cat"}}) {
    EXPECT_EQ(Pipe(words).exit_code, 2);
  }
}

TEST(FaultPipe, ItServesAsProxyCommandAndAsSshItself) {
  SKIP_WITHOUT_HOSTS();
  const support::TempDir dir;
  TestNetwork network;
  TestHost& ant = network.Add("ant");
  const std::string text = Pattern(300'000);
  const std::vector<std::string> ssh = {"ssh", "-o", "BatchMode=yes", "ant", "cat"};
  ant.SetClientConfig("  ProxyCommand " + std::string(kProgram) + " --plan " + (dir / "plan") +
                      " --connect %h:%p");
  EXPECT_TRUE(support::RunCli({.argv = ssh, .stdin_text = text}).stdout_text == text);
  dir.Write("plan", "--cut-down 100000\n");
  const support::CliResult cut = support::RunCli({.argv = ssh, .stdin_text = text});
  EXPECT_EQ(cut.exit_code, 255);
  EXPECT_LT(cut.stdout_text.size(), 100'000U);
  EXPECT_TRUE(text.starts_with(cut.stdout_text));

  ant.SetClientConfig("");
  std::vector<std::string> argv = {kProgram, "--cut-down", "77777", "--"};
  argv.insert(argv.end(), ssh.begin(), ssh.end());
  const support::CliResult exact = support::RunCli({.argv = argv, .stdin_text = text});
  EXPECT_EQ(exact.exit_code, 255);
  EXPECT_TRUE(exact.stdout_text == text.substr(0, 77'777));
}

}  // namespace
}  // namespace hosts
