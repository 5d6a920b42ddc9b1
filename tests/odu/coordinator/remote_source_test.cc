#include "odu/coordinator/remote_source.h"

#include <gtest/gtest.h>

namespace odu::coordinator {
namespace {

TEST(RemoteSource, AGitHubRepositoryIsFetchedByHttpsHoweverItIsSpelt) {
  for (const char* url : {"git@github.com:o/r.git", "https://github.com/o/r",
                          "https://me:secret@github.com/o/r.git", "ssh://git@github.com/o/r.git"}) {
    EXPECT_EQ(FetchUrl(url), "https://github.com/o/r") << url;
  }
}

TEST(RemoteSource, NoPasswordLeavesThisMachine) {
  EXPECT_EQ(FetchUrl("https://me:secret@git.example.org/a/b/c.git"),
            "https://git.example.org/a/b/c.git");
  EXPECT_EQ(FetchUrl("https://token@git.example.org/x"), "https://git.example.org/x");
  EXPECT_EQ(FetchUrl("https://a:p@ss@git.example.org/x"), "https://git.example.org/x");
  EXPECT_EQ(FetchUrl("ssh://git:secret@git.example.org:22/x"), "ssh://git@git.example.org:22/x");
  EXPECT_EQ(FetchUrl("git@git.example.org:x/y"), "git@git.example.org:x/y");
}

TEST(RemoteSource, WhatOnlyThisMachineHasIsNotToBeFetched) {
  for (const char* url : {"", "/srv/repo.git", "../repo", "./a:b", "file:///srv/repo.git",
                          "ext::sh -c evil", "-oProxyCommand=x:y"}) {
    EXPECT_EQ(FetchUrl(url), "") << url;
  }
}

TEST(RemoteSource, ACacheIsSharedByCheckoutsOfOneOrigin) {
  EXPECT_EQ(CacheId("https://github.com/o/r", "one"), CacheId("https://github.com/o/r", "two"));
  EXPECT_NE(CacheId("", "one"), CacheId("", "two"));
  EXPECT_EQ(CacheId("", "one").size(), 16U);
}

}  // namespace
}  // namespace odu::coordinator
