#include "git/worktree.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

#include "git/changes.h"
#include "git_fixture.h"
#include "os/file_system.h"

namespace git {
namespace {

class WorktreeTest : public testing::Test {
 protected:
  WorktreeRequest Of(const std::string& path, const std::string& sha) {
    WorktreeRequest request;
    request.toplevel = repo_.path();
    request.path = path;
    request.sha = sha;
    return request;
  }
  base::Result<void> Add(const WorktreeRequest& request) {
    return Blocking(
        AddWorktree(runner_, request, [this](std::string_view line) { told_.emplace_back(line); }));
  }
  base::Result<void> Remove(const std::string& path) {
    return Blocking(RemoveWorktree(runner_, repo_.path(), path));
  }
  std::vector<Worktree> List() { return Blocking(ListWorktrees(runner_, repo_.path())).value(); }

  support::GitRepo repo_;
  support::TempDir dir_;
  BlockingRunner runner_{TestEnvironment()};
  std::vector<std::string> told_;
};

TEST_F(WorktreeTest, HoldsTheCommitLockedAndDetached) {
  repo_.Write("file", "first");
  const std::string sha = repo_.Commit();
  repo_.Write("file", "second");
  repo_.Commit();
  const std::string path = dir_ / "work/01ABC/x86_64-linux";
  const auto added = Add(Of(path, sha));
  ASSERT_TRUE(added.has_value()) << added.error().message();
  EXPECT_EQ(dir_.Read("work/01ABC/x86_64-linux/file"), "first");
  EXPECT_EQ(os::StatusOf(dir_ / "work")->mode, 0700U);
  const std::vector<Worktree> trees = List();
  ASSERT_EQ(trees.size(), 2U);
  EXPECT_EQ(trees[1].path, path);
  EXPECT_EQ(trees[1].sha, sha);
  EXPECT_TRUE(trees[1].locked);
  EXPECT_EQ(told_.size(), 1U);
}

// What `git worktree add` of another lane looks like for a moment.
TEST_F(WorktreeTest, AnotherThatIsBeingMadeIsWaitedFor) {
  const std::string sha = repo_.Commit();
  repo_.Write(".git/worktrees/other/gitdir", (dir_ / "other/.git") + "\n");
  repo_.Write(".git/worktrees/other/HEAD", sha + "\n");
  repo_.Write(".git/worktrees/other/locked", "added with --lock\n");
  repo_.Write(".git/worktrees/other/commondir", "");
  const auto stuck = Add(Of(dir_ / "tree", sha));
  ASSERT_FALSE(stuck.has_value());
  EXPECT_NE(stuck.error().message().find("commondir"), std::string::npos)
      << stuck.error().message();
  std::jthread maker([this] {
    while (!os::Exists(dir_ / "work")) {
      std::this_thread::yield();
    }
    repo_.Write(".git/worktrees/other/commondir", "../..\n");
  });
  const auto added = Add(Of(dir_ / "work/tree", sha));
  EXPECT_TRUE(added.has_value()) << added.error().message();
}

TEST_F(WorktreeTest, TheUsersHooksDoNotRun) {
  repo_.Write(".git/hooks/post-checkout", "#!/bin/sh\ntouch " + (dir_ / "hook-ran") + "\n", 0755);
  const std::string sha = repo_.Commit();
  ASSERT_TRUE(Add(Of(dir_ / "tree", sha)).has_value());
  EXPECT_FALSE(os::Exists(dir_ / "hook-ran"));
}

TEST_F(WorktreeTest, IsRemovedWithWhateverItHolds) {
  const std::string sha = repo_.Commit();
  ASSERT_TRUE(Add(Of(dir_ / "tree", sha)).has_value());
  dir_.Write("tree/junk/deep", "x");
  ASSERT_EQ(chmod((dir_ / "tree/junk").c_str(), 0500), 0);
  const auto removed = Remove(dir_ / "tree");
  ASSERT_TRUE(removed.has_value()) << removed.error().message();
  EXPECT_FALSE(os::Exists(dir_ / "tree"));
  EXPECT_EQ(List().size(), 1U);
  EXPECT_TRUE(Remove(dir_ / "tree").has_value());
}

TEST_F(WorktreeTest, OneWhoseGitFileIsGoneIsRemovedToo) {
  const std::string sha = repo_.Commit();
  ASSERT_TRUE(Add(Of(dir_ / "tree", sha)).has_value());
  ASSERT_TRUE(os::RemoveTree(dir_ / "tree/.git").has_value());
  const auto removed = Remove(dir_ / "tree");
  ASSERT_TRUE(removed.has_value()) << removed.error().message();
  EXPECT_FALSE(os::Exists(dir_ / "tree"));
  EXPECT_EQ(List().size(), 1U);
}

TEST_F(WorktreeTest, OneWhoseCheckoutIsGoneIsRemovedToo) {
  const std::string sha = repo_.Commit();
  ASSERT_TRUE(Add(Of(dir_ / "tree", sha)).has_value());
  ASSERT_TRUE(os::RemoveTree(repo_.path()).has_value());
  const auto removed = Remove(dir_ / "tree");
  ASSERT_TRUE(removed.has_value()) << removed.error().message();
  EXPECT_FALSE(os::Exists(dir_ / "tree"));
}

TEST_F(WorktreeTest, TheCheckoutItselfIsNeverRemoved) {
  repo_.Commit();
  for (const std::string& path : {repo_.path(), std::string("/"), std::string("relative"),
                                  repo_.path().substr(0, repo_.path().rfind('/'))}) {
    const auto removed = Remove(path);
    ASSERT_FALSE(removed.has_value()) << path;
    EXPECT_EQ(removed.error().code(), "bad_path");
  }
  EXPECT_TRUE(os::Exists(repo_.path() + "/.git"));
}

TEST_F(WorktreeTest, SomethingInTheWayIsNotTouched) {
  const std::string sha = repo_.Commit();
  dir_.Write("tree/mine", "x");
  const auto added = Add(Of(dir_ / "tree", sha));
  ASSERT_FALSE(added.has_value());
  EXPECT_EQ(added.error().code(), "worktree_exists");
  EXPECT_EQ(dir_.Read("tree/mine"), "x");
}

TEST_F(WorktreeTest, AnUnknownCommitLeavesNothingBehind) {
  repo_.Commit();
  const auto added = Add(Of(dir_ / "tree", std::string(40, '1')));
  ASSERT_FALSE(added.has_value());
  EXPECT_EQ(added.error().code(), "no_commit");
  EXPECT_FALSE(os::Exists(dir_ / "tree"));
  EXPECT_EQ(List().size(), 1U);
}

TEST_F(WorktreeTest, SweepingTakesTheStaleOnesBelowItsRootOnly) {
  const std::string sha = repo_.Commit();
  for (const char* name : {"work/a/l", "work/b/l", "work/gone/l", "elsewhere", "workish"}) {
    ASSERT_TRUE(Add(Of(dir_ / name, sha)).has_value()) << name;
  }
  ASSERT_TRUE(os::RemoveTree(dir_ / "work/gone").has_value());
  const auto swept =
      Blocking(SweepWorktrees(runner_, repo_.path(), dir_ / "work", [](const std::string& path) {
        return path.find("/b/") == path.npos;
      }));
  ASSERT_TRUE(swept.has_value());
  EXPECT_EQ(*swept, (std::vector<std::string>{dir_ / "work/a/l", dir_ / "work/gone/l"}));
  EXPECT_FALSE(os::Exists(dir_ / "work/a/l"));
  EXPECT_TRUE(os::Exists(dir_ / "work/b/l"));
  EXPECT_TRUE(os::Exists(dir_ / "elsewhere"));
  EXPECT_TRUE(os::Exists(dir_ / "workish"));
  EXPECT_EQ(List().size(), 4U);
}

TEST(ParseWorktrees, ReadsWhatGitLists) {
  const std::vector<Worktree> trees = ParseWorktrees(
      "worktree /a b\nHEAD 1234\nbranch refs/heads/main\n\n"
      "worktree /c\nHEAD 0000\ndetached\nlocked why it is\nprunable gitdir file points away\n\n"
      "worktree /d\nbare\nlocked\n\n");
  ASSERT_EQ(trees.size(), 3U);
  EXPECT_EQ(trees[0].path, "/a b");
  EXPECT_EQ(trees[0].sha, "1234");
  EXPECT_FALSE(trees[0].locked);
  EXPECT_EQ(trees[1].sha, "");
  EXPECT_TRUE(trees[1].locked);
  EXPECT_TRUE(trees[1].prunable);
  EXPECT_TRUE(trees[2].locked);
  EXPECT_TRUE(ParseWorktrees("HEAD 1\n\nlocked").empty());
}

}  // namespace
}  // namespace git
