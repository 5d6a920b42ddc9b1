#include "provision/nix_command.h"

#include <gtest/gtest.h>

namespace provision {
namespace {

constexpr const char* kDrv = "/nix/store/m3lfnkl7lh3n61inbxsi1lpw8vpaqrbl-odu-runner.drv";
constexpr const char* kOut = "/nix/store/7408jwg1rcw07w2lql7c6cjnx3gyki9f-odu-runner";

TEST(NixCommand, TheSystemIsPutIntoTheAttribute) {
  const std::vector<std::string> argv =
      NixEvalArgv({"path:/opt/odu", "packages.{system}.odu-runner"}, "aarch64-linux");
  EXPECT_EQ(argv.back(), "path:/opt/odu#packages.aarch64-linux.odu-runner.drvPath");
  EXPECT_EQ(argv[argv.size() - 2], "--");
}

TEST(NixCommand, AnUrlOfSshGivesItsPortToSsh) {
  const auto plain = HostAddress::Ssh("me@pi.local");
  const auto url = HostAddress::Ssh("ssh://me@pi.local:2222/");
  ASSERT_TRUE(plain && url);
  EXPECT_EQ(NixCopyArgv(*plain, "", kDrv)[6], "ssh-ng://me@pi.local");
  EXPECT_EQ(NixCopyArgv(*url, "/usr/bin/nix-daemon", kDrv)[6],
            "ssh-ng://me@pi.local?remote-program=/usr/bin/nix-daemon");
  EXPECT_TRUE(NixSshOptions("-v", *url).starts_with("-v -p 2222 -o BatchMode=yes"));
  EXPECT_TRUE(NixSshOptions("", *plain).starts_with("-o BatchMode=yes"));
  EXPECT_NE(NixSshOptions("", *plain).find("-o ServerAliveInterval=10"), std::string::npos);
}

TEST(NixCommand, OnlyWhatCanBeAPathOfAStoreIsTakenForOne) {
  EXPECT_EQ(ParseDerivation(std::string(kDrv) + "\n"), std::string(kDrv));
  for (const std::string text : {"", "relative.drv", "/nix/store/x", "/nix/store/a b.drv",
                                 "/nix/store/$(id).drv", "/a.drv\n/b.drv"}) {
    const auto parsed = ParseDerivation(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code(), "bad_answer");
  }
}

TEST(NixCommand, ALookIsReadAndNothingInItIsBelievedUnseen) {
  const std::string answer =
      "noise\nstore=/usr/bin/nix-store\ndaemon=/usr/bin/nix-daemon\nsystem=\"x86_64-linux\"\n"
      "derivation=" +
      std::string(kDrv) + "\noutput=" + kOut + "\nprogram=just\nprogram=odu-runner\n";
  const auto look = ParseNixLook(answer);
  ASSERT_TRUE(look.has_value()) << look.error().message();
  EXPECT_EQ(look->store, "/usr/bin/nix-store");
  EXPECT_EQ(look->system, "x86_64-linux");
  EXPECT_EQ(look->derivation, kDrv);
  EXPECT_EQ(look->output, kOut);
  EXPECT_EQ(look->programs, (std::set<std::string>{"just", "odu-runner"}));

  EXPECT_FALSE(ParseNixLook("store=\nsystem=\"x86_64-linux\"\n").has_value());
  EXPECT_FALSE(ParseNixLook("store=/usr/bin/nix-store\nsystem=\"Odd System\"\n").has_value());
  const auto odd = ParseNixLook(
      "store=/usr/bin/nix-store\nsystem=\"x86_64-linux\"\nderivation=;rm\noutput=$(id)\n");
  ASSERT_TRUE(odd.has_value());
  EXPECT_EQ(odd->derivation, "");
  EXPECT_EQ(odd->output, "");
  EXPECT_FALSE(ParseRealised("output=\n").has_value());
}

TEST(NixCommand, AFaultIsToldByNixsOwnWords) {
  const auto host = HostAddress::Ssh("ant");
  ASSERT_TRUE(host.has_value());
  const HostFault untrusted = NixFault("nix copy to ant",
                                       "copying 2 paths...\nerror: cannot add path '/nix/store/x' "
                                       "because it lacks a valid signature",
                                       *host);
  EXPECT_EQ(untrusted.phase, FaultPhase::kRemote);
  EXPECT_EQ(untrusted.error.code(), "nix_untrusted");
  EXPECT_NE(untrusted.error.message().find("lacks a valid signature"), std::string::npos);
  EXPECT_NE(untrusted.error.hint().find("'trusted-users'"), std::string::npos);

  const HostFault broken = NixFault("nix copy to ant", "error: cannot connect to 'ant'\n", *host);
  EXPECT_EQ(broken.phase, FaultPhase::kNetwork);
  const HostFault other = NixFault("nix copy to ant", "error: \033[31mno space left\n", *host);
  EXPECT_EQ(other.phase, FaultPhase::kRemote);
  EXPECT_EQ(other.error.code(), "nix_failed");
  EXPECT_EQ(other.error.message().find('\033'), std::string::npos);
  EXPECT_EQ(NixFault("step", "", *host).error.message(), "step: nix says nothing");
}

TEST(NixCommand, ADaemonThatHangsUpOnAHostThatAnswersRefusesTheUser) {
  const auto host = HostAddress::Ssh("ant");
  ASSERT_TRUE(host.has_value());
  const std::string words = "error: unexpected end-of-file";
  const HostFault refused = NixBrokenOff("nix copy to ant", words, "error: " + words, *host);
  EXPECT_EQ(refused.phase, FaultPhase::kRemote);
  EXPECT_EQ(refused.error.code(), "nix_untrusted");
  const HostFault other =
      NixBrokenOff("nix copy to ant", words, "error: path '/nix/store/0-door' is not valid", *host);
  EXPECT_EQ(other.phase, FaultPhase::kNetwork);
}

}  // namespace
}  // namespace provision
