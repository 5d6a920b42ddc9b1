#include "odu/ledger/ci_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "ledger_fixture.h"
#include "os/file_system.h"
#include "support/git_repo.h"
#include "support/temp_dir.h"

namespace odu::ledger {
namespace {

class CiFolderTest : public testing::Test {
 protected:
  base::Error Refusal(bool tracked = false) {
    const auto folder = PrepareCiFolder(top_.path(), tracked);
    EXPECT_FALSE(folder.has_value());
    return folder ? base::Error() : folder.error();
  }
  base::Result<void> Link(const std::string& log, std::string_view instance = "ci::lint") {
    return LinkLog(top_.path(), "26d2c2d", kPlatform, instance, log);
  }
  std::string LinkPath(std::string_view instance = "ci::lint") {
    return top_.path() + "/" + model::LogPath("26d2c2d", instance, kPlatform);
  }

  support::TempDir top_;
};

TEST_F(CiFolderTest, IsOursAndHiddenFromGit) {
  support::GitRepo repo;
  repo.Commit();
  ASSERT_TRUE(PrepareCiFolder(repo.path(), false).has_value());
  EXPECT_EQ(os::StatusOf(repo.path() + "/.ci")->mode, 0700U);
  repo.Write(".ci/odu.log", "x");
  EXPECT_EQ(repo.Git({"status", "--porcelain"}), "");
  ASSERT_TRUE(PrepareCiFolder(repo.path(), false).has_value());
}

TEST_F(CiFolderTest, OneThatIsOpenToOthersIsClosed) {
  ASSERT_TRUE(os::MakeDirs(top_ / ".ci", 0755).has_value());
  ASSERT_TRUE(PrepareCiFolder(top_.path(), false).has_value());
  EXPECT_EQ(os::StatusOf(top_ / ".ci")->mode, 0700U);
}

TEST_F(CiFolderTest, ATrackedOneKeepsItsModeAndItsIgnoreFile) {
  ASSERT_TRUE(os::MakeDirs(top_ / ".ci", 0755).has_value());
  ASSERT_EQ(chmod((top_ / ".ci").c_str(), 0755), 0);
  ASSERT_TRUE(PrepareCiFolder(top_.path(), true).has_value());
  EXPECT_EQ(os::StatusOf(top_ / ".ci")->mode, 0755U);
  EXPECT_FALSE(os::Exists(top_ / ".ci/.gitignore"));
}

TEST_F(CiFolderTest, AnIgnoreFileThatIsThereIsLeftAlone) {
  top_.Write(".ci/.gitignore", "mine\n");
  ASSERT_TRUE(PrepareCiFolder(top_.path(), false).has_value());
  EXPECT_EQ(top_.Read(".ci/.gitignore"), "mine\n");
}

TEST_F(CiFolderTest, AFileInItsPlaceIsRefused) {
  top_.Write(".ci", "x");
  const base::Error error = Refusal();
  EXPECT_EQ(error.code(), "not_a_directory");
  EXPECT_EQ(error.message(), "'" + top_.path() + "/.ci' is not a directory");
  EXPECT_NE(error.hint(), "");
  EXPECT_EQ(top_.Read(".ci"), "x");
}

TEST_F(CiFolderTest, ASymlinkInItsPlaceIsRefused) {
  support::TempDir elsewhere;
  ASSERT_EQ(symlink(elsewhere.path().c_str(), (top_ / ".ci").c_str()), 0);
  EXPECT_EQ(Refusal().code(), "symlink");
  EXPECT_EQ(os::ListDir(elsewhere.path())->size(), 0U);
}

TEST_F(CiFolderTest, AnotherUsersIsRefused) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "needs root to give a folder away";
  }
  ASSERT_TRUE(os::MakeDirs(top_ / ".ci").has_value());
  ASSERT_EQ(chown((top_ / ".ci").c_str(), 65534, 65534), 0);
  EXPECT_EQ(Refusal().code(), "foreign_owner");
  EXPECT_EQ(Refusal(true).code(), "foreign_owner");
}

/// Runs `work` as an ordinary user, for whom permissions count; true when it said so.
bool AsOrdinaryUser(const std::function<bool()>& work) {
  const pid_t pid = fork();
  if (pid == 0) {
    const bool ordinary = geteuid() != 0 || (setgid(65534) == 0 && setuid(65534) == 0);
    _exit(ordinary && work() ? 0 : 1);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return status == 0;
}

TEST_F(CiFolderTest, ACheckoutThatMayNotBeWrittenIsAFailureThatNamesThePath) {
  ASSERT_EQ(chmod(top_.path().c_str(), 0555), 0);
  EXPECT_TRUE(AsOrdinaryUser([&] {
    const auto folder = PrepareCiFolder(top_.path(), false);
    return !folder && folder.error().kind() == base::ErrorKind::kHost &&
           folder.error().message() == "'" + (top_ / ".ci") + "': Permission denied" &&
           folder.error().hint().find("let this user write") != std::string::npos;
  }));
  ASSERT_EQ(chmod(top_.path().c_str(), 0700), 0);
}

TEST_F(CiFolderTest, AReadOnlyOneOfOursIsMadeWritable) {
  ASSERT_EQ(chmod(top_.path().c_str(), 0777), 0);
  EXPECT_TRUE(AsOrdinaryUser([&] {
    return mkdir((top_ / ".ci").c_str(), 0500) == 0 &&
           PrepareCiFolder(top_.path(), false).has_value() && os::Exists(top_ / ".ci/.gitignore");
  }));
}

TEST_F(CiFolderTest, ATrackedReadOnlyOneCannotTakeALog) {
  ASSERT_EQ(chmod(top_.path().c_str(), 0777), 0);
  const std::string log = top_.Write("log", "x");
  EXPECT_TRUE(AsOrdinaryUser([&] {
    if (mkdir((top_ / ".ci").c_str(), 0500) != 0 || !PrepareCiFolder(top_.path(), true)) {
      return false;
    }
    const auto linked = Link(log);
    return !linked &&
           linked.error().message() == "'" + (top_ / ".ci/26d2c2d") + "': Permission denied";
  }));
}

TEST_F(CiFolderTest, ALogGetsItsNameWhileItGrows) {
  const std::string log = top_.Write("store/lint.1.log", "one\n");
  const auto linked = Link(log);
  ASSERT_TRUE(linked.has_value()) << linked.error().message();
  top_.Write("store/lint.1.log", "one\ntwo\n");
  EXPECT_EQ(os::ReadFile(LinkPath(), 100), "one\ntwo\n");
  EXPECT_EQ(os::StatusOf(LinkPath())->inode, os::StatusOf(log)->inode);
}

TEST_F(CiFolderTest, TheNewestAttemptTakesTheName) {
  ASSERT_TRUE(Link(top_.Write("store/1", "first")).has_value());
  const std::string second = top_.Write("store/2", "second");
  ASSERT_TRUE(Link(second).has_value());
  ASSERT_TRUE(Link(second).has_value());
  EXPECT_EQ(os::ReadFile(LinkPath(), 100), "second");
  EXPECT_EQ(os::ListDir(top_ / ".ci/26d2c2d/x86_64-linux")->size(), 1U);
}

TEST_F(CiFolderTest, AcrossDevicesItIsASymlink) {
  if (os::StatusOf("/dev/shm")->device == os::StatusOf(top_.path())->device ||
      access("/dev/shm", W_OK) != 0) {
    GTEST_SKIP() << "no second file system here";
  }
  const std::string log = "/dev/shm/odu-test-" + model::NewRunId(1);
  ASSERT_TRUE(os::WriteFileAtomic(log, "far").has_value());
  const auto linked = Link(log);
  EXPECT_TRUE(linked.has_value());
  EXPECT_EQ(os::StatusOf(LinkPath())->kind, os::FileKind::kSymlink);
  ASSERT_TRUE(os::RemoveTree(log).has_value());
}

TEST_F(CiFolderTest, NoSymlinkLeadsOutOfIt) {
  support::TempDir elsewhere;
  ASSERT_TRUE(os::MakeDirs(top_ / ".ci").has_value());
  ASSERT_EQ(symlink(elsewhere.path().c_str(), (top_ / ".ci/26d2c2d").c_str()), 0);
  const auto linked = Link(top_.Write("store/1", "x"));
  ASSERT_FALSE(linked.has_value());
  EXPECT_EQ(linked.error().code(), "symlink");
  EXPECT_EQ(os::ListDir(elsewhere.path())->size(), 0U);
}

TEST_F(CiFolderTest, ASymlinkUnderTheLogsNameIsReplacedNotFollowed) {
  const std::string precious = top_.Write("precious", "mine");
  ASSERT_TRUE(os::MakeDirs(top_ / ".ci/26d2c2d/x86_64-linux").has_value());
  ASSERT_EQ(symlink(precious.c_str(), LinkPath().c_str()), 0);
  ASSERT_TRUE(Link(top_.Write("store/1", "log")).has_value());
  EXPECT_EQ(os::ReadFile(LinkPath(), 100), "log");
  EXPECT_EQ(top_.Read("precious"), "mine");
}

TEST_F(CiFolderTest, ADirectoryUnderTheLogsNameIsRefused) {
  ASSERT_TRUE(os::MakeDirs(LinkPath()).has_value());
  const auto linked = Link(top_.Write("store/1", "log"));
  ASSERT_FALSE(linked.has_value());
  EXPECT_EQ(linked.error().code(), "is_a_directory");
  EXPECT_EQ(os::ListDir(top_ / ".ci/26d2c2d/x86_64-linux")->size(), 1U);
}

TEST_F(CiFolderTest, TheLongestInstanceHasAName) {
  const std::string instance(model::kMaxInstanceIdBytes, 'a');
  const auto linked = Link(top_.Write("store/1", "log"), instance);
  EXPECT_TRUE(linked.has_value());
  EXPECT_TRUE(os::Exists(LinkPath(instance)));
}

TEST_F(CiFolderTest, AVanishedFolderIsMadeAgain) {
  ASSERT_TRUE(Link(top_.Write("store/1", "log")).has_value());
  ASSERT_TRUE(os::RemoveTree(top_ / ".ci").has_value());
  ASSERT_TRUE(Link(top_ / "store/1").has_value());
  EXPECT_TRUE(os::Exists(LinkPath()));
}

}  // namespace
}  // namespace odu::ledger
