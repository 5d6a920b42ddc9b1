#include "git/snapshot.h"

#include <gtest/gtest.h>

#include "git/git_fixture.h"
#include "git/tree.h"
#include "os/file_system.h"

namespace git {
namespace {

constexpr uint64_t kRoom = uint64_t{1} << 20;

class SnapshotTest : public ::testing::Test {
 protected:
  SnapshotTest() {
    repo_.Write("kept", "as it was\n");
    repo_.Write("changed", "before\n");
    repo_.Write("gone", "still here\n");
    repo_.Write(".gitignore", "secret\n");
    repo_.Commit();
    repo_.Write("changed", "after\n");
    repo_.Write("new/file", "new\n");
    repo_.Write("secret", "ignored\n");
    EXPECT_TRUE(os::RemoveTree(repo_.path() + "/gone"));
  }
  base::Result<Snapshot> Make(uint64_t room = kRoom) {
    return Blocking(MakeSnapshot(runner_, Opened(runner_, repo_.path()), scratch_ / "s", room));
  }
  /// Reads the snapshot's objects beside the repository's.
  std::string Look(const Snapshot& snapshot, std::vector<std::string> arguments) {
    Command command;
    command.arguments = std::move(arguments);
    command.directory = repo_.path();
    command.environment = {"GIT_ALTERNATE_OBJECT_DIRECTORIES=" + snapshot.objects};
    return Blocking(Output(runner_, std::move(command))).value();
  }

  support::GitRepo repo_;
  support::TempDir scratch_;
  BlockingRunner runner_{TestEnvironment()};
};

TEST_F(SnapshotTest, IsAChildOfHeadWithAllThatIsNotIgnored) {
  const auto snapshot = Make();
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(Look(*snapshot, {"show", snapshot->sha + ":changed"}), "after\n");
  EXPECT_EQ(Look(*snapshot, {"ls-tree", "-r", "--name-only", snapshot->sha}),
            ".gitignore\nchanged\nkept\nnew/file\n");
  EXPECT_EQ(Look(*snapshot, {"rev-parse", snapshot->sha + "^"}),
            repo_.Git({"rev-parse", "HEAD"}) + "\n");
}

TEST_F(SnapshotTest, LeavesTheRepositoryAsItIs) {
  const std::string status = repo_.Git({"status", "--porcelain"});
  const auto index = os::ReadFile(repo_.path() + "/.git/index", kRoom);
  const auto log = os::ReadFile(repo_.path() + "/.git/logs/HEAD", kRoom);
  const std::string objects = repo_.Git({"count-objects"});
  ASSERT_TRUE(Make());
  EXPECT_EQ(os::ReadFile(repo_.path() + "/.git/index", kRoom).value(), index.value());
  EXPECT_EQ(os::ReadFile(repo_.path() + "/.git/logs/HEAD", kRoom).value(), log.value());
  EXPECT_EQ(repo_.Git({"count-objects"}), objects);
  EXPECT_EQ(repo_.Git({"status", "--porcelain"}), status);
}

TEST_F(SnapshotTest, TheSameContentIsTheSameCommitAndItsTreeIsTheContentId) {
  const auto first = Make();
  const auto second = Make();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->sha, second->sha);
  const auto id =
      Blocking(ContentId(runner_, Opened(runner_, repo_.path()), false, scratch_.path()));
  EXPECT_EQ(first->tree, id.value());
}

TEST_F(SnapshotTest, TooMuchIsRefusedWithTheLargestNamed) {
  repo_.Write("large file", std::string(5000, 'x'));
  repo_.Write("small", "xx");
  const auto snapshot = Make(4000);
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(snapshot.error().code(), "snapshot_too_large");
  EXPECT_NE(snapshot.error().message().find("the largest: 'large file' (5000 bytes), 'changed'"),
            std::string::npos)
      << snapshot.error().message();
  EXPECT_FALSE(os::Exists(scratch_ / "s"));
}

}  // namespace
}  // namespace git
