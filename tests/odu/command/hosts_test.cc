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

  const auto shown = ShowHosts(environment, "/", false);
  ASSERT_TRUE(shown.has_value()) << shown.error().message();
  EXPECT_EQ(*shown, path + "\n  " + Here() + "  localhost\n");
  EXPECT_EQ(*ShowHosts(environment, "/", true), "{\"path\":\"" + path +
                                                    "\",\"hosts\":[{\"platform\":\"" + Here() +
                                                    "\",\"host\":\"localhost\",\"jobs\":0}]}\n");
}

TEST(Hosts, TheVariableSaysWhere) {
  support::TempDir home;
  const std::string path = home / "elsewhere.json";
  const os::Environment environment({"HOME=" + home.path(), "ODU_HOSTS=" + path});
  ASSERT_TRUE(InitHosts(environment, true).has_value());
  EXPECT_TRUE(ShowHosts(environment, "/", false)->starts_with(path));
}

TEST(Hosts, WithoutConfigurationBothWaysToOptInAreNamed) {
  support::TempDir home;
  const auto none = ShowHosts(os::Environment({"HOME=" + home.path()}), "/", false);
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
