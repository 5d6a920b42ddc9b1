#include <filesystem>

#include "cli_fixture.h"
#include "support/fake_forge.h"

// `odu protect` and `odu auth`, the real program against tests/forge/fake_forge.py.
namespace odu {
namespace {

using support::FakeForge;

class ProtectTest : public CliTest {
 protected:
  ProtectTest() {
    extra_.push_back("GITHUB_API_URL=" + forge_.url());
    extra_.emplace_back("GH_TOKEN=ghp_x");
    repo_.Git({"remote", "add", "origin", FakeForge::Origin()});
    Justfile(
        "[metadata('ci')]\nci: test\nbuild:\n    true\ntest: build extras\n    true\n"
        "[linux]\nextras: pack\n    true\n[macos]\nextras: sign\n    true\n"
        "pack:\n    true\nsign:\n    true\n");
  }
  FakeForge forge_;
};

TEST_F(ProtectTest, CreatesARulesetThatRequiresWhatARunPosts) {
  const auto refused = Odu({"protect", "--platform", "x86_64-linux"});
  EXPECT_EQ(refused, (support::CliResult{2, "",
                                         "odu: protect: no ruleset requires statuses of 'main'\n"
                                         "  --create makes one; --create --dry-run shows it\n"}));
  const std::string contexts =
      "build@x86_64-linux\nextras@x86_64-linux\npack@x86_64-linux\ntest@x86_64-linux\n";
  const std::string diff =
      "ruleset 'odu main', required statuses:\n+ build@x86_64-linux\n+ extras@x86_64-linux\n"
      "+ pack@x86_64-linux\n+ test@x86_64-linux\n";
  const auto dry = Odu({"protect", "--create", "--dry-run", "--platform", "x86_64-linux"});
  EXPECT_EQ(dry, (support::CliResult{0, contexts + "\n" + diff, ""}));
  EXPECT_TRUE(forge_.Changes().empty());
  const auto made = Odu({"protect", "--create", "--platform", "x86_64-linux"});
  EXPECT_EQ(made, (support::CliResult{
                      0, "ruleset 'odu main' on main requires 4 contexts\n\n" + diff, ""}));
  ASSERT_EQ(forge_.Changes().size(), 1U);
  EXPECT_NE(forge_.Changes()[0].find("\"bypass_actors\": []"), std::string::npos);
  // The same again changes nothing; another platform is a change.
  EXPECT_EQ(Odu({"protect", "--platform", "x86_64-linux"}).exit_code, 0);
  EXPECT_EQ(forge_.Changes().size(), 1U);
  const auto more = Odu({"protect", "--platform", "x86_64-linux", "--platform", "aarch64-linux"});
  EXPECT_EQ(more.exit_code, 0) << more;
  EXPECT_NE(more.stdout_text.find("+ test@aarch64-linux\n"), std::string::npos) << more;
  EXPECT_EQ(forge_.Changes().size(), 2U);
  EXPECT_EQ(Odu({"protect", "--create", "--platform", "x86_64-linux"}).exit_code, 2);
}

TEST_F(ProtectTest, AmbiguityIsRefusedAndSaysWhich) {
  const std::string rule =
      R"("enforcement":"active","conditions":{"ref_name":{"include":["~ALL"]}},)"
      R"("rules":[{"type":"required_status_checks","parameters":{"required_status_checks":[]}}])";
  forge_.Rulesets(R"({"3":{"name":"a",)" + rule + R"(},"7":{"name":"b",)" + rule + "}}");
  const auto two = Odu({"protect", "--platform", "x86_64-linux"});
  EXPECT_EQ(two.exit_code, 2);
  EXPECT_NE(two.stderr_text.find("2 rulesets require statuses of 'main': 3, 7"), std::string::npos)
      << two;
  forge_.Rulesets(R"({"3":{"name":"a","source_type":"Organization","source":"octo",)" + rule +
                  "}}");
  const auto foreign = Odu({"protect", "--platform", "x86_64-linux", "-o", "json"});
  EXPECT_EQ(foreign.exit_code, 2);
  EXPECT_NE(foreign.stdout_text.find("\"code\":\"foreign_ruleset\""), std::string::npos) << foreign;
}

TEST_F(ProtectTest, WithoutHostsThePlatformsHaveToBeNamed) {
  const auto refused = Odu({"protect", "--dry-run", "--create"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.stderr_text.find("--platform x86_64-linux"), std::string::npos) << refused;
  home_.Write("hosts.json", R"({"aarch64-darwin":"mac-1"})");
  extra_.push_back("ODU_HOSTS=" + (home_ / "hosts.json"));
  const auto from_hosts = Odu({"protect", "--dry-run", "--create"});
  EXPECT_EQ(from_hosts.exit_code, 0);
  EXPECT_TRUE(from_hosts.stdout_text.starts_with(
      "build@aarch64-darwin\nextras@aarch64-darwin\nsign@aarch64-darwin\ntest@aarch64-darwin\n"));
  EXPECT_NE(from_hosts.stderr_text.find("hosts.json"), std::string::npos);
}

TEST_F(ProtectTest, AuthSaysWhatTheTokenMayDo) {
  forge_.World(R"({"tokens":{"ghp_x":{"login":"ada","scopes":"repo:status","statuses":"write"}}})");
  const auto may = Odu({"auth"});
  EXPECT_EQ(may.exit_code, 0) << may;
  EXPECT_NE(may.stdout_text.find("  speaks for  ada\n"), std::string::npos) << may;
  EXPECT_NE(may.stdout_text.find("missing: for 'odu protect'"), std::string::npos) << may;
  EXPECT_EQ(may.stdout_text.find("ghp_x"), std::string::npos);
  EXPECT_TRUE(forge_.Statuses().empty());
  forge_.World(R"({"tokens":{"ghp_x":{"login":"ada","statuses":"read"}}})");
  const auto may_not = Odu({"auth", "-o", "json"});
  EXPECT_EQ(may_not.exit_code, 3);
  EXPECT_NE(may_not.stdout_text.find("\"may_post\":false"), std::string::npos) << may_not;
  forge_.World(R"({"tokens":{}})");
  const auto unknown = Odu({"auth"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_NE(unknown.stderr_text.find("does not accept the token from GH_TOKEN: Bad credentials"),
            std::string::npos)
      << unknown;
}

// What another system's attribute leaves out is never posted: requiring it would block every merge.
TEST_F(ProtectTest, WhatItsSystemLeavesOutIsRequiredNowhere) {
  const auto both = Odu({"protect", "--create", "--dry-run", "--platform", "x86_64-linux",
                         "--platform", "aarch64-darwin"});
  EXPECT_EQ(both.exit_code, 0) << both;
  EXPECT_TRUE(both.stdout_text.starts_with(
      "build@aarch64-darwin\nbuild@x86_64-linux\nextras@aarch64-darwin\nextras@x86_64-linux\n"
      "pack@x86_64-linux\nsign@aarch64-darwin\ntest@aarch64-darwin\ntest@x86_64-linux\n\n"))
      << both;
}

TEST_F(ProtectTest, AForkIsToldWhoSeesItsStatuses) {
  repo_.Git({"remote", "rename", "origin", "upstream"});
  repo_.Git({"remote", "add", "origin", "http://127.0.0.1/ada/demo.git"});
  forge_.World(R"({"repositories":{"ada/demo":{"fork":true},"octo/demo":{}}})");
  const auto fork = Odu({"auth"});
  EXPECT_EQ(fork.exit_code, 0) << fork;
  EXPECT_TRUE(fork.stdout_text.starts_with("ada/demo on 127.0.0.1\n  a fork: ")) << fork;
}

TEST_F(ProtectTest, ARemoteThatIsNoForgeIsASentence) {
  repo_.Git({"remote", "set-url", "origin", "https://gitlab.example.org/o/r.git"});
  const auto other = Odu({"auth"});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_NE(other.stderr_text.find("'gitlab.example.org'"), std::string::npos) << other;
  repo_.Git({"remote", "remove", "origin"});
  const auto none = Odu({"auth"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_NE(none.stderr_text.find("git remote add origin"), std::string::npos) << none;
  // git's own rewriting counts: what is fetched from is what is posted to.
  repo_.Git({"remote", "add", "origin", "forge:octo/demo"});
  repo_.Git({"config", "url.http://127.0.0.1/.insteadOf", "forge:"});
  EXPECT_EQ(Odu({"auth"}).exit_code, 0);
}

TEST_F(ProtectTest, AFolderWithoutARepositoryIsToldBeforeItsHosts) {
  std::filesystem::remove_all(repo_.path() + "/.git");
  const auto refused = Odu({"protect"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_NE(refused.stderr_text.find("is not in a git repository"), std::string::npos) << refused;
}

}  // namespace
}  // namespace odu
