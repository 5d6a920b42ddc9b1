#include "odu/forge/forge_remote.h"

#include <gtest/gtest.h>

namespace odu::forge {
namespace {

TEST(ForgeRemote, EverySpellingOfGitIsRead) {
  const ForgeRemote demo{"github.com", "octo-org", "demo.app"};
  for (const char* url :
       {"https://github.com/octo-org/demo.app", "https://github.com/octo-org/demo.app.git",
        "https://github.com/octo-org/demo.app/", "http://GitHub.com:80/octo-org/demo.app.git",
        "https://user:p%40ss@github.com/octo-org/demo.app.git",
        "git@github.com:octo-org/demo.app.git", "github.com:octo-org/demo.app",
        "git@github.com:/octo-org/demo.app.git", "ssh://git@github.com/octo-org/demo.app.git",
        "ssh://git@ssh.github.com:443/octo-org/demo.app.git",
        "git://www.github.com/octo-org/demo.app", "git+ssh://git@github.com/octo-org/demo.app"}) {
    const auto read = ParseForgeRemote(url);
    ASSERT_TRUE(read.has_value()) << url;
    EXPECT_EQ(*read, demo) << url;
  }
}

TEST(ForgeRemote, WhatIsNoRepositoryOfAForgeIsNone) {
  for (const char* url :
       {"", "/srv/git/demo.git", "../demo", "./a:b/c", "file:///srv/git/demo.git", "C:/demo",
        "https://github.com", "https://github.com/", "https://github.com/octo",
        "https://github.com/octo/demo/tree", "https://github.com//demo",
        "https://github.com/octo/..", "https://github.com/oc to/demo",
        "https://github.com/octo/demo?x=1", "git@github.com:octo/de\nmo", "https:///octo/demo",
        "ext::sh -c x", "git@:octo/demo", "https://github.com/octo/.git"}) {
    EXPECT_FALSE(ParseForgeRemote(url).has_value()) << url;
  }
}

TEST(ForgeRemote, GithubIsAlwaysKnownAndAnotherForgeByItsApi) {
  EXPECT_TRUE(FindForge("git@github.com:octo/demo.git", ""));
  EXPECT_TRUE(FindForge("git@github.com:octo/demo.git", "https://api.github.com"));
  EXPECT_TRUE(FindForge("git@github.com:octo/demo.git", "https://ghe.example.org/api/v3"));
  EXPECT_TRUE(FindForge("git@ghe.example.org:octo/demo.git", "https://ghe.example.org/api/v3"));
  EXPECT_TRUE(FindForge("https://octo.ghe.com/o/demo", "https://api.octo.ghe.com"));
  EXPECT_TRUE(FindForge("http://127.0.0.1:3000/octo/demo", "http://127.0.0.1:8080"));
}

TEST(ForgeRemote, AnyOtherIsRefusedWithTheRemedyAndWithoutItsPassword) {
  const struct {
    const char* origin;
    const char* api;
    const char* message;
  } cases[] = {
      {"", "", "there is no remote 'origin' to post commit statuses to"},
      {"/srv/git/demo.git", "",
       "the remote 'origin' is no repository of a forge to post commit statuses to"},
      {"https://me:hunter2@gitlab.com/octo/demo", "",
       "the remote 'origin' is at 'gitlab.com', which odu cannot post commit statuses to"},
      {"https://me:hunter2@gitlab.com/a/b/c/demo", "",
       "the remote 'origin' is no repository of a forge to post commit statuses to"},
      {"git@ghe.example.org:octo/demo", "https://api.github.com",
       "the remote 'origin' is at 'ghe.example.org', which odu cannot post commit statuses to"},
      {"git@github.com.evil.org:octo/demo", "",
       "the remote 'origin' is at 'github.com.evil.org', which odu cannot post commit statuses to"},
      {"git@evil.org:octo/github.com", "",
       "the remote 'origin' is at 'evil.org', which odu cannot post commit statuses to"},
  };
  for (const auto& one : cases) {
    const auto refused = FindForge(one.origin, one.api);
    ASSERT_FALSE(refused.has_value()) << one.origin;
    EXPECT_EQ(refused.error().code(), "no_forge");
    EXPECT_EQ(refused.error().message(), one.message);
    EXPECT_EQ(refused.error().hint(), "pass --no-post for non-GitHub strict runs");
    EXPECT_EQ(refused.error().ExitCode(), 2);
  }
}

TEST(ForgeRemote, TheApiIsWhereTheForgeIsAndNowhereElse) {
  const ForgeRemote github{"github.com", "o", "r"};
  const ForgeRemote enterprise{"ghe.example.org", "o", "r"};
  EXPECT_EQ(ApiOf(github, ""), "https://api.github.com");
  EXPECT_EQ(ApiOf(github, "https://api.github.com/"), "https://api.github.com");
  // Another forge's API is not asked about a repository of this one.
  EXPECT_EQ(ApiOf(github, "https://ghe.example.org/api/v3"), "https://api.github.com");
  EXPECT_EQ(ApiOf(enterprise, "https://ghe.example.org/api/v3/"), "https://ghe.example.org/api/v3");
  EXPECT_EQ(ApiOf({"127.0.0.1", "o", "r"}, "http://127.0.0.1:8080"), "http://127.0.0.1:8080");
}

}  // namespace
}  // namespace odu::forge
