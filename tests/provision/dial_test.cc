#include "provision/dial.h"

#include <gtest/gtest.h>

#include "async/task_group.h"
#include "base/sha256.h"
#include "provision/test_agent.h"

namespace provision {
namespace {

class DialTest : public testing::Test {
 protected:
  DialCall Call() {
    DialCall call;
    call.agent = agent.dir() / "agent";
    call.checks = {{call.agent, base::Sha256Hex(agent.dir().Read("agent"))}};
    call.login_environment = true;
    call.on_phase = [this](HostPhase phase) { phases.push_back(phase); };
    call.on_line = [this](std::string_view line) { lines.emplace_back(line); };
    return call;
  }
  HostResult<Dialled> Dial(DialCall call, const std::string& shell_there = "/bin/bash") {
    shell = std::make_unique<HostShell>(world.world, HomeHost(home.path(), shell_there));
    return world.loop.Run(provision::Dial(*shell, std::move(call)));
  }
  std::string Receive(surface::Link& link) {
    const auto line = world.loop.Run(link.Receive());
    return line ? std::string(*line) : line.error().code();
  }

  support::TempDir home;
  support::TempDir state;
  TestAgent agent;
  TestWorld world{"ssh", state.path()};
  std::unique_ptr<HostShell> shell;
  std::vector<HostPhase> phases;
  std::vector<std::string> lines;
};

TEST_F(DialTest, TheAgentSpeaksAndHears) {
  DialCall call = Call();
  call.args = {"--lane", "/a b/'c'"};
  const auto dialled = Dial(std::move(call));
  ASSERT_TRUE(dialled.has_value()) << dialled.error().error.message();
  EXPECT_EQ(Receive(*dialled->link),
            R"({"version":"1","arguments":"--lane /a b/'c'","greeting":""})");
  const std::string message = "hello\n";
  ASSERT_TRUE(world.loop.Run(dialled->link->Send(message)).has_value());
  EXPECT_EQ(Receive(*dialled->link), "hello");
  EXPECT_EQ(dialled->noise, "");
  EXPECT_EQ(phases, (std::vector<HostPhase>{HostPhase::kStarting, HostPhase::kHandshaking}));
  EXPECT_EQ(lines, (std::vector<std::string>{"agent says: --lane /a b/'c'"}));
}

TEST_F(DialTest, EveryLoginShellGivesItsEnvironmentAndItsNoiseIsKept) {
  home.Write(".profile", "export GREETING=hi\necho noise\n");
  home.Write(".zprofile", "export GREETING=hi\necho noise\n");
  home.Write(".config/fish/config.fish", "set -gx GREETING hi\necho noise\n");
  for (const char* login : {"/bin/bash", "/bin/dash", "/usr/bin/zsh", "/usr/bin/fish"}) {
    const auto dialled = Dial(Call(), login);
    ASSERT_TRUE(dialled.has_value()) << login << dialled.error().error.message();
    EXPECT_EQ(dialled->noise, "noise\n") << login;
    EXPECT_TRUE(Receive(*dialled->link).contains(R"("greeting":"hi")")) << login;
  }
}

TEST_F(DialTest, ClosingTheLinkEndsTheProcess) {
  auto dialled = Dial(Call());
  ASSERT_TRUE(dialled.has_value());
  EXPECT_NE(Receive(*dialled->link), "closed");
  EXPECT_EQ(world.reaper.waiting(), 1U);
  dialled->link->Close();
  EXPECT_TRUE(world.loop.RunUntil([&] { return world.reaper.waiting() == 0; }));
  EXPECT_EQ(Receive(*dialled->link), "closed");
}

TEST_F(DialTest, AProgramThatIsNotTheOneSentIsNeverStarted) {
  DialCall call = Call();
  agent.Write("2");
  const auto dialled = Dial(std::move(call));
  ASSERT_FALSE(dialled.has_value());
  EXPECT_EQ(dialled.error().error.code(), "agent_stale");
  for (const std::string& line : lines) {
    EXPECT_FALSE(line.starts_with("agent says")) << line;
  }
}

TEST_F(DialTest, AProgramThatIsGoneIsStale) {
  DialCall call = Call();
  ASSERT_TRUE(os::RemoveTree(agent.dir() / "agent").has_value());
  const auto dialled = Dial(std::move(call));
  ASSERT_FALSE(dialled.has_value());
  EXPECT_EQ(dialled.error().error.code(), "agent_stale");
}

TEST_F(DialTest, AnAgentThatRefusesIsQuoted) {
  agent.dir().Write("agent", "#!/bin/sh\necho on stdout\necho no room at the inn >&2\nexit 3\n",
                    0755);
  DialCall call = Call();
  call.checks.clear();
  const auto dialled = Dial(std::move(call));
  ASSERT_FALSE(dialled.has_value());
  EXPECT_EQ(dialled.error().phase, FaultPhase::kRemote);
  EXPECT_TRUE(dialled.error().error.message().contains("no room at the inn"));
  EXPECT_TRUE(dialled.error().error.message().contains("on stdout"));
}

TEST_F(DialTest, AnAgentThatSaysNothingIsGivenUpWithWhatWasPrinted) {
  agent.dir().Write("agent", "#!/bin/sh\necho thinking\nexec sleep 1000\n", 0755);
  DialCall call = Call();
  call.checks.clear();
  call.handshake = std::chrono::milliseconds(300);
  const auto dialled = Dial(std::move(call));
  ASSERT_FALSE(dialled.has_value());
  EXPECT_EQ(dialled.error().error.code(), "no_handshake");
  EXPECT_EQ(dialled.error().phase, FaultPhase::kRemote);
  EXPECT_TRUE(dialled.error().error.message().contains(
      "connected, but no agent spoke within 0.3 s; it said:\nthinking"))
      << dialled.error().error.message();
  EXPECT_TRUE(world.loop.RunUntil([&] { return world.reaper.waiting() == 0; }));
}

TEST_F(DialTest, AShellThatNeverComesIsTheNetwork) {
  shell = std::make_unique<HostShell>(world.world, *HostAddress::Pipe({"sh", "-c", "sleep 1000"}));
  DialCall call = Call();
  call.handshake = std::chrono::milliseconds(300);
  const auto dialled = world.loop.Run(provision::Dial(*shell, std::move(call)));
  ASSERT_FALSE(dialled.has_value());
  EXPECT_EQ(dialled.error().phase, FaultPhase::kNetwork);
  EXPECT_TRUE(dialled.error().error.message().contains("no shell there within 0.3 s"));
}

TEST_F(DialTest, ACallerThatIsCancelledLeavesNoProcess) {
  agent.dir().Write("agent", "#!/bin/sh\nexec sleep 1000\n", 0755);
  shell = std::make_unique<HostShell>(world.world, HomeHost(home.path()));
  async::TaskGroup tasks(world.loop.executor());
  tasks.Spawn("dial", [&]() -> boost::asio::awaitable<void> {
    DialCall call = Call();
    call.checks.clear();
    (void)co_await provision::Dial(*shell, std::move(call));
  });
  ASSERT_TRUE(world.loop.RunUntil([&] { return phases.size() == 2; }));
  tasks.Kill();
  EXPECT_TRUE(world.loop.RunUntil([&] { return world.reaper.waiting() == 0; }));
  EXPECT_TRUE(world.loop.RunUntil([&] { return tasks.size() == 0; }));
}

TEST_F(DialTest, ArgumentsThatFitNoPipeAreRefused) {
  DialCall call = Call();
  call.args = {std::string(100'000, 'x')};
  const auto dialled = Dial(std::move(call));
  ASSERT_FALSE(dialled.has_value());
  EXPECT_EQ(dialled.error().error.code(), "too_large");
}

}  // namespace
}  // namespace provision
