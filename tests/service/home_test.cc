#include "service/home.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file_system.h"
#include "support/temp_dir.h"

namespace service {
namespace {

const HomeNames kNames{"odu", "ODU_STATE_DIR", "ODU_CACHE_DIR"};

Home Found(std::vector<std::string> entries) {
  return FindHome(kNames, os::Environment(std::move(entries))).value();
}

TEST(FindHome, IsBelowHomeByDefault) {
  const Home home = Found({"HOME=/home/me"});
  EXPECT_EQ(home.state, "/home/me/.local/state/odu");
  EXPECT_EQ(home.cache, "/home/me/.cache/odu");
}

TEST(FindHome, FollowsXdgAndBeforeItTheAppsOwn) {
  const Home home =
      Found({"HOME=/home/me", "XDG_STATE_HOME=/s", "XDG_CACHE_HOME=/c", "ODU_CACHE_DIR=/own"});
  EXPECT_EQ(home.state, "/s/odu");
  EXPECT_EQ(home.cache, "/own");
}

TEST(FindHome, ARelativeXdgIsIgnoredAndAnEmptyOneToo) {
  EXPECT_EQ(Found({"HOME=/h", "XDG_STATE_HOME=rel", "ODU_STATE_DIR="}).state,
            "/h/.local/state/odu");
}

TEST(FindHome, WithoutAHomeItSaysWhatToSet) {
  const auto home = FindHome(kNames, os::Environment());
  ASSERT_FALSE(home.has_value());
  EXPECT_EQ(home.error().code(), "no_home");
  EXPECT_EQ(home.error().hint(), "set HOME, or ODU_STATE_DIR");
  EXPECT_TRUE(
      FindHome(kNames, os::Environment({"ODU_STATE_DIR=/s", "ODU_CACHE_DIR=/c"})).has_value());
}

TEST(FindHome, ARelativePlaceOfOnesOwnIsAMistake) {
  const auto home = FindHome(kNames, os::Environment({"HOME=/h", "ODU_STATE_DIR=here"}));
  ASSERT_FALSE(home.has_value());
  EXPECT_EQ(home.error().message(), "ODU_STATE_DIR is 'here', which is not an absolute path");
}

TEST(OwnDir, IsMadeAndClosedToOthers) {
  support::TempDir dir;
  ASSERT_TRUE(MakeOwnDir(dir / "a/b/c").has_value());
  EXPECT_EQ(os::StatusOf(dir / "a/b/c")->mode, 0700U);
  ASSERT_EQ(chmod((dir / "a/b/c").c_str(), 0755), 0);
  ASSERT_TRUE(MakeOwnDir(dir / "a/b/c/").has_value());
  EXPECT_EQ(os::StatusOf(dir / "a/b/c")->mode, 0700U);
}

TEST(OwnDir, SymlinksAboveItAreTheUsersBusiness) {
  support::TempDir dir;
  ASSERT_TRUE(os::MakeDirs(dir / "real").has_value());
  ASSERT_EQ(symlink("real", (dir / "link").c_str()), 0);
  ASSERT_TRUE(MakeOwnDir(dir / "link/state").has_value());
  EXPECT_TRUE(os::Exists(dir / "real/state"));
}

TEST(OwnDir, ASymlinkOrAFileInItsPlaceIsRefused) {
  support::TempDir dir;
  ASSERT_TRUE(os::MakeDirs(dir / "real").has_value());
  ASSERT_EQ(symlink("real", (dir / "link").c_str()), 0);
  const auto link = MakeOwnDir(dir / "link");
  ASSERT_FALSE(link.has_value());
  EXPECT_EQ(link.error().code(), "symlink");
  EXPECT_EQ(link.error().message(), "'" + (dir / "link") + "' is a symlink");
  dir.Write("file", "x");
  const auto file = MakeOwnDir(dir / "file");
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().code(), "not_a_directory");
}

TEST(OwnDir, AnotherUsersIsRefused) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "needs root to give a folder away";
  }
  support::TempDir dir;
  ASSERT_TRUE(os::MakeDirs(dir / "a").has_value());
  ASSERT_EQ(chown((dir / "a").c_str(), 65534, 65534), 0);
  const auto made = MakeOwnDir(dir / "a");
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code(), "foreign_owner");
}

}  // namespace
}  // namespace service
