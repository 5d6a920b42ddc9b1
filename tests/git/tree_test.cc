#include "git/tree.h"

#include <gtest/gtest.h>

#include "git_fixture.h"
#include "os/file_system.h"

namespace git {
namespace {

class TreeTest : public testing::Test {
 protected:
  std::string Content(bool known_clean = false) {
    const Repository repository = Opened(runner_, repo_.path());
    const auto id = Blocking(ContentId(runner_, repository, known_clean, scratch_.path()));
    EXPECT_TRUE(id.has_value()) << id.error().message();
    return id.value_or("");
  }
  /// Everything in the repository's own folder. Times of folders show what was made in between;
  /// those of files do not count: git touches an object that it would have written.
  std::string GitFolder() {
    support::CliCall call;
    call.argv = {
        "find",   repo_.path() + "/.git", "-type", "d", "-printf", "%p %T@\n", "-o", "-printf",
        "%p %s\n"};
    return support::RunCli(call).stdout_text;
  }

  support::GitRepo repo_;
  support::TempDir scratch_;
  BlockingRunner runner_{TestEnvironment()};
};

TEST_F(TreeTest, ACleanTreesContentIsHeadsTree) {
  repo_.Write("file", "x");
  repo_.Commit();
  const std::string tree = repo_.Git({"rev-parse", "HEAD^{tree}"});
  EXPECT_EQ(Content(true), tree);
  EXPECT_EQ(Content(false), tree);
}

TEST_F(TreeTest, ContentIsWhatACommitOfEverythingWouldHave) {
  repo_.Write("file", "x");
  repo_.Write("gone", "x");
  repo_.Write(".gitignore", "junk\n");
  repo_.Commit();
  repo_.Write("file", "changed");
  repo_.Write("new/one", "x", 0755);
  repo_.Write("junk", "ignored");
  repo_.Git({"rm", "--quiet", "gone"});
  const std::string id = Content();
  repo_.Commit();
  EXPECT_EQ(id, repo_.Git({"rev-parse", "HEAD^{tree}"}));
}

TEST_F(TreeTest, NamingTheContentWritesNothingIntoTheRepository) {
  repo_.Write("file", "x");
  repo_.Commit();
  repo_.Write("file", "changed");
  repo_.Write("new", "x");
  const std::string before = GitFolder();
  const std::string first = Content();
  EXPECT_EQ(GitFolder(), before);
  EXPECT_EQ(os::ListDir(scratch_.path())->size(), 0U);
  EXPECT_EQ(Content(), first);
  repo_.Write("new", "y");
  EXPECT_NE(Content(), first);
}

TEST_F(TreeTest, ContentOfALinkedWorktreeIsItsOwn) {
  repo_.Write("file", "x");
  repo_.Commit();
  support::TempDir dir;
  repo_.Git({"worktree", "add", "--quiet", "--detach", dir / "a:b"});
  dir.Write("a:b/new", "x");
  const Repository linked = Opened(runner_, dir / "a:b");
  const auto id = Blocking(ContentId(runner_, linked, false, scratch_.path()));
  ASSERT_TRUE(id.has_value()) << id.error().message();
  EXPECT_NE(*id, linked.tree);
  EXPECT_EQ(Content(), linked.tree);
}

TEST_F(TreeTest, AChangeInTheTickInWhichTheIndexWasWrittenIsSeen) {
  for (int round = 0; round < 20; ++round) {
    const std::string name = "file" + std::to_string(round);
    repo_.Write(name, "x");
    repo_.Commit();
    repo_.Write(name, "y");
    EXPECT_NE(Content(), repo_.Git({"rev-parse", "HEAD^{tree}"})) << name;
  }
}

TEST_F(TreeTest, WhatIsUntrackedInAFolderApartDoesNotCount) {
  repo_.Write("file", "x");
  repo_.Commit();
  repo_.Write("file", "changed");
  const auto content = [this] {
    const Repository repository = Opened(runner_, repo_.path());
    return Blocking(ContentId(runner_, repository, false, scratch_.path(), "own")).value_or("");
  };
  const std::string before = content();
  EXPECT_EQ(before, Content());
  repo_.Write("own/log", "x");
  EXPECT_EQ(content(), before);
  EXPECT_NE(Content(), before);
  // A neighbour whose name begins alike is not in it, nor is what the repository tracks there.
  repo_.Write("owned", "x");
  EXPECT_NE(content(), before);
  repo_.Commit();
  repo_.Write("own/log", "y");
  EXPECT_EQ(content(), Content());
  EXPECT_NE(content(), repo_.Git({"rev-parse", "HEAD^{tree}"}));
}

TEST_F(TreeTest, APathWithAColonIsNoSeparator) {
  support::TempDir dir;
  const std::string path = dir / "x:y \"z";
  RawGit({"init", "--quiet", path});
  dir.Write("x:y \"z/file", "x");
  RawGit({"-C", path, "add", "--all"});
  RawGit({"-C", path, "commit", "--quiet", "-m", "x"});
  dir.Write("x:y \"z/other", "y");
  const Repository repository = Opened(runner_, path);
  const auto id = Blocking(ContentId(runner_, repository, false, scratch_.path()));
  ASSERT_TRUE(id.has_value()) << id.error().message();
  RawGit({"-C", path, "add", "--all"});
  EXPECT_EQ(*id, RawGit({"-C", path, "write-tree"}));
}

TEST_F(TreeTest, ExportWritesTheCommitAndNothingElse) {
  repo_.Write("dir/file", "committed");
  repo_.Write("run.sh", "x", 0755);
  repo_.Write(".gitattributes", "run.sh export-ignore\n");
  const std::string sha = repo_.Commit();
  repo_.Write("dir/file", "live");
  repo_.Write("untracked", "x");
  const std::string before = GitFolder();
  const std::string out = scratch_ / "out";
  const auto exported = Blocking(ExportTree(runner_, Opened(runner_, repo_.path()), sha, out));
  ASSERT_TRUE(exported.has_value()) << exported.error().message();
  EXPECT_EQ(scratch_.Read("out/dir/file"), "committed");
  EXPECT_EQ(os::StatusOf(out + "/run.sh")->mode & 0100U, 0100U);
  EXPECT_EQ(os::ListDir(out)->size(), 3U);
  EXPECT_EQ(GitFolder(), before);
}

TEST_F(TreeTest, ExportMayTakeOnlySomeFiles) {
  repo_.Write("justfile", "all:\n");
  repo_.Write("sub/mod.just", "x:\n");
  repo_.Write("big", "x");
  const std::string sha = repo_.Commit();
  const std::string out = scratch_ / "out";
  const auto filter = [](std::string_view path) { return path.find("just") != path.npos; };
  const auto exported =
      Blocking(ExportTree(runner_, Opened(runner_, repo_.path()), sha, out, filter));
  ASSERT_TRUE(exported.has_value()) << exported.error().message();
  EXPECT_TRUE(os::Exists(out + "/sub/mod.just"));
  EXPECT_FALSE(os::Exists(out + "/big"));
}

}  // namespace
}  // namespace git
