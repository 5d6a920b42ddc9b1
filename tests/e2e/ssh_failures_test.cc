#include <gtest/gtest.h>

#include <string>

#include "e2e/remote_fixture.h"

/// Hosts that ssh does not get into: each with its reason and remedy in the log of its own
/// `_ci-setup`, a red run, and nobody else disturbed.
namespace odu {
namespace {

using support::CliResult;

class SshFailures : public RemoteFixture {
 protected:
  SshFailures() { environment_.emplace_back("ODU_TIME_SCALE=10"); }

  /// A run here and on `ant`, which must not come.
  void ExpectRefused(std::string_view words, std::string_view remedy) {
    Hosts("{\"" + Here() + "\":\"localhost\",\"" + std::string(kThere) + "\":\"ant\"}");
    const std::string sha = Justfile("[metadata(\"ci\")]\nci: one\none:\n  @echo one\n");
    const CliResult result = Odu(Words());
    EXPECT_EQ(result.exit_code, 1) << result;
    const std::string story = LogThere(sha, "_ci-setup");
    EXPECT_TRUE(Has(story, words)) << story;
    EXPECT_TRUE(Has(story, remedy)) << story;
    EXPECT_EQ(StatusThere("_ci-setup"), "errored");
    EXPECT_EQ(StatusThere("one"), "skipped");
    EXPECT_EQ(LogOf(Here(), sha, "one"), "one\n");
    CloseRun();
  }
};

TEST_F(SshFailures, AnUnknownHostKey) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  network.Add("ant");
  ASSERT_TRUE(os::WriteFileAtomic(network.known_hosts_file(), ""));
  ExpectRefused("Host key verification failed", "log in once by hand to accept the host's key");
}

TEST_F(SshFailures, AnotherHostKeyThanBefore) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  network.Add("ant");
  network.Add("bee");
  // The key of bee under the name of ant.
  std::string known = os::ReadFile(network.known_hosts_file(), kMost).value();
  known = known.substr(known.find("bee "));
  ASSERT_TRUE(os::WriteFileAtomic(network.known_hosts_file(), "ant" + known.substr(3)));
  ExpectRefused("REMOTE HOST IDENTIFICATION HAS CHANGED", "ssh-keygen -R");
}

TEST_F(SshFailures, APasswordThatNobodyTypes) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  network.Add("ant", {.sshd_config = "PubkeyAuthentication no\nPasswordAuthentication yes\n"
                                     "KbdInteractiveAuthentication yes\n"});
  ExpectRefused("Permission denied", "odu never types a password");
}

TEST_F(SshFailures, AShellThatLetsNobodyIn) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  network.Add("ant", {.shell = "/bin/false"});
  ExpectRefused("ant: probing:", "ssh -o BatchMode=yes ant true");
}

TEST_F(SshFailures, ANoisyLoginIsToldAndDisturbsNothing) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant", {.sshd_config = "Banner /etc/hosts\n"});
  for (const char* file : {".bashrc", ".profile"}) {
    ASSERT_TRUE(os::WriteFileAtomic(ant.root() + "/home/ci/" + file,
                                    "echo welcome to the machine; echo careful >&2\n",
                                    {0644, false}));
  }
  OneHost("ant");
  const std::string sha = Justfile("[metadata(\"ci\")]\nci: one\none:\n  @echo one\n");
  const CliResult result = Odu(Words());
  EXPECT_EQ(result.exit_code, 0) << result << LogThere(sha, "_ci-setup");
  EXPECT_TRUE(Has(LogThere(sha, "_ci-setup"), "welcome to the machine"));
  EXPECT_EQ(LogThere(sha, "one"), "one\n");
}

TEST_F(SshFailures, AHostNameThatWouldBeAnOptionIsRefusedBeforeAnythingStarts) {
  Justfile("[metadata(\"ci\")]\nci: one\none:\n  @echo one\n");
  const std::string option = "-oProxyCommand=touch " + Mark("run");
  const CliResult pinned = Odu(Words({"--host", std::string(kThere) + "=" + option}));
  EXPECT_EQ(pinned.exit_code, 2) << pinned;
  Hosts("{\"" + std::string(kThere) + "\":\"" + option + "\"}");
  const CliResult listed = Odu(Words());
  EXPECT_EQ(listed.exit_code, 2) << listed;
  EXPECT_TRUE(Has(listed.stderr_text, "-oProxyCommand")) << listed;
  EXPECT_TRUE(Has(listed.stderr_text, "hosts.json")) << listed;
  EXPECT_FALSE(os::Exists(Mark("run")));
  EXPECT_TRUE(RunFolders().empty());
}

}  // namespace
}  // namespace odu
