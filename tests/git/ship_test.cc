#include "git/ship.h"

#include <gtest/gtest.h>

#include "git/git_fixture.h"
#include "git/object_cache.h"
#include "git/snapshot.h"
#include "os/file_system.h"

namespace git {
namespace {

class ShipTest : public ::testing::Test {
 protected:
  ShipTest() {
    repo_.Write("file", "one\n");
    first_ = repo_.Commit();
    repo_.Write("file", "two\n");
    repo_.Write("kept.txt", "kept\n");
    repo_.Write(".gitattributes", "kept.txt export-ignore\nfile export-subst\n");
    second_ = repo_.Commit();
  }
  ShipRequest Request(std::vector<std::string> have = {}) {
    ShipRequest request;
    request.common_dir = repo_.path() + "/.git";
    request.sha = second_;
    request.have = std::move(have);
    request.path = dir_ / "shipped";
    return request;
  }
  /// The receiver takes it, every object checked.
  base::Result<void> Receive(const std::string& sha) {
    if (auto made = Blocking(MakeObjectCache(runner_, dir_ / "cache.git", sha)); !made) {
      return made;
    }
    return Blocking(AddBundle(runner_, dir_ / "cache.git", dir_ / "shipped", sha));
  }
  uint64_t Size() { return os::StatusOf(dir_ / "shipped")->size; }

  support::GitRepo repo_;
  support::TempDir dir_;
  BlockingRunner runner_{TestEnvironment()};
  std::string first_;
  std::string second_;
};

TEST_F(ShipTest, ABundleBringsTheCommitWithItsHistory) {
  ASSERT_TRUE(Blocking(WriteBundle(runner_, Request())));
  const auto received = Receive(second_);
  EXPECT_TRUE(received) << received.error().message();
  EXPECT_FALSE(os::Exists(dir_ / "shipped.git"));
}

TEST_F(ShipTest, ABundleLeavesOutWhatTheReceiverHas) {
  ASSERT_TRUE(Blocking(WriteBundle(runner_, Request())));
  const uint64_t whole = Size();
  ASSERT_TRUE(Receive(second_));
  repo_.Write("file", "three\n");
  second_ = repo_.Commit();
  const std::string unknown(40, 'a');
  ASSERT_TRUE(Blocking(WriteBundle(runner_, Request({first_, unknown}))));
  ASSERT_TRUE(Receive(second_));
  EXPECT_LT(Size(), whole + 300);
}

TEST_F(ShipTest, ASnapshotIsShippedWithoutBeingInTheRepository) {
  repo_.Write("file", "not committed\n");
  const auto snapshot =
      Blocking(MakeSnapshot(runner_, Opened(runner_, repo_.path()), dir_ / "snapshot", 1000));
  ASSERT_TRUE(snapshot);
  ShipRequest request = Request();
  request.sha = snapshot->sha;
  request.objects = snapshot->objects;
  ASSERT_TRUE(Blocking(WriteBundle(runner_, request)));
  EXPECT_TRUE(Receive(snapshot->sha));
}

TEST_F(ShipTest, AShallowRepositoryIsRefusedWithTheRemedy) {
  RawGit({"clone", "--quiet", "--depth=1", "file://" + repo_.path(), dir_ / "shallow"});
  ShipRequest request = Request();
  request.common_dir = dir_ / "shallow/.git";
  const auto bundled = Blocking(WriteBundle(runner_, request));
  ASSERT_FALSE(bundled);
  EXPECT_EQ(bundled.error().code(), "shallow");
}

TEST_F(ShipTest, ACommitThatIsGoneIsToldSo) {
  ShipRequest request = Request();
  request.sha = std::string(40, 'b');
  const auto bundled = Blocking(WriteBundle(runner_, request));
  ASSERT_FALSE(bundled);
  EXPECT_EQ(bundled.error().code(), "no_commit");
  EXPECT_FALSE(os::Exists(dir_ / "shipped"));
}

TEST_F(ShipTest, AnArchiveHoldsTheWholeTreeWhateverItsAttributesSay) {
  ASSERT_TRUE(Blocking(WriteArchive(runner_, Request())));
  support::CliCall call;
  call.argv = {"tar", "-tf", dir_ / "shipped"};
  EXPECT_EQ(support::RunCli(call).stdout_text, ".gitattributes\nfile\nkept.txt\n");
}

}  // namespace
}  // namespace git
