#include "git/object_cache.h"

#include <gtest/gtest.h>

#include "git/git_fixture.h"
#include "os/file_system.h"

namespace git {
namespace {

/// A cache, and a repository that has what it wants.
class Cached {
 public:
  Cached() {
    base = repo.Commit("one");
    repo.Write("file", "words\n");
    tip = repo.Commit("two");
    EXPECT_TRUE(Blocking(MakeObjectCache(runner, cache, tip)));
  }
  base::Result<void> Fetch(const std::string& sha, std::string origin = {}) {
    FetchRequest request;
    request.cache = cache;
    request.origin = origin.empty() ? repo.path() : std::move(origin);
    request.sha = sha;
    return Blocking(FetchCommit(runner, std::move(request),
                                [this](std::string_view line) { lines.emplace_back(line); }));
  }
  bool Has(const std::string& sha) { return Blocking(HasCommit(runner, cache, sha)).value(); }
  base::Result<void> Add(const std::string& name, const std::string& sha) {
    return Blocking(AddBundle(runner, cache, dir / name, sha));
  }
  void Bundle(const std::string& name, std::vector<std::string> revisions) {
    std::vector<std::string> call{"bundle", "create", "--quiet", dir / name};
    call.insert(call.end(), revisions.begin(), revisions.end());
    repo.Git(call);
  }

  support::TempDir dir;
  support::GitRepo repo;
  BlockingRunner runner{TestEnvironment()};
  std::string cache = dir / "cache.git";
  std::string base;
  std::string tip;
  std::vector<std::string> lines;
};

template <class T>
std::string CodeOf(const base::Result<T>& result) {
  return result ? "fine" : result.error().code();
}

TEST(ObjectCache, IsClosedToOthersAndMadeOnce) {
  Cached it;
  EXPECT_EQ(os::StatusOf(it.cache)->mode, 0700U);
  EXPECT_FALSE(it.Has(it.tip));
  EXPECT_TRUE(Blocking(MakeObjectCache(it.runner, it.cache, it.tip)));
  EXPECT_FALSE(os::Exists(it.cache + "/hooks"));
}

TEST(ObjectCache, FetchesACommitWithItsHistory) {
  Cached it;
  ASSERT_TRUE(it.Fetch(it.tip));
  EXPECT_TRUE(it.Has(it.tip));
  EXPECT_TRUE(it.Has(it.base));
  EXPECT_EQ(Blocking(CommitsIn(it.runner, it.cache, 10))->size(), 2U);
  EXPECT_EQ(Blocking(CommitsIn(it.runner, it.cache, 1))->size(), 1U);
}

TEST(ObjectCache, WhatAnOriginDoesNotHaveIsAFailureWithItsWords) {
  Cached it;
  EXPECT_EQ(CodeOf(it.Fetch(std::string(40, 'a'))), "git_failed");
  ASSERT_FALSE(it.lines.empty());
  EXPECT_TRUE(it.lines.front().starts_with("[git] ")) << it.lines.front();
  EXPECT_EQ(CodeOf(it.Fetch(it.tip, it.dir / "nowhere")), "git_failed");
}

TEST(ObjectCache, ATransportThatRunsAProgramIsNotTaken) {
  Cached it;
  EXPECT_EQ(CodeOf(it.Fetch(it.tip, "ext::touch " + (it.dir / "ran"))), "git_failed");
  EXPECT_EQ(CodeOf(it.Fetch(it.tip, "--upload-pack=touch " + (it.dir / "ran"))), "git_failed");
  EXPECT_FALSE(os::Exists(it.dir / "ran"));
}

TEST(ObjectCache, APasswordInAUrlIsShownNowhere) {
  Cached it;
  const auto failed = it.Fetch(it.tip, "http://me:s3cret@127.0.0.1:1/x.git");
  ASSERT_FALSE(failed);
  std::string said = failed.error().message();
  for (const std::string& line : it.lines) {
    said += line;
  }
  EXPECT_EQ(said.find("s3cret"), std::string::npos) << said;
  EXPECT_EQ(ShownUrl("https://me:x@host/a"), "https://***@host/a");
  EXPECT_EQ(ShownUrl("https://token@host/a"), "https://***@host/a");
  EXPECT_EQ(ShownUrl("ssh://git@host/a"), "ssh://git@host/a");
  EXPECT_EQ(ShownUrl("git@host:a/b@c"), "git@host:a/b@c");
  EXPECT_EQ(ShownUrl("https://host/a@b"), "https://host/a@b");
}

TEST(ObjectCache, TakesWhatABundleBringsOnTopOfWhatIsThere) {
  Cached it;
  ASSERT_TRUE(it.Fetch(it.base));
  it.Bundle("new", {"main", "^" + it.base});
  ASSERT_TRUE(it.Add("new", it.tip));
  EXPECT_TRUE(it.Has(it.tip));
  ASSERT_TRUE(it.Add("new", it.tip)) << "a second time";
}

TEST(ObjectCache, ABundleThatBuildsOnWhatIsNotHereIsToldAndLeavesNothing) {
  Cached it;
  it.Bundle("new", {"main", "^" + it.base});
  EXPECT_EQ(CodeOf(it.Add("new", it.tip)), "bundle_lacks");
  EXPECT_FALSE(it.Has(it.tip));
  it.Bundle("all", {"main"});
  EXPECT_EQ(CodeOf(it.Add("all", std::string(40, 'b'))), "bundle_lacks");
  EXPECT_EQ(CodeOf(it.Add("all", it.tip)), "fine");
}

TEST(ObjectCache, ABundleThatIsCutOffOrSpoiltIsRefused) {
  Cached it;
  it.Bundle("all", {"main"});
  const std::string bytes = it.dir.Read("all");
  for (size_t length = 0; length < bytes.size(); length += 7) {
    it.dir.Write("cut", bytes.substr(0, length));
    EXPECT_EQ(CodeOf(it.Add("cut", it.tip)), "bad_bundle") << length;
  }
  std::string spoilt = bytes;
  spoilt[spoilt.size() - 30] = static_cast<char>(~spoilt[spoilt.size() - 30]);
  it.dir.Write("spoilt", spoilt);
  EXPECT_EQ(CodeOf(it.Add("spoilt", it.tip)), "bad_bundle");
  EXPECT_FALSE(it.Has(it.tip));
}

TEST(ObjectCache, ABundleWithATreeThatLeavesItsFolderIsRefused) {
  Cached it;
  const std::string blob = it.repo.Git({"hash-object", "-w", "file"});
  // A tree that git itself would not make: an entry called '..'.
  std::string entry("100644 ..\0", 10);
  for (size_t i = 0; i < blob.size(); i += 2) {
    entry += static_cast<char>(std::stoi(blob.substr(i, 2), nullptr, 16));
  }
  it.dir.Write("tree", entry);
  const std::string tree =
      it.repo.Git({"hash-object", "-t", "tree", "-w", "--literally", it.dir / "tree"});
  const std::string bad = it.repo.Git({"commit-tree", "-m", "bad", tree});
  it.repo.Git({"update-ref", "refs/heads/bad", bad});
  it.Bundle("bad", {"bad"});
  EXPECT_EQ(CodeOf(it.Add("bad", bad)), "bad_bundle");
  EXPECT_FALSE(it.Has(bad));
}

TEST(ObjectCache, HalfOfAHistoryDoesNotCountAsHavingIt) {
  Cached it;
  // The commit object alone, as an interrupted unpacking of loose objects leaves it.
  const std::string hex = it.tip;
  const std::string object = "/objects/" + hex.substr(0, 2) + "/" + hex.substr(2);
  const auto bytes = os::ReadFile(it.repo.path() + "/.git" + object, 1 << 20);
  ASSERT_TRUE(bytes);
  ASSERT_TRUE(os::MakeDirs(it.cache + "/objects/" + hex.substr(0, 2)));
  ASSERT_TRUE(os::WriteFileAtomic(it.cache + object, *bytes));
  EXPECT_FALSE(it.Has(it.tip));
  ASSERT_TRUE(it.Fetch(it.tip));
  EXPECT_TRUE(it.Has(it.tip));
}

TEST(ObjectCache, GivesWorkTreesAndForgetsThem) {
  Cached it;
  ASSERT_TRUE(it.Fetch(it.tip));
  WorktreeRequest request;
  request.toplevel = it.cache;
  request.path = it.dir / "work";
  request.sha = it.tip;
  ASSERT_TRUE(Blocking(AddWorktree(it.runner, request)));
  EXPECT_EQ(it.dir.Read("work/file"), "words\n");
  ASSERT_TRUE(Blocking(RemoveWorktree(it.runner, it.cache, request.path)));
  EXPECT_FALSE(os::Exists(request.path));
  EXPECT_FALSE(os::Exists(it.cache + "/worktrees/work"));
}

}  // namespace
}  // namespace git
