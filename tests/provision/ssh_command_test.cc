#include "provision/ssh_command.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace provision {
namespace {

const SshFiles kFiles{"12-ab", "12-ab.1.key", "12-ab.1.in"};

HostAddress Host() {
  return *HostAddress::Ssh("me@ci-1");
}

bool Has(const std::vector<std::string>& argv, std::string_view word) {
  return std::ranges::find(argv, word) != argv.end();
}

TEST(SshCommand, TheHostStandsAfterTwoDashesAndOnlyShFollows) {
  for (const SshPurpose purpose : {SshPurpose::kTalk, SshPurpose::kCopy}) {
    const auto argv = SshArgv("ssh", Host(), {}, kFiles, purpose);
    ASSERT_GE(argv.size(), 5U);
    const std::vector<std::string> tail(argv.end() - 4, argv.end());
    EXPECT_EQ(tail, (std::vector<std::string>{"--", "me@ci-1", "sh", "-s"}));
  }
}

TEST(SshCommand, NothingCanAskAndNothingCanHang) {
  const auto argv = SshArgv("ssh", Host(), {}, kFiles, SshPurpose::kTalk);
  for (const char* option :
       {"BatchMode=yes", "ServerAliveInterval=10", "ServerAliveCountMax=3", "ConnectTimeout=10"}) {
    EXPECT_TRUE(Has(argv, option)) << option;
  }
  for (const std::string& word : argv) {
    EXPECT_FALSE(word.contains("StrictHostKeyChecking")) << word;
    EXPECT_FALSE(word.contains("KnownHostsFile")) << word;
  }
}

TEST(SshCommand, TalkSharesAConnectionAndACopyHasItsOwnCompressed) {
  const auto talk = SshArgv("ssh", Host(), {}, kFiles, SshPurpose::kTalk);
  EXPECT_TRUE(Has(talk, "ControlMaster=auto"));
  EXPECT_TRUE(Has(talk, "ControlPath=12-ab"));
  EXPECT_FALSE(Has(talk, "Compression=yes"));
  const auto copy = SshArgv("ssh", Host(), {}, kFiles, SshPurpose::kCopy);
  EXPECT_TRUE(Has(copy, "ControlPath=none"));
  EXPECT_TRUE(Has(copy, "Compression=yes"));
}

TEST(SshCommand, ForgettingAsksTheMasterToGo) {
  EXPECT_EQ(SshArgv("ssh", Host(), {}, kFiles, SshPurpose::kForget),
            (std::vector<std::string>{"ssh", "-T", "-o", "BatchMode=yes", "-o", "ControlPath=12-ab",
                                      "-O", "exit", "--", "me@ci-1"}));
}

TEST(SshCommand, MarksAreMadeBySshItself) {
  const auto argv = SshArgv("ssh", Host(), {}, kFiles, SshPurpose::kTalk);
  EXPECT_TRUE(Has(argv, "KnownHostsCommand=/bin/sh -c \": > 12-ab.1.key\""));
  EXPECT_TRUE(Has(argv, "PermitLocalCommand=yes"));
  EXPECT_TRUE(Has(argv, "LocalCommand=: > 12-ab.1.in"));
}

TEST(SshCommand, TheUsersOwnCommandsStillRun) {
  SshConfig config;
  config.known_hosts_command = "/usr/bin/keys --host %H";
  config.local_command = "notify-send %h";
  const auto argv = SshArgv("ssh", Host(), config, kFiles, SshPurpose::kTalk);
  EXPECT_TRUE(Has(argv,
                  "KnownHostsCommand=/bin/sh -c \": > 12-ab.1.key; exec \\\"$@\\\"\" sh "
                  "/usr/bin/keys --host %H"));
  EXPECT_TRUE(Has(argv, "LocalCommand=: > 12-ab.1.in; notify-send %h"));
}

TEST(SshCommand, AnOldSshIsSparedTheOptionItDoesNotKnow) {
  SshConfig config;
  config.marks_host_key = false;
  for (const std::string& word : SshArgv("ssh", Host(), config, kFiles, SshPurpose::kTalk)) {
    EXPECT_FALSE(word.starts_with("KnownHostsCommand")) << word;
  }
  EXPECT_TRUE(
      KnowsNoHostKeyMark("command-line: line 0: Bad configuration option: knownhostscommand"));
  EXPECT_FALSE(KnowsNoHostKeyMark("Permission denied"));
}

TEST(SshCommand, TheConfigurationIsReadForTheTwoCommands) {
  const SshConfig config = ParseSshConfig(
      "hostname 127.0.0.1\npermitlocalcommand yes\nlocalcommand touch \"x y\"\n"
      "knownhostscommand /usr/bin/keys %H\n");
  EXPECT_EQ(config.known_hosts_command, "/usr/bin/keys %H");
  EXPECT_EQ(config.local_command, "touch \"x y\"");
  EXPECT_EQ(ParseSshConfig("permitlocalcommand no\nlocalcommand x\nknownhostscommand none\n"),
            SshConfig());
  EXPECT_EQ(ParseSshConfig(""), SshConfig());
}

TEST(SshCommand, ThePhaseFollowsFromTheMarks) {
  const SshConfig config;
  const auto Phase = [&](bool host_key, bool login, bool spoke) {
    return PhaseOf(SshTraces{true, host_key, login, spoke}, config);
  };
  EXPECT_EQ(Phase(false, false, false), FaultPhase::kNetwork);
  EXPECT_EQ(Phase(true, false, false), FaultPhase::kRemote);
  EXPECT_EQ(Phase(true, true, false), FaultPhase::kRemote);
  EXPECT_EQ(Phase(true, true, true), FaultPhase::kNetwork);
  EXPECT_EQ(Phase(false, false, true), FaultPhase::kNetwork) << "over a shared connection";
  SshTraces far_end;
  far_end.far_side_spoke = true;
  EXPECT_EQ(PhaseOf(far_end, config), FaultPhase::kRemote) << "the far command's own exit code";
}

TEST(SshCommand, OnlyARefusedLoginIsARefusedLogin) {
  const SshTraces refused{true, true, false, false};
  EXPECT_TRUE(LoginRefused(refused, "me@ci-1: Permission denied (publickey)."));
  EXPECT_FALSE(LoginRefused(refused, "Host key verification failed."));
  const SshTraces there{true, true, true, true};
  EXPECT_FALSE(LoginRefused(there, "cat: /etc/shadow: Permission denied"));
}

TEST(SshCommand, AConnectionThatBrokeInTheMiddleOfTheLoginIsTheNetworks) {
  SshTraces midway;
  midway.exit_255 = true;
  midway.host_key_mark = true;
  for (const char* words :
       {"ssh_dispatch_run_fatal: Connection to 10.0.0.1 port 22: Broken pipe",
        "kex_exchange_identification: read: Connection reset by peer",
        "mux_client_request_session: read from master failed: Broken pipe",
        "Connection timed out during banner exchange", "Timeout, server ci-1 not responding."}) {
    EXPECT_TRUE(ConnectionBroke(midway, words)) << words;
  }
  // sshd's own way of saying no.
  EXPECT_FALSE(ConnectionBroke(midway, "Connection closed by 10.0.0.1 port 22"));
  EXPECT_FALSE(ConnectionBroke(midway, "me@ci-1: Permission denied (publickey)."));
  // The words of a far command are its own affair.
  EXPECT_FALSE(ConnectionBroke(SshTraces{}, "make: write error: Broken pipe"));
}

TEST(SshCommand, EachRefusalNamesWhatAPersonCanDo) {
  EXPECT_EQ(RemedyFor(Host(), "Host key verification failed."),
            "log in once by hand to accept the host's key: ssh me@ci-1");
  EXPECT_TRUE(RemedyFor(Host(),
                        "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key "
                        "verification failed.")
                  .contains("ssh-keygen -R"));
  EXPECT_TRUE(RemedyFor(Host(), "Permission denied (publickey).").contains("BatchMode=yes"));
  EXPECT_FALSE(RemedyFor(*HostAddress::Pipe({"x"}), "").empty());
}

TEST(SshCommand, TheCheapCipherComesFirstAndAnOrderThatSomebodyChoseStays) {
  const std::string of_9 =
      "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,"
      "aes128-gcm@openssh.com,aes256-gcm@openssh.com";
  // The same ciphers: what two sides could agree on, they still can.
  EXPECT_EQ(FasterCiphers(of_9, true),
            "aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,"
            "aes256-ctr,aes256-gcm@openssh.com");
  EXPECT_EQ(FasterCiphers("chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,"
                          "aes256-gcm@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr",
                          true),
            "aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,"
            "aes128-ctr,aes192-ctr,aes256-ctr");
  EXPECT_EQ(FasterCiphers(of_9, false), "");
  EXPECT_EQ(FasterCiphers("aes256-ctr,chacha20-poly1305@openssh.com", true), "");
  EXPECT_EQ(FasterCiphers("", true), "");
  EXPECT_EQ(ParseSshConfig("ciphers " + of_9 + "\n").ciphers, of_9);
}

}  // namespace
}  // namespace provision
