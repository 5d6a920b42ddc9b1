#include "git/ignore.h"

#include <gtest/gtest.h>

#include "git/changes.h"
#include "git_fixture.h"
#include "os/file_system.h"

namespace git {
namespace {

class IgnoreTest : public testing::Test {
 protected:
  bool Tracked(const std::string& path) {
    return Blocking(IsTracked(runner_, Opened(runner_, repo_.path()), path)).value();
  }

  support::GitRepo repo_;
  BlockingRunner runner_{TestEnvironment()};
};

TEST_F(IgnoreTest, TrackedIsWhatTheIndexHolds) {
  repo_.Write(".ci/config", "x");
  repo_.Commit();
  repo_.Write("new/file", "x");
  EXPECT_TRUE(Tracked(".ci"));
  EXPECT_TRUE(Tracked(".ci/config"));
  EXPECT_FALSE(Tracked("new"));
  EXPECT_FALSE(Tracked("*"));
}

TEST_F(IgnoreTest, AnExcludedFolderDoesNotMakeTheTreeDirty) {
  repo_.Write(".ci/config", "x");
  repo_.Commit();
  const Repository repository = Opened(runner_, repo_.path());
  repo_.Write(".ci/odu.log", "x");
  EXPECT_FALSE(Blocking(FindChanges(runner_, repository, 1))->clean());
  ASSERT_TRUE(AddExclude(repository, "/.ci/").has_value());
  EXPECT_TRUE(Blocking(FindChanges(runner_, repository, 1))->clean());
}

TEST_F(IgnoreTest, ThePatternIsAddedOnceAndKeepsWhatIsThere) {
  repo_.Commit();
  const Repository repository = Opened(runner_, repo_.path());
  const std::string path = repo_.path() + "/.git/info/exclude";
  repo_.Write(".git/info/exclude", "mine");
  ASSERT_TRUE(AddExclude(repository, "/.ci/").has_value());
  ASSERT_TRUE(AddExclude(repository, "/.ci/").has_value());
  EXPECT_EQ(os::ReadFile(path, 1000), "mine\n/.ci/\n");
}

TEST_F(IgnoreTest, AMissingInfoFolderIsMade) {
  repo_.Commit();
  const Repository repository = Opened(runner_, repo_.path());
  ASSERT_TRUE(os::RemoveTree(repo_.path() + "/.git/info").has_value());
  ASSERT_TRUE(AddExclude(repository, "/.ci/").has_value());
  EXPECT_EQ(os::ReadFile(repo_.path() + "/.git/info/exclude", 1000), "/.ci/\n");
}

}  // namespace
}  // namespace git
