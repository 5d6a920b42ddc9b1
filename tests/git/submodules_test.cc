#include "git/submodules.h"

#include <gtest/gtest.h>

#include "git/changes.h"
#include "git/tree.h"
#include "git_fixture.h"
#include "os/file_system.h"

namespace git {
namespace {

/// A repository with the submodule `lib`, which has the submodule `deep`.
class SubmodulesTest : public testing::Test {
 protected:
  void SetUp() override {
    deep_.Write("deep.txt", "deep");
    deep_.Commit();
    library_.Write("lib.txt", "lib");
    RawGit({"-C", library_.path(), "submodule", "--quiet", "add", deep_.path(), "deep"});
    library_.Commit();
    RawGit({"-C", repo_.path(), "submodule", "--quiet", "add", library_.path(), "some lib"});
    RawGit({"-C", repo_.path(), "submodule", "--quiet", "update", "--init", "--recursive"});
    sha_ = repo_.Commit();
  }
  base::Result<void> Add(const std::string& toplevel) {
    WorktreeRequest request;
    request.toplevel = toplevel;
    request.path = dir_ / "tree";
    request.sha = sha_;
    return Blocking(
        AddWorktree(runner_, request, [this](std::string_view line) { told_.emplace_back(line); }));
  }

  support::GitRepo deep_;
  support::GitRepo library_;
  support::GitRepo repo_;
  support::TempDir dir_;
  std::string sha_;
  BlockingRunner runner_{TestEnvironment()};
  std::vector<std::string> told_;
};

TEST_F(SubmodulesTest, AreFilledFromTheCheckoutsOwnWithoutTheirOrigin) {
  // Where they came from is gone: only what the checkout has can be used.
  ASSERT_TRUE(os::RemoveTree(library_.path()).has_value());
  ASSERT_TRUE(os::RemoveTree(deep_.path()).has_value());
  const std::string config = repo_.Git({"config", "--list", "--local"});
  const auto added = Add(repo_.path());
  ASSERT_TRUE(added.has_value()) << added.error().message();
  EXPECT_EQ(dir_.Read("tree/some lib/lib.txt"), "lib");
  EXPECT_EQ(dir_.Read("tree/some lib/deep/deep.txt"), "deep");
  EXPECT_EQ(repo_.Git({"config", "--list", "--local"}), config);
  EXPECT_TRUE(Blocking(FindChanges(runner_, Opened(runner_, dir_ / "tree"), 5))->clean());
  EXPECT_EQ(told_.size(), 3U);
}

TEST_F(SubmodulesTest, AreFoundByTheRouteThatTheCommitsName) {
  const Repository repository = Opened(runner_, repo_.path());
  const auto find = [&](std::vector<std::string> route) {
    return Blocking(
        FindSubmodule(runner_, repository.common_dir, "", repo_.path(), sha_, std::move(route)));
  };
  const auto library = find({"some lib"});
  ASSERT_TRUE(library.has_value()) << library.error().message();
  EXPECT_EQ(library->sha, library_.Git({"rev-parse", "HEAD"}));
  EXPECT_EQ(library->git_dir, GitDirOf(repo_.path() + "/some lib"));
  const auto deep = find({"some lib", "deep"});
  ASSERT_TRUE(deep.has_value()) << deep.error().message();
  EXPECT_EQ(deep->sha, deep_.Git({"rev-parse", "HEAD"}));
  // Nothing but submodules, and nothing outside.
  for (const std::string path :
       {"", ".", "..", "*", "some*", ".gitmodules", "some lib/deep", "/"}) {
    const auto found = find({path});
    EXPECT_FALSE(found.has_value()) << path;
  }
  ASSERT_TRUE(os::RemoveTree(repo_.path() + "/some lib"));
  const auto missing = find({"some lib"});
  ASSERT_TRUE(missing.has_value()) << missing.error().message();
  EXPECT_EQ(missing->git_dir, "");
}

TEST_F(SubmodulesTest, AWorktreeWithThemIsRemoved) {
  ASSERT_TRUE(Add(repo_.path()).has_value());
  const auto removed = Blocking(RemoveWorktree(runner_, repo_.path(), dir_ / "tree"));
  ASSERT_TRUE(removed.has_value()) << removed.error().message();
  EXPECT_FALSE(os::Exists(dir_ / "tree"));
}

TEST_F(SubmodulesTest, OneThatTheCheckoutLacksStaysEmptyAndIsTold) {
  support::TempDir clone;
  RawGit({"clone", "--quiet", repo_.path(), clone / "c"});
  const auto added = Add(clone / "c");
  ASSERT_TRUE(added.has_value()) << added.error().message();
  EXPECT_EQ(os::ListDir(dir_ / "tree/some lib")->size(), 0U);
  EXPECT_EQ(told_.back(), "submodule 'some lib' is not initialised in the checkout: left empty");
}

TEST_F(SubmodulesTest, AreFilledInAWorktreeOfAWorktreeToo) {
  repo_.Git({"worktree", "add", "--quiet", "--detach", dir_ / "one"});
  RawGit({"-C", dir_ / "one", "submodule", "--quiet", "update", "--init", "--recursive"});
  const auto added = Add(dir_ / "one");
  ASSERT_TRUE(added.has_value()) << added.error().message();
  EXPECT_EQ(dir_.Read("tree/some lib/deep/deep.txt"), "deep");
}

TEST_F(SubmodulesTest, ACommitThatTheCheckoutLacksIsNamed) {
  RawGit({"-C", repo_.path(), "update-index", "--cacheinfo",
          "160000," + std::string(40, '1') + ",some lib"});
  repo_.Git({"commit", "--quiet", "-m", "x"});
  sha_ = repo_.Git({"rev-parse", "HEAD"});
  const auto added = Add(repo_.path());
  ASSERT_FALSE(added.has_value());
  EXPECT_EQ(added.error().code(), "no_commit");
  EXPECT_EQ(added.error().message(),
            "submodule 'some lib': the checkout has no commit 1111111 of its submodule");
  EXPECT_FALSE(os::Exists(dir_ / "tree"));
}

TEST(ParseGitlinks, TakesOnlySubmodules) {
  const std::string text = std::string("100644 aaaa 0\tfile") + '\0' + "160000 bbbb 0\ta b" + '\0' +
                           "160000" + '\0' + "160000 c" + '\0';
  EXPECT_EQ(ParseGitlinks(text), (std::vector<Gitlink>{{"a b", "bbbb"}}));
}

TEST(GitDirOf, AGitFileLeadsToItsFolder) {
  support::TempDir dir;
  EXPECT_EQ(GitDirOf(dir.path()), std::nullopt);
  dir.Write("modules/x/HEAD", "");
  dir.Write("lib/.git", "gitdir: ../modules/x\n");
  EXPECT_EQ(GitDirOf(dir / "lib"), dir / "modules/x");
  dir.Write("lib/.git", "gitdir: \n");
  EXPECT_EQ(GitDirOf(dir / "lib"), std::nullopt);
  dir.Write("lib/.git", "something else");
  EXPECT_EQ(GitDirOf(dir / "lib"), std::nullopt);
}

TEST_F(SubmodulesTest, TheContentOfTheWholeIsAlsoThatOfEach) {
  const auto content = [this] {
    const auto id = Blocking(ContentId(runner_, Opened(runner_, repo_.path()), false, dir_.path()));
    EXPECT_TRUE(id.has_value()) << id.error().message();
    return id.value_or("");
  };
  const std::string clean = content();
  EXPECT_EQ(clean, repo_.Git({"rev-parse", "HEAD^{tree}"}));
  const std::string deep = repo_.path() + "/some lib/deep/deep.txt";
  ASSERT_TRUE(os::WriteFileAtomic(deep, "changed").has_value());
  const std::string changed = content();
  EXPECT_NE(changed, clean);
  EXPECT_EQ(changed.size(), clean.size());
  EXPECT_EQ(content(), changed);
  ASSERT_TRUE(os::WriteFileAtomic(deep, "changed again").has_value());
  EXPECT_NE(content(), changed);
  ASSERT_TRUE(os::WriteFileAtomic(deep, "deep").has_value());
  EXPECT_EQ(content(), clean);
  ASSERT_TRUE(os::WriteFileAtomic(repo_.path() + "/some lib/new", "x").has_value());
  EXPECT_NE(content(), clean);
}

TEST_F(SubmodulesTest, AChangeInsideIsAChangeWhateverIsConfigured) {
  repo_.Git({"config", "submodule.some lib.ignore", "all"});
  ASSERT_TRUE(os::WriteFileAtomic(repo_.path() + "/some lib/lib.txt", "changed").has_value());
  EXPECT_EQ(Blocking(FindChanges(runner_, Opened(runner_, repo_.path()), 5))->total, 1U);
}

}  // namespace
}  // namespace git
