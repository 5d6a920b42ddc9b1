#include "odu/plan/hosts_file.h"

#include <gtest/gtest.h>

#include "odu/model/ids.h"
#include "support/temp_dir.h"

namespace odu::plan {
namespace {

using Pins = std::map<std::string, std::string>;

std::string MessageOf(const base::Result<std::vector<HostEntry>>& result) {
  return result ? "(no error)" : result.error().message();
}

TEST(HostsFile, ReadsNamesAndObjectsSortedByPlatform) {
  const auto hosts = ParseHosts(R"({
    "x86_64-linux": "localhost",
    "aarch64-darwin": {"host": "me@mac-1", "jobs": 4, "enter": ["nix", "develop", "-c"],
                       "pass_env": ["GH_TOKEN"], "provision": "copy", "durable": false}
  })",
                                "hosts.json");
  ASSERT_TRUE(hosts) << hosts.error().message();
  ASSERT_EQ(hosts->size(), 2);
  const HostEntry& mac = hosts->at(0);
  EXPECT_EQ(mac.platform, "aarch64-darwin");
  EXPECT_EQ(mac.address, "me@mac-1");
  EXPECT_EQ(mac.jobs, 4);
  EXPECT_EQ(mac.enter, (std::vector<std::string>{"nix", "develop", "-c"}));
  EXPECT_EQ(mac.pass_env, std::vector<std::string>{"GH_TOKEN"});
  EXPECT_EQ(mac.provision, "copy");
  EXPECT_EQ(mac.durable, false);
  EXPECT_EQ(hosts->at(1).address, "localhost");
}

TEST(HostsFile, NamesFileLineAndKeyOfWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"[]", "h:1: must be a JSON object of platform to host"},
      {"{\n\"x86_64-linux\": 3}", "h:2: host for 'x86_64-linux' must be a string"},
      {"{\n\n\"x86_64-linux\": {\"host\": \"a\",\n\"jbos\": 3}}",
       "h:4: unknown key 'jbos' of 'x86_64-linux'"},
      {"{\"x86_64-linux\": \"a\",\n\"x86_64-linux\": \"b\"}",
       "h:2: 'x86_64-linux' stands here a second time"},
      {"{\"x86_64-linux\": {\"host\": \"a\",\n\n\"ho\\u0073t\": \"b\"}}",
       "h:3: 'host' stands here a second time"},
      {"{\"x86_64-linux\": {}}", "h:1: 'x86_64-linux' needs either 'host' or 'command'"},
      {"{\"x86_64-linux\": {\"host\": \"a\", \"command\": [\"b\"]}}",
       "h:1: 'x86_64-linux' needs either 'host' or 'command'"},
      {"{\"x86_64-linux\": {\"host\": \"a\", \"jobs\": 0}}",
       "h:1: 'jobs' of 'x86_64-linux' must be a number from 1 to 4096"},
      {"{\"x86_64-linux\": \"-oProxyCommand=x\"}",
       "h:1: host for 'x86_64-linux' is not a host name: '-oProxyCommand=x'"},
      {"{\"x86_64-linux\": {\"host\": \"a\", \"durable\": 1}}",
       "h:1: 'durable' of 'x86_64-linux' must be true or false"},
      {"{\"x86_64-linux\": {\"host\": \"a\", \"provision\": \"rsync\"}}",
       "h:1: 'provision' of 'x86_64-linux' must be auto, nix or copy"},
      {"{\"x86_64-linux\": {\"host\": \"a\", \"enter\": [1]}}",
       "h:1: 'enter' of 'x86_64-linux' must be a list of non-empty strings"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_EQ(MessageOf(ParseHosts(text, "h")), message);
  }
  EXPECT_TRUE(MessageOf(ParseHosts("{\"x\"", "h")).starts_with("h:1:"));
  EXPECT_FALSE(ParseHosts(R"({"../etc": "localhost"})", "h"));
  const auto near = ParseHosts("{\"x86_64-linux\": {\"hots\": \"a\"}}", "h");
  ASSERT_FALSE(near);
  EXPECT_EQ(near.error().hint(), "did you mean 'host'?");
  EXPECT_EQ(near.error().ExitCode(), 2);
}

TEST(HostsFile, AKeyInsideAListOrAStringIsNoKey) {
  EXPECT_TRUE(
      ParseHosts(R"({"x86_64-linux": {"host": "a", "enter": ["host", "\"host\":", "{"]}})", "h"));
}

TEST(HostsFile, OduHostsComesFirstThenOursThenJustcis) {
  const support::TempDir home;
  home.Write(".config/justci/hosts.json", R"({"x86_64-linux": "justci"})");
  const std::vector<std::string> environment{"HOME=" + home.path()};
  EXPECT_EQ(LoadHosts(environment, "/")->entries.at(0).address, "justci");
  const std::string ours = home.Write(".config/odu/hosts.json", R"({"x86_64-linux": "odu"})");
  EXPECT_EQ(LoadHosts(environment, "/")->entries.at(0).address, "odu");
  EXPECT_EQ(LoadHosts(environment, "/")->path, ours);
  home.Write("mine.json", R"({"x86_64-linux": "mine"})");
  const std::vector<std::string> named{"HOME=" + home.path(), "ODU_HOSTS=mine.json"};
  EXPECT_EQ(LoadHosts(named, home.path())->entries.at(0).address, "mine");
}

TEST(HostsFile, AMissingFileIsAFailureOnlyWhereItWasNamed) {
  const support::TempDir home;
  const std::vector<std::string> environment{"HOME=" + home.path()};
  EXPECT_TRUE(LoadHosts(environment, "/")->entries.empty());
  EXPECT_TRUE(LoadHosts({}, "/")->entries.empty());
  const std::vector<std::string> named{"HOME=" + home.path(), "ODU_HOSTS=/nowhere/hosts.json"};
  const auto hosts = LoadHosts(named, "/");
  ASSERT_FALSE(hosts);
  EXPECT_EQ(hosts.error().code(), "hosts_not_found");
  EXPECT_EQ(hosts.error().message(), "ODU_HOSTS: there is no file '/nowhere/hosts.json'");
}

TEST(HostsFile, PinsComeBeforeTheSlice) {
  Hosts hosts;
  hosts.entries = ParseHosts(R"({"x86_64-linux": {"host": "a", "jobs": 3}})", "h").value();
  const auto both = ChooseHosts(hosts, Pins{{"aarch64-linux", "b"}}, {});
  ASSERT_TRUE(both);
  ASSERT_EQ(both->size(), 2);
  EXPECT_EQ(both->at(0).address, "b");
  EXPECT_EQ(both->at(1).jobs, 3);
  const auto slice = ChooseHosts(hosts, Pins{{"aarch64-linux", "b"}}, {"aarch64-linux"});
  ASSERT_TRUE(slice);
  ASSERT_EQ(slice->size(), 1);
  EXPECT_EQ(slice->at(0).platform, "aarch64-linux");
  EXPECT_EQ(ChooseHosts(hosts, Pins{{"x86_64-linux", "a"}}, {})->at(0).jobs, 3);
  EXPECT_EQ(ChooseHosts(hosts, Pins{{"x86_64-linux", "c"}}, {})->at(0).jobs, 0);
}

TEST(HostsFile, RefusalsSayWhatToDo) {
  const auto none = ChooseHosts({}, {}, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), "no_hosts");
  EXPECT_EQ(none.error().ExitCode(), 2);
  EXPECT_NE(none.error().hint().find("--host " + std::string(model::ThisPlatform())),
            std::string::npos);
  EXPECT_NE(none.error().hint().find("odu hosts --init"), std::string::npos);
  const Pins pins{{"x86_64-linux", "localhost"}};
  EXPECT_EQ(MessageOf(ChooseHosts({}, pins, {"aarch64-darwin"})),
            "--platform: aarch64-darwin has no host");
  EXPECT_EQ(MessageOf(ChooseHosts({}, Pins{{"x86_64-linux", ""}}, {})),
            "--host: not a host name: ''");
  EXPECT_EQ(ChooseHosts({}, Pins{{"foo", "localhost"}}, {}).error().code(), "bad_platform");
}

TEST(HostsFile, LocalhostHasThreeNames) {
  EXPECT_TRUE(IsLocalhost("localhost"));
  EXPECT_TRUE(IsLocalhost("127.0.0.1"));
  EXPECT_TRUE(IsLocalhost("::1"));
  EXPECT_FALSE(IsLocalhost("localhost.example"));
  EXPECT_TRUE(IsHostAddress("me@mac-1.local"));
  EXPECT_FALSE(IsHostAddress("a b"));
  EXPECT_FALSE(IsHostAddress(""));
  EXPECT_FALSE(IsHostAddress("$(x)"));
}

TEST(HostsFile, EveryRefusalSaysWhatToDo) {
  for (const std::string_view text :
       {R"([])", R"({"x86_64-linux": 1})", R"({"x86_64-linux": {"host": 1}})",
        R"({"x86_64-linux": {"host": "a", "jobs": "4"}})", R"({"x86_64-linux": {}})",
        R"({"x86_64-linux": {"host": "a", "durable": 1}})",
        R"({"x86_64-linux": "a", "x86_64-linux": "b"})"}) {
    const auto hosts = ParseHosts(text, "hosts.json");
    ASSERT_FALSE(hosts) << text;
    EXPECT_NE(hosts.error().hint(), "") << hosts.error().message();
  }
}

}  // namespace
}  // namespace odu::plan
