#include "odu/forge/credentials.h"

#include <gtest/gtest.h>

#include "os/file_system.h"
#include "os/reaper.h"
#include "support/git_repo.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace odu::forge {
namespace {

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() {
    for (const std::string& entry : support::GitRepo::CleanEnvironment()) {
      const size_t equals = entry.find('=');
      environment_.Set(entry.substr(0, equals), entry.substr(equals + 1));
    }
    environment_.Set("HOME", dir_.path());
    environment_.Set("PATH", (dir_ / "bin") + ":/usr/local/bin:/usr/bin:/bin");
    environment_.Set("GIT_CONFIG_GLOBAL", dir_ / "gitconfig");
  }
  /// A `gh` that does what the real one does: the token on stdout, its words on stderr.
  void Gh(const std::string& script) { dir_.Write("bin/gh", "#!/bin/sh\n" + script, 0755); }

  base::Result<Credential> Find() {
    const RunTool run = [this](os::ProgramCall call) {
      argv_.push_back(call.argv);
      return os::RunProgram(reaper_, clock_, std::move(call));
    };
    return loop_.Run(FindCredential(environment_, {"ghe.example.org", "octo", "demo"}, run));
  }

  support::TempDir dir_;
  support::Loop loop_;
  async::SystemClock clock_;
  os::Reaper reaper_{loop_.executor()};
  os::Environment environment_;
  std::vector<std::vector<std::string>> argv_;
};

TEST_F(CredentialsTest, TheEnvironmentComesFirstAndThenGhAndThenGitsHelper) {
  Gh("[ \"$*\" = 'auth token --hostname ghe.example.org' ] && [ -z \"$GH_TOKEN\" ] && echo "
     "gho_gh\n");
  dir_.Write("gitconfig", "[credential]\n\thelper = store\n");
  dir_.Write(".git-credentials", "https://ada:ghp_git@ghe.example.org\n", 0600);
  environment_.Set("GITHUB_TOKEN", "ghp_two");
  environment_.Set("GH_TOKEN", "ghp_one");
  EXPECT_EQ(Find()->source, "GH_TOKEN");
  EXPECT_EQ(Find()->token.Reveal(), "ghp_one");
  environment_.Remove("GH_TOKEN");
  EXPECT_EQ(Find()->token.Reveal(), "ghp_two");
  EXPECT_TRUE(argv_.empty());
  environment_.Remove("GITHUB_TOKEN");
  EXPECT_EQ(Find()->source, "gh auth token");
  EXPECT_EQ(Find()->token.Reveal(), "gho_gh");
  Gh("echo 'no oauth token found for ghe.example.org' >&2; exit 1\n");
  const auto git = Find();
  ASSERT_TRUE(git) << git.error().message();
  EXPECT_EQ(git->source, "git's credential helper");
  EXPECT_EQ(git->token.Reveal(), "ghp_git");
}

TEST_F(CredentialsTest, ATokenStandsOnNoCommandLine) {
  Gh("exit 1\n");
  static_cast<void>(Find());
  for (const auto& argv : argv_) {
    for (const std::string& word : argv) {
      EXPECT_EQ(word.find("ghp_"), std::string::npos);
    }
  }
}

TEST_F(CredentialsTest, WithoutAnyItIsSaidWhereWasLooked) {
  Gh("echo 'not logged in' >&2; exit 1\n");
  const auto none = Find();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), "no_credentials");
  EXPECT_TRUE(none.error().message().starts_with(
      "there is no token for ghe.example.org: $GH_TOKEN and $GITHUB_TOKEN are not set; "
      "gh: not logged in; git's credential helper"))
      << none.error().message();
}

TEST_F(CredentialsTest, WhatIsNoTokenIsNotSent) {
  Gh("exit 1\n");
  environment_.Set("GH_TOKEN", "two words");
  const auto none = Find();
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message().find("$GH_TOKEN is no token"), std::string::npos);
  EXPECT_EQ(none.error().message().find("two words"), std::string::npos);
}

TEST_F(CredentialsTest, TheKindOfATokenIsReadFromItsBeginning) {
  EXPECT_EQ(KindOfToken(Secret("ghp_abc")), "classic");
  EXPECT_EQ(KindOfToken(Secret("github_pat_x")), "fine-grained");
  EXPECT_EQ(KindOfToken(Secret("x")), "token");
}

}  // namespace
}  // namespace odu::forge
