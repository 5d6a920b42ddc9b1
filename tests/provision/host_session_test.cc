#include "provision/host_session.h"

#include <gtest/gtest.h>
#include <sys/mount.h>

#include <algorithm>
#include <optional>

#include "async/task_group.h"
#include "provision/test_agent.h"

namespace provision {
namespace {

/// One session, what it says, and a hand on its time.
class Session {
 public:
  Session(TestWorld& world, HostAddress address, AgentSpec spec, SessionOptions options = Quick())
      : world_(world),
        session(world.world, std::move(address), std::move(spec), std::move(options),
                SessionHandlers{[this](const HostState& state) { states.push_back(state); },
                                [this](std::string_view line) { lines.emplace_back(line); }}) {}

  /// Waits between attempts are short, bounds are not.
  static SessionOptions Quick() {
    SessionOptions options;
    options.bounds.backoff_first = std::chrono::milliseconds(2);
    options.bounds.backoff_cap = std::chrono::milliseconds(4);
    return options;
  }

  base::Result<Connection> Connect() {
    states.clear();
    auto connected = world_.loop.Run(session.Connect());
    world_.loop.RunUntilIdle();
    return connected;
  }
  /// The phases in their order, each once a stay.
  std::vector<HostPhase> Phases() const {
    std::vector<HostPhase> phases;
    for (const HostState& state : states) {
      if (phases.empty() || phases.back() != state.phase) {
        phases.push_back(state.phase);
      }
    }
    return phases;
  }
  uint64_t CopiedBytes() const {
    uint64_t most = 0;
    for (const HostState& state : states) {
      most = std::max(most, state.bytes);
    }
    return most;
  }
  bool Said(std::string_view part) const {
    return std::ranges::any_of(lines, [&](const std::string& line) { return line.contains(part); });
  }

 private:
  TestWorld& world_;

 public:
  std::vector<HostState> states;
  std::vector<std::string> lines;
  HostSession session;
};

using Phases = std::vector<HostPhase>;

const Phases kCold{HostPhase::kProbing, HostPhase::kCopying, HostPhase::kStarting,
                   HostPhase::kHandshaking, HostPhase::kConnected};
const Phases kWarm{HostPhase::kProbing, HostPhase::kStarting, HostPhase::kHandshaking,
                   HostPhase::kConnected};
const Phases kAgain{HostPhase::kProbing, HostPhase::kStarting, HostPhase::kHandshaking,
                    HostPhase::kConnected};

/// Over a pipe to this machine.
class PipeSession : public testing::Test {
 protected:
  std::string First(Connection& connection) {
    const auto line = world.loop.Run(connection.link->Receive());
    return line ? std::string(*line) : line.error().code();
  }

  support::TempDir home;
  support::TempDir state;
  TestAgent agent;
  TestWorld world{"ssh", state.path()};
};

TEST_F(PipeSession, FromAnEmptyHomeToAnAgentThatSpeaks) {
  SessionOptions options = Session::Quick();
  options.args = [](const HostFacts& facts) {
    return std::vector<std::string>{"--lane", facts.dir + "/lanes/1"};
  };
  Session session(world, HomeHost(home.path()), agent.Spec(), options);
  auto connected = session.Connect();
  ASSERT_TRUE(connected.has_value()) << connected.error().message();
  EXPECT_TRUE(First(*connected).contains("--lane " + home.path() + "/.cache/odu/lanes/1"));
  EXPECT_EQ(session.Phases(), kCold);
  EXPECT_EQ(session.CopiedBytes(), agent.dir().Read("agent").size());
  EXPECT_EQ(connected->facts.provisioner, "copy");
  EXPECT_TRUE(connected->facts.agent.starts_with(home / ".cache/odu/bin/agent-"));
  EXPECT_TRUE(session.Said("the host is "));
  EXPECT_TRUE(session.Said("copying agent-"));
  EXPECT_EQ(session.session.state().attempt, 1);
}

TEST_F(PipeSession, ASecondConnectMovesNoByte) {
  for (const Phases& phases : {kCold, kWarm}) {
    Session session(world, HomeHost(home.path()), agent.Spec());
    ASSERT_TRUE(session.Connect().has_value());
    EXPECT_EQ(session.Phases(), phases);
  }
}

TEST_F(PipeSession, AKnownHostIsStartedAtOnceAndStillChecked) {
  Session session(world, HomeHost(home.path()), agent.Spec());
  auto first = session.Connect();
  ASSERT_TRUE(first.has_value());
  first->link->Close();
  session.session.LinkLost("cut");
  EXPECT_EQ(session.session.state().phase, HostPhase::kLost);
  const size_t lines = session.lines.size();
  auto second = session.Connect();
  ASSERT_TRUE(second.has_value());
  EXPECT_FALSE(std::any_of(session.lines.begin() + static_cast<ptrdiff_t>(lines),
                           session.lines.end(),
                           [](const std::string& line) { return line.contains("the host is"); }))
      << "it was not asked again";
  // It is damaged there: it is not started, but sent again.
  const std::string path = second->facts.agent;
  second->link->Close();
  session.session.LinkLost("cut");
  const std::string damaged = agent.dir().Read("agent") + "# damaged\n";
  ASSERT_TRUE(os::WriteFileAtomic(path, damaged, {.mode = 0700}).has_value());
  auto third = session.Connect();
  ASSERT_TRUE(third.has_value()) << third.error().message();
  EXPECT_EQ(*os::ReadFile(path, 1 << 20), agent.dir().Read("agent"));
  EXPECT_TRUE(session.Said("sending it again"));
}

TEST_F(PipeSession, AProgramThatLayThereDamagedIsSentAgain) {
  {
    Session session(world, HomeHost(home.path()), agent.Spec());
    ASSERT_TRUE(session.Connect().has_value());
  }
  const std::string path = home / (".cache/odu/bin/" + NamesIn(home / ".cache/odu/bin")[0]);
  ASSERT_TRUE(os::WriteFileAtomic(path, "", {.mode = 0700}).has_value());
  Session session(world, HomeHost(home.path()), agent.Spec());
  const auto connected = session.Connect();
  ASSERT_TRUE(connected.has_value()) << connected.error().message();
  EXPECT_EQ(*os::ReadFile(path, 1 << 20), agent.dir().Read("agent"));
}

TEST_F(PipeSession, AnAgentThatRefusesIsTriedFiveTimesAndQuoted) {
  agent.dir().Write("agent", R"(#!/bin/sh
[ "$1" = --self-check ] && [ -n "$2" ] && exit 0
echo no room at the inn >&2
exit 3
)",
                    0755);
  Session session(world, HomeHost(home.path()), agent.Spec());
  const auto connected = session.Connect();
  ASSERT_FALSE(connected.has_value());
  EXPECT_TRUE(connected.error().message().starts_with("gave up after 5 attempts: "));
  EXPECT_TRUE(connected.error().message().contains("no room at the inn"));
}

TEST_F(PipeSession, ANewVersionGoesBesideTheOldOne) {
  Session first(world, HomeHost(home.path()), agent.Spec());
  ASSERT_TRUE(first.Connect().has_value());
  agent.Write("2");
  Session second(world, HomeHost(home.path()), agent.Spec());
  auto connected = second.Connect();
  ASSERT_TRUE(connected.has_value());
  EXPECT_TRUE(First(*connected).contains(R"("version":"2")"));
  EXPECT_EQ(NamesIn(home / ".cache/odu/bin").size(), 2U);
}

TEST_F(PipeSession, TheHostsOwnToolIsUsedWhenItIsNewEnough) {
  AgentSpec spec = agent.Spec();
  spec.companions = {agent.Tool("tar", "1.0")};
  Session own(world, HomeHost(home.path()), spec);
  auto connected = own.Connect();
  ASSERT_TRUE(connected.has_value()) << connected.error().message();
  EXPECT_FALSE(connected->facts.companions.at("tar").contains(".cache"));
  spec.companions = {agent.Tool("tar", "999.0")};
  Session ours(world, HomeHost(home.path()), spec);
  connected = ours.Connect();
  ASSERT_TRUE(connected.has_value()) << connected.error().message();
  EXPECT_TRUE(connected->facts.companions.at("tar").starts_with(home / ".cache/odu/bin/tar-"));
}

TEST_F(PipeSession, WhatCannotWorkThereEndsAtOnceWithTheWayOut) {
  home.Write(".cache", "a file");
  Session session(world, HomeHost(home.path()), agent.Spec());
  const auto connected = session.Connect();
  ASSERT_FALSE(connected.has_value());
  EXPECT_EQ(connected.error().code(), "bad_folder");
  EXPECT_TRUE(connected.error().hint().contains("ODU_REMOTE_DIR"));
  EXPECT_EQ(session.session.state().phase, HostPhase::kFailed);
  EXPECT_EQ(session.session.state().attempt, 1);
}

TEST_F(PipeSession, ARefusalIsTriedFiveTimesAndEndsWithItsWords) {
  Session session(world, *HostAddress::Pipe({"sh", "-c", "echo no pod >&2; exit 1"}), agent.Spec());
  const auto connected = session.Connect();
  ASSERT_FALSE(connected.has_value());
  EXPECT_TRUE(connected.error().message().starts_with("gave up after 5 attempts: "));
  EXPECT_TRUE(connected.error().message().contains("no pod"));
  EXPECT_EQ(session.session.state().attempt, 5);
  EXPECT_EQ(std::ranges::count(session.Phases(), HostPhase::kRetrying), 4);
}

TEST_F(PipeSession, NixThatIsNotThereIsSaidWhenItWasAskedFor) {
  AgentSpec spec = agent.Spec();
  spec.provision = ProvisionWay::kNix;
  Session session(world, HomeHost(home.path()), spec);
  const auto connected = session.Connect();
  ASSERT_FALSE(connected.has_value());
  EXPECT_EQ(connected.error().code(), "host_unfit");
  EXPECT_TRUE(connected.error().hint().contains("\"copy\""));
}

TEST_F(PipeSession, SilenceIsEndedWithWhatItWasDoing) {
  home.Write(".bash_profile", "exec sleep 1000\n");
  SessionOptions options = Session::Quick();
  options.bounds.silence = std::chrono::milliseconds(200);
  options.bounds.remote_attempts = 1;
  Session session(world, HomeHost(home.path()), agent.Spec(), options);
  const auto connected = session.Connect();
  ASSERT_FALSE(connected.has_value());
  EXPECT_EQ(connected.error().code(), "host_silent");
  EXPECT_TRUE(
      connected.error().message().ends_with("asking the host what it is: not a word for 0.2 s"))
      << connected.error().message();
  EXPECT_TRUE(world.loop.RunUntil([&] { return world.reaper.waiting() == 0; }));
}

TEST_F(PipeSession, TheCeilingEndsEvenAHostThatTalks) {
  // It says something all the time, on stderr, and never answers.
  const HostAddress address =
      *HostAddress::Pipe({"sh", "-c", "while :; do echo wait >&2; read -t 0.05 x; done", "x"});
  SessionOptions options = Session::Quick();
  options.bounds.ceiling = std::chrono::milliseconds(400);
  Session session(world, address, agent.Spec(), options);
  const auto connected = session.Connect();
  ASSERT_FALSE(connected.has_value());
  EXPECT_EQ(connected.error().code(), "host_slow");
  EXPECT_TRUE(connected.error().message().ends_with("not ready within 0.4 s"));
}

TEST_F(PipeSession, LookingOnlyLeavesNothingBehind) {
  Session session(world, HomeHost(home.path()), agent.Spec());
  const auto facts = world.loop.Run(session.session.Probe());
  ASSERT_TRUE(facts.has_value()) << facts.error().message();
  EXPECT_EQ(facts->dir, home / ".cache/odu");
  EXPECT_EQ(facts->agent, "");
  EXPECT_FALSE(os::Exists(home / ".cache"));
  ASSERT_TRUE(session.Connect().has_value());
  EXPECT_TRUE(world.loop.Run(session.session.Probe())->agent.contains("/bin/agent-"));
}

TEST_F(PipeSession, ASessionThatIsDroppedIsSilentAndItsLinkLivesOn) {
  std::optional<Connection> connection;
  {
    Session session(world, HomeHost(home.path()), agent.Spec());
    auto connected = session.Connect();
    ASSERT_TRUE(connected.has_value());
    connection = std::move(*connected);
  }
  EXPECT_TRUE(First(*connection).contains("version"));
  const std::string message = "still here\n";
  ASSERT_TRUE(world.loop.Run(connection->link->Send(message)).has_value());
  EXPECT_EQ(First(*connection), "still here");
}

/// Over the real ssh and sshd.
class SshSession : public testing::Test {
 protected:
  static HostAddress Host(const char* name = "good") { return *HostAddress::Ssh(name); }

  LocalSshd sshd;
  TestAgent agent;
  TestWorld world{sshd.ssh(), sshd.dir() / "state"};
};

TEST_F(SshSession, ColdThenWarm) {
  AgentSpec spec = agent.Spec();
  spec.companions = {agent.Tool()};
  for (const Phases& phases : {kCold, kWarm}) {
    Session session(world, Host(), spec);
    auto connected = session.Connect();
    ASSERT_TRUE(connected.has_value()) << connected.error().message();
    EXPECT_EQ(session.Phases(), phases);
    EXPECT_TRUE(connected->facts.dir.starts_with(sshd.home()));
    connected->link->Close();
  }
}

TEST_F(SshSession, AKilledLinkIsDialledAgain) {
  Session session(world, Host(), agent.Spec());
  for (int i = 0; i < 3; ++i) {
    auto connected = session.Connect();
    ASSERT_TRUE(connected.has_value()) << connected.error().message();
    ASSERT_TRUE(world.loop.Run(connected->link->Receive()).has_value());
    sshd.EndSessions();
    const auto end = world.loop.Run(connected->link->Receive());
    ASSERT_FALSE(end.has_value());
    EXPECT_EQ(end.error().code(), "closed");
    session.session.LinkLost(end.error().message());
  }
}

TEST_F(SshSession, AnAbsentHostIsWaitedForUntilItComes) {
  sshd.Stop();
  Session session(world, Host(), agent.Spec());
  std::optional<base::Result<Connection>> connected;
  async::TaskGroup tasks(world.loop.executor());
  tasks.Spawn("connect", [&]() -> boost::asio::awaitable<void> {
    connected = co_await session.session.Connect();
  });
  ASSERT_TRUE(world.loop.RunUntil([&] {
    return std::ranges::count(session.Phases(), HostPhase::kRetrying) >= 7;
  })) << "more often than a refusal would be tried";
  EXPECT_FALSE(connected.has_value());
  EXPECT_TRUE(session.states.back().cause.empty() ||
              session.states.back().cause.contains("Connection refused"));
  sshd.Start();
  ASSERT_TRUE(world.loop.RunUntil([&] { return connected.has_value(); }));
  ASSERT_TRUE(connected->has_value());
}

TEST_F(SshSession, ARecheckEndsAWaitAtOnce) {
  sshd.Stop();
  SessionOptions options;
  options.bounds.backoff_first = std::chrono::hours(1);
  options.bounds.backoff_cap = std::chrono::hours(1);
  Session session(world, Host(), agent.Spec(), options);
  std::optional<base::Result<Connection>> connected;
  async::TaskGroup tasks(world.loop.executor());
  tasks.Spawn("connect", [&]() -> boost::asio::awaitable<void> {
    connected = co_await session.session.Connect();
  });
  ASSERT_TRUE(
      world.loop.RunUntil([&] { return session.session.state().phase == HostPhase::kRetrying; }));
  sshd.Start();
  session.session.Recheck();
  ASSERT_TRUE(world.loop.RunUntil([&] { return connected.has_value(); }));
  EXPECT_TRUE(connected->has_value());
}

TEST_F(SshSession, ARecheckCyclesEvenAConnectedLink) {
  Session session(world, Host(), agent.Spec());
  auto connected = session.Connect();
  ASSERT_TRUE(connected.has_value());
  ASSERT_TRUE(world.loop.Run(connected->link->Receive()).has_value());
  session.session.Recheck();
  EXPECT_EQ(world.loop.Run(connected->link->Receive()).error().code(), "closed");
  session.session.LinkLost("asleep");
  EXPECT_TRUE(session.Connect().has_value());
}

TEST_F(SshSession, EachRefusalIsFinalAfterFiveAndNobodyIsAskedForAPassword) {
  for (const char* host : {"wrong-key", "unknown-key", "changed-key"}) {
    Session session(world, Host(host), agent.Spec());
    const auto connected = session.Connect();
    ASSERT_FALSE(connected.has_value()) << host;
    EXPECT_EQ(connected.error().code(), "host_refused");
    EXPECT_TRUE(connected.error().message().starts_with("gave up after 5 attempts: "));
    EXPECT_FALSE(connected.error().hint().empty());
  }
}

TEST_F(SshSession, AKeyThatIsGoneAfterItWorkedIsWaitedFor) {
  Session session(world, Host(), agent.Spec());
  auto first = session.Connect();
  ASSERT_TRUE(first.has_value());
  const std::string authorized = sshd.dir().Read("keys/authorized");
  sshd.dir().Write("keys/authorized", "");
  sshd.EndSessions();
  session.session.LinkLost("cut");
  session.states.clear();
  std::optional<base::Result<Connection>> connected;
  async::TaskGroup tasks(world.loop.executor());
  tasks.Spawn("connect", [&]() -> boost::asio::awaitable<void> {
    connected = co_await session.session.Connect();
  });
  ASSERT_TRUE(world.loop.RunUntil([&] {
    return std::ranges::count_if(session.states, [](const HostState& state) {
             return state.phase == HostPhase::kRetrying && state.cause.starts_with("needs agent: ");
           }) >= 6;
  }));
  sshd.dir().Write("keys/authorized", authorized);
  ASSERT_TRUE(world.loop.RunUntil([&] { return connected.has_value(); }));
  EXPECT_TRUE(connected->has_value());
}

TEST_F(SshSession, TwoAtOnceDoNotRace) {
  agent.Write("1", 1 << 20);
  Session one(world, Host("good"), agent.Spec());
  Session two(world, Host("good-2"), agent.Spec());
  int good = 0;
  async::TaskGroup tasks(world.loop.executor());
  for (Session* session : {&one, &two}) {
    tasks.Spawn("connect", [&good, session]() -> boost::asio::awaitable<void> {
      const auto connected = co_await session->session.Connect();
      good += connected.has_value() ? 1 : 0;
    });
  }
  ASSERT_TRUE(world.loop.RunUntil([&] { return tasks.size() == 0; }));
  EXPECT_EQ(good, 2);
  EXPECT_EQ(NamesIn(sshd.home() + "/.cache/odu/bin").size(), 1U);
}

TEST_F(SshSession, ACancelledConnectLeavesNoProcess) {
  sshd.dir().Write("home/.bash_profile", "exec sleep 1000\n");
  Session session(world, Host(), agent.Spec());
  async::TaskGroup tasks(world.loop.executor());
  tasks.Spawn("connect",
              [&]() -> boost::asio::awaitable<void> { (void)co_await session.session.Connect(); });
  ASSERT_TRUE(world.loop.RunUntil([&] { return world.reaper.waiting() == 1; }));
  tasks.Kill();
  EXPECT_TRUE(world.loop.RunUntil([&] { return tasks.size() == 0; }));
  EXPECT_TRUE(world.loop.RunUntil([&] { return world.reaper.waiting() == 0; }));
}

TEST(SshSessions, ABannerAndANoisyShellOfEveryKindArePassedThroughAndShown) {
  for (const char* login : {"/bin/bash", "/usr/bin/fish", "/bin/tcsh", "/usr/bin/zsh"}) {
    LocalSshd sshd({.shell = login, .force_shell = true, .extra_config = "Banner /etc/hostname\n"});
    for (const char* file : {".bashrc", ".bash_profile", ".cshrc", ".zshenv", ".zprofile"}) {
      sshd.dir().Write(std::string("home/") + file, "echo noise from the profile\n");
    }
    sshd.dir().Write("home/.config/fish/config.fish", "echo noise from the profile\n");
    TestAgent agent;
    TestWorld world(sshd.ssh(), sshd.dir() / "state");
    Session session(world, *HostAddress::Ssh("good"), agent.Spec());
    auto connected = session.Connect();
    ASSERT_TRUE(connected.has_value()) << login << connected.error().message();
    EXPECT_EQ(connected->facts.login_environment, std::string(login) != "/bin/tcsh") << login;
    EXPECT_TRUE(session.Said("noise from the profile")) << login;
    EXPECT_TRUE(world.loop.Run(connected->link->Receive())->contains("version")) << login;
  }
}

TEST(SshSessions, AHomeThatIsReadOnlyOrRunsNothingIsRefusedWithTheWayOutAndMovedByIt) {
  for (const unsigned long flags : {MS_RDONLY, MS_NOEXEC}) {
    LocalSshd sshd;
    const std::string cache = sshd.home() + "/.cache";
    ASSERT_TRUE(os::MakeDirs(cache).has_value());
    if (mount("tmpfs", cache.c_str(), "tmpfs", flags, "mode=0700") != 0) {
      GTEST_SKIP() << "mounting needs root";
    }
    TestAgent agent;
    TestWorld world(sshd.ssh(), sshd.dir() / "state");
    Session session(world, *HostAddress::Ssh("good"), agent.Spec());
    const auto refused = session.Connect();
    sshd.dir().Write("home/.bash_profile", "export ODU_REMOTE_DIR=$HOME/elsewhere\n");
    const auto moved = session.Connect();
    umount2(cache.c_str(), MNT_DETACH);
    ASSERT_FALSE(refused.has_value());
    EXPECT_TRUE(refused.error().hint().contains("ODU_REMOTE_DIR")) << refused.error().message();
    ASSERT_TRUE(moved.has_value()) << moved.error().message();
    EXPECT_EQ(moved->facts.dir, sshd.home() + "/elsewhere");
  }
}

}  // namespace
}  // namespace provision
