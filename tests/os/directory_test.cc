// Opening directories without trusting their path, and removing whole trees.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "os/file_system.h"
#include "support/temp_dir.h"

namespace os {
namespace {

template <class T>
std::string CodeOf(const base::Result<T>& result) {
  return result ? "ok" : result.error().code();
}

TEST(Directory, ASymlinkInAnyComponentIsRefused) {
  const support::TempDir dir;
  ASSERT_TRUE(MakeDirs(dir / "real/below").has_value());
  ASSERT_EQ(symlink("real", (dir / "link").c_str()), 0);
  dir.Write("file", "x");
  EXPECT_EQ(CodeOf(OpenDirNoFollow(dir / "real/below")), "ok");
  EXPECT_EQ(CodeOf(OpenDirNoFollow(dir / "link")), "symlink");
  EXPECT_EQ(CodeOf(OpenDirNoFollow(dir / "link/below")), "symlink");
  EXPECT_EQ(CodeOf(OpenDirNoFollow(dir / "file")), "not_a_directory");
  EXPECT_EQ(CodeOf(OpenDirNoFollow(dir / "missing")), "not_found");
  const Fd top = OpenDirNoFollow(dir.path()).value();
  EXPECT_EQ(CodeOf(OpenDirAt(top.get(), "real")), "ok");
  EXPECT_EQ(CodeOf(OpenDirAt(top.get(), "link")), "symlink");
  EXPECT_EQ(CodeOf(OpenDirAt(top.get(), "..")), "bad_name");
  EXPECT_EQ(CodeOf(OpenDirAt(top.get(), "real/below")), "bad_name");
}

TEST(Directory, APrivateDirectoryIsOursAndClosedToOthers) {
  const support::TempDir dir;
  ASSERT_TRUE(MakeDirs(dir / "mine").has_value());
  EXPECT_EQ(CodeOf(OpenPrivateDir(dir / "mine")), "ok");
  chmod((dir / "mine").c_str(), 0750);
  EXPECT_EQ(CodeOf(OpenPrivateDir(dir / "mine")), "not_private");
}

TEST(Directory, RemoveTreeTakesReadOnlyFoldersAndSparesWhatLinksPointTo) {
  const support::TempDir dir;
  dir.Write("kept/file", "x");
  dir.Write("gone/a/b/file", "x");
  ASSERT_EQ(symlink((dir / "kept").c_str(), (dir / "gone/a/link").c_str()), 0);
  chmod((dir / "gone/a/b").c_str(), 0500);
  chmod((dir / "gone/a").c_str(), 0000);
  EXPECT_EQ(CodeOf(RemoveTree(dir / "gone")), "ok");
  EXPECT_FALSE(Exists(dir / "gone"));
  EXPECT_EQ(dir.Read("kept/file"), "x");
  EXPECT_EQ(CodeOf(RemoveTree(dir / "gone")), "ok") << "nothing there is fine";
  ASSERT_EQ(symlink("kept", (dir / "link").c_str()), 0);
  EXPECT_EQ(CodeOf(RemoveTree(dir / "link")), "ok");
  EXPECT_TRUE(Exists(dir / "kept/file"));
}

}  // namespace
}  // namespace os
