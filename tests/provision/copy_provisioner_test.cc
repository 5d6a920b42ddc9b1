#include "provision/copy_provisioner.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <utime.h>

#include <algorithm>
#include <ctime>

#include "async/task_group.h"
#include "base/sha256.h"
#include "provision/test_agent.h"

namespace provision {
namespace {

class CopyTest : public testing::Test {
 protected:
  CopyTest() {
    facts.system = "x86_64-linux";
    facts.dir = home / ".cache/odu";
    (void)os::MakeDirs(facts.dir);
    progress.phase = [this](HostPhase phase) { phases.push_back(phase); };
    progress.bytes = [this](uint64_t sent_now, uint64_t all) {
      EXPECT_GE(sent_now, sent);
      sent = sent_now;
      total = all;
    };
    progress.line = [this](std::string_view line) { lines.emplace_back(line); };
  }

  HostResult<Provisioned> Provide(const AgentSpec& spec, std::set<std::string> present = {}) {
    HostShell shell(world.world, HomeHost(home.path()));
    CopyProvisioner copy(shell, spec, std::move(present));
    return world.loop.Run(copy.Provide(facts, progress));
  }
  std::string Bin() const { return facts.dir + "/bin"; }

  support::TempDir home;
  support::TempDir state;
  TestAgent agent;
  TestWorld world{"ssh", state.path()};
  HostFacts facts;
  ProvisionProgress progress;
  std::vector<HostPhase> phases;
  std::vector<std::string> lines;
  uint64_t sent = 0;
  uint64_t total = 0;
};

TEST_F(CopyTest, TheAgentArrivesUnderTheNameOfItsBytes) {
  const auto provisioned = Provide(agent.Spec());
  ASSERT_TRUE(provisioned.has_value()) << provisioned.error().error.message();
  const std::string bytes = agent.dir().Read("agent");
  const std::string sha256 = base::Sha256Hex(bytes);
  EXPECT_EQ(provisioned->agent, Bin() + "/agent-" + sha256);
  EXPECT_EQ(provisioned->checks, (std::vector<FileCheck>{{provisioned->agent, sha256}}));
  EXPECT_EQ(*os::ReadFile(provisioned->agent, 1 << 20), bytes);
  EXPECT_EQ(os::StatusOf(provisioned->agent)->mode, 0700U);
  EXPECT_EQ(os::StatusOf(Bin())->mode, 0700U);
  EXPECT_EQ(NamesIn(Bin()), (std::vector<std::string>{"agent-" + sha256}));
  EXPECT_EQ(sent, bytes.size());
  EXPECT_EQ(total, bytes.size());
  EXPECT_EQ(phases, (std::vector<HostPhase>{HostPhase::kCopying}));
}

TEST_F(CopyTest, WhatIsThereIsNotSentAgain) {
  ASSERT_TRUE(Provide(agent.Spec()).has_value());
  phases.clear();
  sent = 0;
  const auto again = Provide(agent.Spec(), {NamesIn(Bin())[0]});
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(sent, 0U);
  EXPECT_TRUE(phases.empty());
}

TEST_F(CopyTest, AnAgentThatWasRecordedIsTakenAsLongAsItLiesThere) {
  ASSERT_TRUE(Provide(agent.Spec()).has_value());
  const std::string older = NamesIn(Bin())[0];
  agent.Write("another version");
  AgentSpec spec = agent.Spec();
  spec.companions.push_back(agent.Tool());
  spec.recorded_sha256 = older.substr(older.find('-') + 1);
  sent = 0;
  const auto recorded = Provide(spec, {older});
  ASSERT_TRUE(recorded.has_value()) << recorded.error().error.message();
  EXPECT_EQ(recorded->agent, Bin() + "/" + older);
  EXPECT_EQ(recorded->checks.front(), (FileCheck{recorded->agent, spec.recorded_sha256}));
  EXPECT_EQ(NamesIn(Bin()).size(), 2U) << "itself, and the tool that it has checked";
  sent = 0;
  const auto gone = Provide(spec);
  ASSERT_TRUE(gone.has_value()) << gone.error().error.message();
  EXPECT_NE(gone->agent, recorded->agent);
}

TEST_F(CopyTest, ACompanionComesAlongAndIsCheckedByTheAgent) {
  AgentSpec spec = agent.Spec();
  spec.companions.push_back(agent.Tool());
  const auto provisioned = Provide(spec);
  ASSERT_TRUE(provisioned.has_value()) << provisioned.error().error.message();
  const std::string path = provisioned->companions.at("no-such-tool");
  EXPECT_EQ(*os::ReadFile(path, 1 << 20), agent.dir().Read("tool"));
  EXPECT_EQ(provisioned->checks.size(), 2U);
  EXPECT_EQ(total, agent.dir().Read("agent").size() + agent.dir().Read("tool").size());
  EXPECT_EQ(sent, total);
}

TEST_F(CopyTest, ACompanionThatTheHostHasIsNotSent) {
  AgentSpec spec = agent.Spec();
  spec.companions.push_back(agent.Tool());
  facts.companions["no-such-tool"] = "/usr/bin/tool";
  const auto provisioned = Provide(spec);
  ASSERT_TRUE(provisioned.has_value());
  EXPECT_EQ(provisioned->companions.at("no-such-tool"), "/usr/bin/tool");
  EXPECT_EQ(NamesIn(Bin()).size(), 1U);
}

TEST_F(CopyTest, BytesThatArriveDamagedDoNotGetTheName) {
  HostShell shell(world.world, *HostAddress::Pipe({"sh", "-c", "stdbuf -o0 tr @ Y | sh -s", "x"}));
  agent.Write("@@");
  const AgentSpec spec = agent.Spec();
  CopyProvisioner copy(shell, spec, {});
  const auto provisioned = world.loop.Run(copy.Provide(facts, progress));
  ASSERT_FALSE(provisioned.has_value());
  EXPECT_EQ(provisioned.error().error.code(), "self_check");
  EXPECT_EQ(provisioned.error().phase, FaultPhase::kRemote) << "it may go better next time";
  EXPECT_TRUE(provisioned.error().error.message().contains("not the bytes that were sent"));
  EXPECT_TRUE(NamesIn(Bin()).empty());
}

TEST_F(CopyTest, ASystemWithoutAProgramSaysWhatThePersonMustRead) {
  AgentSpec spec = agent.Spec();
  spec.file_for = [](const std::string& system) -> base::Result<std::string> {
    return base::Fail(base::ErrorKind::kHost, "no_agent", system + " agent not in this build");
  };
  facts.system = "sparc-sunos";
  const auto provisioned = Provide(spec);
  ASSERT_FALSE(provisioned.has_value());
  EXPECT_EQ(provisioned.error().phase, FaultPhase::kPlace);
  EXPECT_TRUE(provisioned.error().error.message().ends_with("sparc-sunos agent not in this build"));
}

TEST_F(CopyTest, AFullDiskIsToldWithTheWayOut) {
  if (mount("tmpfs", facts.dir.c_str(), "tmpfs", 0, "mode=0700,size=64k") != 0) {
    GTEST_SKIP() << "mounting needs root";
  }
  agent.Write("1", 1 << 20);
  const auto provisioned = Provide(agent.Spec());
  EXPECT_TRUE(NamesIn(Bin()).empty());
  umount2(facts.dir.c_str(), MNT_DETACH);
  ASSERT_FALSE(provisioned.has_value());
  EXPECT_EQ(provisioned.error().error.code(), "disk_full") << provisioned.error().error.message();
  EXPECT_EQ(provisioned.error().phase, FaultPhase::kPlace);
  EXPECT_TRUE(provisioned.error().error.hint().contains("ODU_REMOTE_DIR"));
}

TEST_F(CopyTest, ASymlinkInThePlaceOfBinIsRefused) {
  const support::TempDir elsewhere;
  ASSERT_EQ(symlink(elsewhere.path().c_str(), Bin().c_str()), 0);
  const auto provisioned = Provide(agent.Spec());
  ASSERT_FALSE(provisioned.has_value());
  EXPECT_EQ(provisioned.error().phase, FaultPhase::kPlace);
  EXPECT_TRUE(NamesIn(elsewhere.path()).empty());
}

TEST_F(CopyTest, ALinkThatIsCutLeavesNothingThatCounts) {
  agent.Write("1", 3 << 20);
  HostShell shell(world.world,
                  *HostAddress::Pipe({"sh", "-c", "stdbuf -o0 head -c 1000000 | sh -s", "x"}));
  const AgentSpec spec = agent.Spec();
  CopyProvisioner copy(shell, spec, {});
  ASSERT_FALSE(world.loop.Run(copy.Provide(facts, progress)).has_value());
  EXPECT_TRUE(NamesIn(Bin()).empty());
  sent = 0;
  EXPECT_TRUE(Provide(agent.Spec()).has_value());
}

TEST_F(CopyTest, ManyAtOnceDoNotMeet) {
  agent.Write("1", 2 << 20);
  constexpr int kMany = 4;
  std::vector<std::unique_ptr<HostShell>> shells;
  std::vector<std::unique_ptr<CopyProvisioner>> copies;
  const AgentSpec spec = agent.Spec();
  ProvisionProgress quiet{[](HostPhase) {}, [](uint64_t, uint64_t) {}, [](std::string_view) {}};
  int good = 0;
  async::TaskGroup tasks(world.loop.executor());
  for (int i = 0; i < kMany; ++i) {
    shells.push_back(std::make_unique<HostShell>(world.world, HomeHost(home.path())));
    copies.push_back(
        std::make_unique<CopyProvisioner>(*shells.back(), spec, std::set<std::string>()));
    CopyProvisioner& copy = *copies.back();
    tasks.Spawn("copy", [&]() -> boost::asio::awaitable<void> {
      const auto provisioned = co_await copy.Provide(facts, quiet);
      good += provisioned.has_value() ? 1 : 0;
    });
  }
  ASSERT_TRUE(world.loop.RunUntil([&] { return tasks.size() == 0; }));
  EXPECT_EQ(good, kMany);
  EXPECT_EQ(NamesIn(Bin()).size(), 1U);
}

TEST_F(CopyTest, OldProgramsAreSweptButNoneThatRunsAndNothingOfOthers) {
  (void)os::MakeDirs(Bin());
  const std::string digest(64, 'a');
  const std::string unused = "agent-" + digest;
  const std::string running = "agent-" + std::string(64, 'b');
  const std::string young = "agent-" + std::string(64, 'c');
  const std::string foreign = "somebody-elses-file";
  const std::string torn = ".new-0123";
  for (const std::string& name : {unused, young, foreign, torn}) {
    home.Write(".cache/odu/bin/" + name, "x", 0700);
  }
  home.Write(".cache/odu/bin/" + running, *os::ReadFile("/bin/sleep", 1 << 24), 0700);
  const utimbuf old{time(nullptr) - 40 * 86400, time(nullptr) - 40 * 86400};
  for (const std::string& name : {unused, running, foreign, torn}) {
    ASSERT_EQ(utime((Bin() + "/" + name).c_str(), &old), 0);
  }
  const std::vector<std::string> argv{Bin() + "/" + running, "1000"};
  os::SpawnSpec spawn;
  spawn.argv = argv;
  const auto pid = os::Spawn(spawn);
  ASSERT_TRUE(pid.has_value());
  world.reaper.OnExit(*pid, [](os::WaitStatus) {});
  ASSERT_TRUE(Provide(agent.Spec()).has_value());
  kill(*pid, SIGKILL);
  const std::string now = "agent-" + base::Sha256Hex(agent.dir().Read("agent"));
  std::vector<std::string> left{running, young, now, foreign};
  std::ranges::sort(left);
  EXPECT_EQ(NamesIn(Bin()), left);
}

}  // namespace
}  // namespace provision
