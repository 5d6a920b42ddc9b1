#include "git/repository.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "git_fixture.h"

namespace git {
namespace {

class RepositoryTest : public testing::Test {
 protected:
  base::Error Refusal(const std::string& directory) {
    const auto opened = Blocking(OpenRepository(runner_, directory));
    EXPECT_FALSE(opened.has_value()) << directory;
    return opened ? base::Error() : opened.error();
  }

  BlockingRunner runner_{TestEnvironment()};
};

TEST_F(RepositoryTest, IsFoundFromADirectoryBelow) {
  support::GitRepo repo;
  repo.Write("a/b/file", "x");
  const std::string sha = repo.Commit();
  const Repository opened = Opened(runner_, repo.path() + "/a/b");
  EXPECT_EQ(opened.toplevel, repo.path());
  EXPECT_EQ(opened.git_dir, repo.path() + "/.git");
  EXPECT_EQ(opened.common_dir, repo.path() + "/.git");
  EXPECT_EQ(opened.sha, sha);
  EXPECT_EQ(opened.tree, repo.Git({"rev-parse", "HEAD^{tree}"}));
  EXPECT_EQ(FindToplevel(repo.path() + "/a/b"), repo.path());
}

TEST_F(RepositoryTest, ADetachedHeadIsAsGood) {
  support::GitRepo repo;
  const std::string first = repo.Commit();
  repo.Commit();
  repo.Git({"checkout", "--quiet", "--detach", first});
  EXPECT_EQ(Opened(runner_, repo.path()).sha, first);
}

TEST_F(RepositoryTest, AWorktreeOfAWorktreeIsACheckoutOfItsOwn) {
  support::GitRepo repo;
  const std::string sha = repo.Commit();
  support::TempDir dir;
  repo.Git({"worktree", "add", "--quiet", "--detach", dir / "one"});
  RawGit({"-C", dir / "one", "worktree", "add", "--quiet", "--detach", dir / "two"});
  const Repository opened = Opened(runner_, dir / "two");
  EXPECT_EQ(opened.toplevel, dir / "two");
  EXPECT_EQ(opened.common_dir, repo.path() + "/.git");
  EXPECT_NE(opened.git_dir, opened.common_dir);
  EXPECT_EQ(opened.sha, sha);
  EXPECT_EQ(FindToplevel(dir / "two"), dir / "two");
}

TEST_F(RepositoryTest, ASubmoduleIsACheckoutOfItsOwn) {
  support::GitRepo library;
  const std::string sha = library.Commit();
  support::GitRepo repo;
  RawGit({"-C", repo.path(), "submodule", "--quiet", "add", library.path(), "lib"});
  const Repository opened = Opened(runner_, repo.path() + "/lib");
  EXPECT_EQ(opened.toplevel, repo.path() + "/lib");
  EXPECT_EQ(opened.sha, sha);
  EXPECT_EQ(FindToplevel(repo.path() + "/lib"), repo.path() + "/lib");
}

TEST_F(RepositoryTest, NoRepositoryIsRefusedWithTheNextStep) {
  support::TempDir dir;
  const base::Error error = Refusal(dir.path());
  EXPECT_EQ(error.code(), "not_a_repository");
  EXPECT_EQ(error.message(), "'" + dir.path() + "' is not in a git repository");
  EXPECT_EQ(error.hint(), "go to a checkout, or make one of this folder with: git init");
  EXPECT_EQ(error.ExitCode(), 2);
  EXPECT_EQ(FindToplevel(dir.path()), std::nullopt);
}

TEST_F(RepositoryTest, ABareRepositoryIsRefused) {
  support::TempDir dir;
  RawGit({"init", "--quiet", "--bare", dir / "bare"});
  EXPECT_EQ(Refusal(dir / "bare").code(), "bare_repository");
}

TEST_F(RepositoryTest, GitsOwnFolderIsRefused) {
  support::GitRepo repo;
  repo.Commit();
  EXPECT_EQ(Refusal(repo.path() + "/.git").code(), "inside_git_dir");
}

TEST_F(RepositoryTest, ARepositoryWithoutACommitIsRefused) {
  support::GitRepo repo;
  const base::Error error = Refusal(repo.path());
  EXPECT_EQ(error.code(), "no_commit");
  EXPECT_EQ(error.message(), "the repository at '" + repo.path() + "' has no commit yet");
}

TEST_F(RepositoryTest, AnotherUsersRepositoryIsRefusedWithGitsRemedy) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "needs root to give a repository away";
  }
  support::GitRepo repo;
  repo.Commit();
  ASSERT_EQ(chown(repo.path().c_str(), 65534, 65534), 0);
  ASSERT_EQ(chown((repo.path() + "/.git").c_str(), 65534, 65534), 0);
  const base::Error error = Refusal(repo.path());
  EXPECT_EQ(error.code(), "dubious_ownership");
  EXPECT_EQ(error.hint(),
            "if you trust it: git config --global --add safe.directory " + repo.path());
}

TEST_F(RepositoryTest, ADirectoryThatIsGoneIsAFailure) {
  EXPECT_EQ(Refusal("/nonexistent/here").code(), "no_such_directory");
}

TEST_F(RepositoryTest, APathWithALineBreakIsRefused) {
  support::TempDir dir;
  const std::string path = dir / "a\nb";
  RawGit({"init", "--quiet", path});
  RawGit({"-C", path, "commit", "--quiet", "--allow-empty", "-m", "x"});
  EXPECT_EQ(Refusal(path).code(), "bad_path");
}

TEST_F(RepositoryTest, AGitThatDoesNotKnowThePathFormatIsToldToBeOld) {
  support::TempDir dir;
  // What git before 2.31 does with an option that it does not know: it prints it.
  dir.Write("git", "#!/bin/sh\nshift 3\nprintf '%s\\n' \"$@\"\n", 0755);
  os::Environment environment = TestEnvironment();
  environment.Set("PATH", dir.path() + ":/usr/bin:/bin");
  BlockingRunner runner(environment);
  const auto opened = Blocking(OpenRepository(runner, dir.path()));
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code(), "git_too_old");
}

TEST_F(RepositoryTest, TheCallersGitDirDoesNotLeadAstray) {
  support::GitRepo repo;
  const std::string sha = repo.Commit();
  support::GitRepo other;
  other.Commit("another");
  os::Environment environment = TestEnvironment();
  environment.Set("GIT_DIR", other.path() + "/.git");
  environment.Set("GIT_INDEX_FILE", other.path() + "/.git/index");
  BlockingRunner runner(environment);
  EXPECT_EQ(Opened(runner, repo.path()).sha, sha);
}

TEST_F(RepositoryTest, RevisionsResolveToFullShas) {
  support::GitRepo repo;
  const std::string sha = repo.Commit();
  const Repository opened = Opened(runner_, repo.path());
  for (const std::string& name : {std::string("HEAD"), std::string("main"), sha.substr(0, 7)}) {
    EXPECT_EQ(Blocking(ResolveCommit(runner_, opened, name)), sha) << name;
  }
  for (const char* name : {"nope", "--all", "", "HEAD:file"}) {
    const auto resolved = Blocking(ResolveCommit(runner_, opened, name));
    ASSERT_FALSE(resolved.has_value()) << name;
    EXPECT_EQ(resolved.error().code(), "no_commit") << name;
  }
}

TEST_F(RepositoryTest, FilesAreReadAtTheirCommit) {
  support::GitRepo repo;
  const std::string bytes("a\0b\n\xff", 5);
  repo.Write("dir/file", bytes);
  const std::string sha = repo.Commit();
  repo.Write("dir/file", "new");
  const Repository opened = Opened(runner_, repo.path());
  EXPECT_EQ(Blocking(ReadFileAt(runner_, opened, sha, "dir/file")), bytes);
  const auto missing = Blocking(ReadFileAt(runner_, opened, sha, "nope"));
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code(), "not_found");
}

TEST_F(RepositoryTest, ARemotesUrlMayBeMissing) {
  support::GitRepo repo;
  repo.Commit();
  const Repository opened = Opened(runner_, repo.path());
  EXPECT_EQ(Blocking(RemoteUrl(runner_, opened, "origin")), "");
  repo.Git({"remote", "add", "origin", "https://example.org/x.git"});
  EXPECT_EQ(Blocking(RemoteUrl(runner_, opened, "origin")), "https://example.org/x.git");
}

}  // namespace
}  // namespace git
