#include "odu/command/hosts.h"

#include <gtest/gtest.h>

#include "odu/model/ids.h"
#include "support/temp_dir.h"

namespace odu::command {
namespace {

std::string Here() {
  return std::string(model::ThisPlatform());
}

TEST(Hosts, InitWritesThisMachineAndNeverReplaces) {
  support::TempDir home;
  const os::Environment environment({"HOME=" + home.path()});
  const std::string path = home / ".config/odu/hosts.json";
  const auto first = InitHosts(environment, false);
  ASSERT_TRUE(first.has_value()) << first.error().message();
  EXPECT_EQ(*first, "wrote " + path + ": " + Here() + " runs on localhost\n");
  EXPECT_EQ(home.Read(".config/odu/hosts.json"), "{\n  \"" + Here() + "\": \"localhost\"\n}\n");

  const auto again = InitHosts(environment, false);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code(), "hosts_exist");
  EXPECT_EQ(again.error().ExitCode(), 2);

  const auto shown = ConfiguredHosts(environment, "/");
  ASSERT_TRUE(shown.has_value()) << shown.error().message();
  EXPECT_EQ(HostsText(*shown), path + "\n  " + Here() + "  localhost\n");
}

TEST(Hosts, EverythingThatAFileSaysIsShown) {
  support::TempDir home;
  const std::string path = home.Write(".config/odu/hosts.json",
                                      R"({"aarch64-darwin": {"host": "me@mac-1", "jobs": 4,
                                          "provision": "nix", "durable": false,
                                          "enter": ["nix", "develop", "-c"],
                                          "pass_env": ["NPM_TOKEN", "CARGO_KEY"]},
                                          "riscv64-linux": {"command": ["podman", "exec", "-i", "a b"],
                                          "provision": "auto"},
                                          "x86_64-linux": "localhost"})");
  const auto hosts = ConfiguredHosts(os::Environment({"HOME=" + home.path()}), "/");
  ASSERT_TRUE(hosts.has_value()) << hosts.error().message();
  EXPECT_EQ(HostsText(*hosts),
            path +
                "\n"
                "  aarch64-darwin  me@mac-1  jobs 4  provision nix  enter nix develop -c  "
                "passes NPM_TOKEN CARGO_KEY  not durable\n"
                "  riscv64-linux   podman exec -i 'a b'\n"
                "  x86_64-linux    localhost\n");
  EXPECT_EQ(HostsJson(*hosts),
            "{\"path\":\"" + path +
                "\",\"hosts\":["
                R"({"platform":"aarch64-darwin","host":"me@mac-1","provision":"nix","jobs":4,)"
                R"("enter":["nix","develop","-c"],"pass_env":["NPM_TOKEN","CARGO_KEY"],)"
                R"("durable":false},)"
                R"({"platform":"riscv64-linux","command":["podman","exec","-i","a b"],)"
                R"("provision":"auto","jobs":0,"enter":[],"pass_env":[],"durable":null},)"
                R"({"platform":"x86_64-linux","host":"localhost","provision":"auto","jobs":0,)"
                R"("enter":[],"pass_env":[],"durable":null}]})"
                "\n");
}

TEST(Hosts, WhatWouldOrderATerminalIsShownAsText) {
  plan::Hosts hosts;
  hosts.path = "/h\x1b]0;x\x07";
  hosts.entries.emplace_back();
  hosts.entries.back().platform = "x86_64-linux";
  hosts.entries.back().command = {"ev\x1b[2Jil"};
  EXPECT_EQ(HostsText(hosts).find('\x1b'), std::string::npos);
}

TEST(Hosts, TheVariableSaysWhere) {
  support::TempDir home;
  const std::string path = home / "elsewhere.json";
  const os::Environment environment({"HOME=" + home.path(), "ODU_HOSTS=" + path});
  ASSERT_TRUE(InitHosts(environment, true).has_value());
  EXPECT_EQ(ConfiguredHosts(environment, "/")->path, path);
  EXPECT_EQ(HostsFile(environment, "/"), path);
}

TEST(Hosts, WithoutConfigurationBothWaysToOptInAreNamed) {
  support::TempDir home;
  const os::Environment environment({"HOME=" + home.path()});
  EXPECT_EQ(HostsFile(environment, "/"), "");
  const auto none = ConfiguredHosts(environment, "/");
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code(), "no_hosts");
  EXPECT_NE(none.error().hint().find("odu hosts --init"), std::string::npos);
  EXPECT_NE(none.error().hint().find("--host " + Here() + "=localhost"), std::string::npos);
}

TEST(Hosts, WithoutAHomeInitSaysSo) {
  EXPECT_EQ(InitHosts(os::Environment(), false).error().code(), "no_home");
}

}  // namespace
}  // namespace odu::command
