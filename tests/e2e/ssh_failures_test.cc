#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

TEST_F(SshFailures, AHomeThatTakesNoRunner) {
  SKIP_WITHOUT_HOSTS();
  struct Case {
    hosts::HostOptions options;
    std::string_view words;
  };
  const std::vector<Case> cases{
      {{.home_flags = "ro"}, "Read-only file system"},
      {{.home_flags = "noexec"}, "are not executed (mounted noexec?)"},
      {{.home_bytes = 64 << 10}, "No space left on device"},
  };
  for (const Case& one : cases) {
    hosts::TestNetwork network;
    network.Add("ant", one.options);
    Write("case", one.words);
    ExpectRefused(one.words, "set ODU_REMOTE_DIR in that user's login environment");
  }
}

TEST_F(SshFailures, LoginShellsOfEveryKindEvenOnesThatEcho) {
  SKIP_WITHOUT_HOSTS();
  for (const std::string shell : {"/usr/bin/fish", "/bin/tcsh", "/bin/bash"}) {
    hosts::TestNetwork network;
    hosts::TestHost& ant = network.Add("ant", {.shell = shell});
    for (const char* file : {".bashrc", ".profile", ".bash_profile"}) {
      ASSERT_TRUE(os::WriteFileAtomic(ant.root() + "/home/ci/" + file, "set -vx\n", {0644, false}));
    }
    ASSERT_TRUE(
        os::WriteFileAtomic(ant.root() + "/home/ci/.tcshrc", "set echo verbose\n", {0644, false}));
    OneHost("ant");
    Write("shell", shell);
    const std::string sha = Justfile("[metadata(\"ci\")]\nci: one\none:\n  @echo one\n");
    const CliResult result = Odu(Words());
    EXPECT_EQ(result.exit_code, 0) << shell << result << LogThere(sha, "_ci-setup");
    EXPECT_EQ(LogThere(sha, "one"), "one\n") << shell;
    CloseRun();  // the next one is on another network
  }
}

TEST_F(SshFailures, AHostsFileThatIsWrongIsNamedByPlaceBeforeAnythingStarts) {
  Justfile("[metadata(\"ci\")]\nci: one\none:\n  @echo one\n");
  const std::vector<std::pair<std::string, std::string_view>> cases{
      {"{\"x86_64-linux\": \"a\",\n\"x86_64-linux\": \"b\"}",
       "hosts.json:2: 'x86_64-linux' stands here a second time"},
      {"{\n\"x86_64-linux\": 3}", "hosts.json:2: host for 'x86_64-linux' must be a string"},
      {"{\"../etc\": \"localhost\"}", "hosts.json:1: '../etc' is not a platform"},
  };
  for (const auto& [text, words] : cases) {
    Hosts(text);
    const CliResult result = Odu(Words());
    EXPECT_EQ(result.exit_code, 2) << result;
    EXPECT_TRUE(Has(result.stderr_text, words)) << result;
  }
  EXPECT_TRUE(RunFolders().empty());
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
