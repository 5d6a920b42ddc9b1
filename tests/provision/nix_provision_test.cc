#include "provision/nix_provision.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "hosts/test_network.h"
#include "provision/local_sshd.h"

namespace provision {
namespace {

/// Real Nix here and on a host, and our flake with an agent that says who it is.
class NixProvisioning : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_HOSTS();
    if (access("/usr/bin/nix", X_OK) != 0) {
      GTEST_SKIP() << "nix-bin is missing (script/bootstrap --tests)";
    }
    network.emplace();
    host = &network->Add("ant", {.nix = true});
    const std::string here = network->dir() + "/here";
    std::filesystem::create_directories(here + "/home");
    // This side's own store: nothing of this machine's is read or written.
    setenv("NIX_REMOTE", ("local?root=" + here).c_str(), 1);
    setenv("NIX_CONFIG", "build-users-group =\nsubstituters =\n", 1);
    setenv("HOME", (here + "/home").c_str(), 1);
    world.emplace("ssh", state.path());
    MakeFlake("first");
    spec.name = "odu-runner";
    spec.companions.push_back({"just", "1.50", {}});
    spec.nix = NixSource{"path:" + flake.path(), "packages.{system}.odu-runner"};
  }

  void MakeFlake(const std::string& says) const {
    const support::TempDir bin;
    mkdir((bin / "bin").c_str(), 0755);
    bin.Write("bin/odu-runner", "#!/bin/sh\necho " + says + "\n", 0755);
    bin.Write("bin/just", "#!/bin/sh\necho just 1.60\n", 0755);
    Must(support::RunCli({.argv = {"sh", "-c",
                                   "cp " ODU_SOURCE_DIR "/flake.nix . && tar -C " + bin.path() +
                                       " -czf odu-runner-x86_64-linux.tar.gz bin"},
                          .directory = flake.path()}),
         "flake");
  }

  HostResult<Provisioned> Provide(NixProvision& nix) {
    phases.clear();
    lines.clear();
    HostFacts facts;
    facts.dir = "/home/ci/.cache/odu";
    const ProvisionProgress progress{[this](HostPhase phase) { phases.push_back(phase); },
                                     {},
                                     [this](std::string_view line) {
                                       lines += line;
                                       lines += '\n';
                                     }};
    return world->loop.Run(nix.Provide(facts, progress));
  }

  support::TempDir state;
  support::TempDir flake;
  std::optional<hosts::TestNetwork> network;
  hosts::TestHost* host = nullptr;
  std::optional<TestWorld> world;
  AgentSpec spec;
  std::vector<HostPhase> phases;
  std::string lines;
};

TEST_F(NixProvisioning, TheHostsOwnNixMakesTheAgentOnceAndKeepsIt) {
  HostShell shell(world->world, *HostAddress::Ssh("ant"));
  NixProvision nix(shell, spec);
  const auto first = Provide(nix);
  ASSERT_TRUE(first.has_value()) << first.error().error.message();
  EXPECT_TRUE(first->agent.starts_with("/nix/store/")) << first->agent;
  EXPECT_EQ(host->Run({first->agent}).stdout_text, "first\n");
  EXPECT_EQ(host->Run({first->companions.at("just")}).stdout_text, "just 1.60\n");
  EXPECT_EQ(phases, std::vector{HostPhase::kRealising});
  EXPECT_NE(lines.find("copying path"), std::string::npos) << lines;
  EXPECT_NE(lines.find("building '"), std::string::npos) << lines;

  // A garbage collection leaves it alone.
  EXPECT_EQ(host->Run({"nix-store", "--gc"}).exit_code, 0);
  EXPECT_EQ(host->Run({first->agent}).stdout_text, "first\n");

  // A second time nothing is copied, nothing is made.
  NixProvision again(shell, spec);
  const auto second = Provide(again);
  ASSERT_TRUE(second.has_value()) << second.error().error.message();
  EXPECT_EQ(second->agent, first->agent);
  EXPECT_EQ(second->companions, first->companions);
  EXPECT_EQ(lines, "");
}

TEST_F(NixProvisioning, AnotherVersionTakesThePlaceOfTheFirst) {
  HostShell shell(world->world, *HostAddress::Ssh("ant"));
  NixProvision nix(shell, spec);
  const auto first = Provide(nix);
  ASSERT_TRUE(first.has_value()) << first.error().error.message();
  MakeFlake("second");
  NixProvision next(shell, spec);
  const auto second = Provide(next);
  ASSERT_TRUE(second.has_value()) << second.error().error.message();
  EXPECT_NE(second->agent, first->agent);
  EXPECT_EQ(host->Run({second->agent}).stdout_text, "second\n");
  EXPECT_EQ(host->Run({"nix-store", "--gc"}).exit_code, 0);
  EXPECT_NE(host->Run({first->agent}).exit_code, 0);
  EXPECT_EQ(host->Run({second->agent}).stdout_text, "second\n");
}

TEST_F(NixProvisioning, AnAgentThatWasRemovedBehindOurBackIsMadeAgain) {
  HostShell shell(world->world, *HostAddress::Ssh("ant"));
  NixProvision nix(shell, spec);
  const auto first = Provide(nix);
  ASSERT_TRUE(first.has_value()) << first.error().error.message();
  EXPECT_EQ(host->Run({"sh", "-c", "rm .cache/odu/nix/odu-runner && nix-store --gc"}).exit_code, 0);
  const auto second = Provide(nix);
  ASSERT_TRUE(second.has_value()) << second.error().error.message();
  EXPECT_EQ(host->Run({second->agent}).stdout_text, "first\n");
}

TEST_F(NixProvisioning, ASystemTheFlakeLacksIsForAPersonToMend) {
  std::filesystem::remove(flake / "odu-runner-x86_64-linux.tar.gz");
  HostShell shell(world->world, *HostAddress::Ssh("ant"));
  NixProvision nix(shell, spec);
  const auto provided = Provide(nix);
  ASSERT_FALSE(provided.has_value());
  EXPECT_EQ(provided.error().phase, FaultPhase::kPlace);
  EXPECT_EQ(provided.error().error.code(), "nix_eval");
  EXPECT_NE(provided.error().error.message().find("there is no odu-runner-x86_64-linux.tar.gz"),
            std::string::npos)
      << provided.error().error.message();
}

/// A system-wide installation: root's store behind root's daemon.
TEST_F(NixProvisioning, AUserWhomTheDaemonRefusesIsToldOfTrustedUsers) {
  EXPECT_EQ(host->Run({"sh", "-c",
                       "chown root /nix && printf 'sandbox = false\nbuild-users-group =\n"
                       "substituters =\nallowed-users = root\n' > /etc/nix/nix.conf && "
                       "(setsid nix-daemon </dev/null >/tmp/daemon 2>&1 &) && "
                       "until [ -S /nix/var/nix/daemon-socket/socket ]; do sleep 0.02; done"},
                      "root")
                .exit_code,
            0);
  HostShell shell(world->world, *HostAddress::Ssh("ant"));
  NixProvision nix(shell, spec);
  const auto refused = Provide(nix);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().phase, FaultPhase::kRemote) << refused.error().error.message();
  EXPECT_EQ(refused.error().error.code(), "nix_untrusted") << refused.error().error.message();
  EXPECT_NE(refused.error().error.hint().find("'trusted-users'"), std::string::npos);
}

TEST_F(NixProvisioning, AnOrdinaryUserOfADaemonNeedsNoTrustForWhatNamesItsOwnContents) {
  EXPECT_EQ(host->Run({"sh", "-c",
                       "chown root /nix && (setsid nix-daemon </dev/null >/tmp/daemon 2>&1 &) && "
                       "until [ -S /nix/var/nix/daemon-socket/socket ]; do sleep 0.02; done"},
                      "root")
                .exit_code,
            0);
  HostShell shell(world->world, *HostAddress::Ssh("ant"));
  NixProvision nix(shell, spec);
  const auto provided = Provide(nix);
  ASSERT_TRUE(provided.has_value()) << provided.error().error.message();
  EXPECT_EQ(host->Run({provided->agent}).stdout_text, "first\n");
}

}  // namespace
}  // namespace provision
