#include "provision/far_script.h"

#include <gtest/gtest.h>

#include <set>

#include "support/cli.h"
#include "support/temp_dir.h"

namespace provision {
namespace {

const std::string kNonce = "00112233445566778899aabbccddeeff";

/// What that shell makes of a script on its stdin.
support::CliResult Sh(const std::string& script, std::vector<std::string> extra = {},
                      std::vector<std::string> shell = {"sh", "-s"}) {
  support::CliCall call;
  call.argv = std::move(shell);
  call.stdin_text = script;
  call.extra_environment = std::move(extra);
  return support::RunCli(call);
}

TEST(FarScript, NoncesAreLongAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto nonce = NewNonce();
    ASSERT_TRUE(nonce.has_value());
    EXPECT_EQ(nonce->size(), 32U);
    seen.insert(*nonce);
  }
  EXPECT_EQ(seen.size(), 100U);
}

TEST(FarScript, AQuotedWordComesThroughAsItIs) {
  const std::string word = "a 'b' \"c\" $d `e` \\ \n * ;&|<>() é";
  EXPECT_EQ(Sh("printf %s " + ShellQuoted(word)).stdout_text, word);
  EXPECT_EQ(Sh("printf '<%s>' " + ShellQuoted("")).stdout_text, "<>");
}

TEST(FarScript, AFrameHoldsTheOutputAndTheStatus) {
  const auto said = Sh(FramedScript(kNonce, "echo one; echo two\nexit 7"));
  const FramedOutput framed = ParseFramed("Welcome!\n" + said.stdout_text, kNonce);
  EXPECT_TRUE(framed.begun);
  EXPECT_EQ(framed.before, "Welcome!\n");
  EXPECT_EQ(framed.body, "one\ntwo\n");
  EXPECT_EQ(framed.status, 7);
}

TEST(FarScript, AnEmptyFrameIsAFrame) {
  const FramedOutput framed = ParseFramed(Sh(FramedScript(kNonce, ":")).stdout_text, kNonce);
  EXPECT_TRUE(framed.begun);
  EXPECT_EQ(framed.body, "");
  EXPECT_EQ(framed.status, 0);
}

TEST(FarScript, OutputWithoutALastNewlineIsWhole) {
  const FramedOutput framed =
      ParseFramed(Sh(FramedScript(kNonce, "printf abc")).stdout_text, kNonce);
  EXPECT_EQ(framed.body, "abc");
}

TEST(FarScript, EveryTruncationIsSeen) {
  const std::string whole = Sh(FramedScript(kNonce, "echo one")).stdout_text;
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ParseFramed(whole.substr(0, size), kNonce).status.has_value()) << size;
  }
  EXPECT_TRUE(ParseFramed(whole, kNonce).status.has_value());
}

TEST(FarScript, AShellThatEchoesWhatItIsToldIsNotBelieved) {
  const std::string script = FramedScript(kNonce, "echo one");
  EXPECT_FALSE(ParseFramed(script, kNonce).begun);
  const FramedOutput framed = ParseFramed(script + Sh(script).stdout_text, kNonce);
  EXPECT_EQ(framed.body, "one\n");
  EXPECT_EQ(framed.status, 0);
}

TEST(FarScript, ATerminalsCarriageReturnsAreTakenAway) {
  const std::string output = "\r\n" + kNonce + " begin\r\na\r\nb\r\n\r\n" + kNonce + " end 0\r\n";
  const FramedOutput framed = ParseFramed(output, kNonce);
  EXPECT_EQ(framed.body, "a\nb\n");
  EXPECT_EQ(framed.status, 0);
}

TEST(FarScript, WhatFollowsTheScriptOnStdinIsTheBodys) {
  // All at once: a shell that reads in blocks has the rest in its buffer, so only one that reads
  // byte by byte gets through. The caller waits for the frame's begin for that reason.
  const auto said = Sh(FramedScript(kNonce, "cat") + "payload", {}, {"bash", "-s"});
  EXPECT_EQ(ParseFramed(said.stdout_text, kNonce).body, "payload");
}

TEST(FarScript, TheBodyRunsInTheLoginEnvironmentOfEveryShellWeCanAsk) {
  for (const std::string shell : {"bash", "dash", "zsh", "fish"}) {
    const support::TempDir home;
    home.Write(".profile", "export GREETING=\"hello there\"\necho noise\n");
    home.Write(".zprofile", "export GREETING=\"hello there\"\necho noise\n");
    home.Write(".config/fish/config.fish", "set -gx GREETING \"hello there\"\necho noise\n");
    const auto said = Sh(InLoginShell("echo \"<$GREETING> $_login\"; exit 42"),
                         {"HOME=" + home.path(), "SHELL=/usr/bin/" + shell,
                          "ZDOTDIR=" + home.path(), "XDG_CONFIG_HOME=" + home.path() + "/.config"});
    EXPECT_TRUE(said.stdout_text.contains("<hello there> 1\n")) << shell << said;
    EXPECT_FALSE(said.stdout_text.contains("> 0\n")) << shell << said;
    EXPECT_EQ(said.exit_code, 0) << shell;
  }
}

TEST(FarScript, WhereTheLoginShellCannotBeAskedPlainShDoesIt) {
  for (const std::string shell : {"/bin/tcsh", "/no/such/bash", "", "/bin/false"}) {
    const auto said = Sh(InLoginShell("echo \"login $_login\"; exit 42"), {"SHELL=" + shell});
    EXPECT_EQ(said.stdout_text, "login 0\n") << shell;
    EXPECT_EQ(said.exit_code, 0);
  }
}

TEST(FarScript, AProfileThatEndsTheShellDoesNotEndUs) {
  const support::TempDir home;
  home.Write(".profile", "exit 1\n");
  const auto said = Sh(InLoginShell("echo \"login $_login\"; exit 42"),
                       {"HOME=" + home.path(), "SHELL=/bin/bash"});
  EXPECT_EQ(said.stdout_text, "login 0\n");
}

TEST(FarScript, ABodyThatFailsIsRed) {
  const auto said = Sh(FramedScript(kNonce, InLoginShell("exit 3")), {"SHELL="});
  EXPECT_EQ(ParseFramed(said.stdout_text, kNonce).status, 1);
}

TEST(FarScript, BecomingKeepsStdinAndTheLoginEnvironment) {
  for (const std::string shell : {"bash", "dash", "zsh", "fish"}) {
    const support::TempDir home;
    home.Write(".profile", "export GREETING=hello\n");
    home.Write(".zprofile", "export GREETING=hello\n");
    home.Write(".config/fish/config.fish", "set -gx GREETING hello\n");
    const std::string script = "{\n" + BecomeInShell("exec cat - ; echo never", true) + "\n}\n";
    // Here too the far end's block reading must not eat the payload: bash reads byte by byte.
    const auto said = Sh(script + "payload",
                         {"HOME=" + home.path(), "SHELL=/usr/bin/" + shell,
                          "ZDOTDIR=" + home.path(), "XDG_CONFIG_HOME=" + home.path() + "/.config"},
                         {"bash", "-s"});
    EXPECT_EQ(said.stdout_text, "payload") << shell << said;
  }
}

TEST(FarScript, BecomingLeavesNothingOfOursInTheEnvironment) {
  const auto said = Sh("{\n" + BecomeInShell("exec env", true) + "\n}\n", {"SHELL=/bin/dash"});
  EXPECT_FALSE(said.stdout_text.contains("_far_script"));
  EXPECT_FALSE(said.stdout_text.contains("_login"));
}

TEST(FarScript, MarksOnStderrAreNotTheirEcho) {
  const std::string script = MarkOnStderr(kNonce, "stale");
  EXPECT_FALSE(script.contains(MarkLine(kNonce, "stale")));
  EXPECT_EQ(Sh(script).stderr_text, "\n" + MarkLine(kNonce, "stale") + "\n");
}

}  // namespace
}  // namespace provision
