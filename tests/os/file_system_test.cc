#include "os/file_system.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "support/temp_dir.h"

namespace os {
namespace {

std::vector<std::string> NamesIn(const std::string& path) {
  std::vector<std::string> names;
  const std::vector<DirEntry> entries = ListDir(path).value();
  for (const DirEntry& entry : entries) {
    names.push_back(entry.name);
  }
  return names;
}

template <class T>
std::string CodeOf(const base::Result<T>& result) {
  return result ? "ok" : result.error().code();
}

TEST(FileSystem, ReadFileGivesTheWholeFileUpToItsLimit) {
  const support::TempDir dir;
  const std::string text(10'000, 'x');
  dir.Write("file", text);
  EXPECT_EQ(ReadFile(dir / "file", 10'000).value(), text);
  EXPECT_EQ(CodeOf(ReadFile(dir / "file", 9'999)), "too_large");
  EXPECT_EQ(CodeOf(ReadFile(dir / "missing", 10)), "not_found");
  EXPECT_EQ(CodeOf(ReadFile(dir.path(), 10)), "io");
  EXPECT_FALSE(ReadFile("/proc/self/stat", 4096).value().empty()) << "whose size is said to be 0";
  EXPECT_EQ(CodeOf(ReadFile("/dev/zero", 100'000)), "too_large");
}

TEST(FileSystem, AnAtomicWriteReplacesAndLeavesNothingElse) {
  const support::TempDir dir;
  dir.Write("file", "old");
  WriteOptions options;
  options.mode = 0640;
  options.sync = true;
  ASSERT_TRUE(WriteFileAtomic(dir / "file", "new", options).has_value());
  EXPECT_EQ(dir.Read("file"), "new");
  EXPECT_EQ(StatusOf(dir / "file")->mode, 0640U);
  EXPECT_EQ(NamesIn(dir.path()), std::vector<std::string>{"file"});
  ASSERT_TRUE(WriteFileAtomic(dir / "private", "x").has_value());
  EXPECT_EQ(StatusOf(dir / "private")->mode, 0600U);
}

TEST(FileSystem, AFailedAtomicWriteLeavesTheOldBytesAndNoRest) {
  const support::TempDir dir;
  dir.Write("folder/inside", "x");
  EXPECT_FALSE(WriteFileAtomic(dir / "folder", "text").has_value());
  EXPECT_EQ(NamesIn(dir.path()), std::vector<std::string>{"folder"});
  EXPECT_EQ(CodeOf(WriteFileAtomic(dir / "missing/file", "text")), "not_found");
}

TEST(FileSystem, MakeDirsMakesParentsPrivate) {
  const support::TempDir dir;
  ASSERT_TRUE(MakeDirs(dir / "a/b/c").has_value());
  ASSERT_TRUE(MakeDirs(dir / "a/b/c/").has_value()) << "a second time too";
  EXPECT_EQ(StatusOf(dir / "a")->mode, 0700U);
  EXPECT_EQ(StatusOf(dir / "a/b/c")->kind, FileKind::kDirectory);
  dir.Write("file", "x");
  EXPECT_EQ(CodeOf(MakeDirs(dir / "file")), "not_a_directory");
  EXPECT_FALSE(MakeDirs(dir / "file/below").has_value());
}

TEST(FileSystem, OpenFileRefusesASymlink) {
  const support::TempDir dir;
  dir.Write("file", "x");
  ASSERT_EQ(symlink("file", (dir / "link").c_str()), 0);
  EXPECT_EQ(CodeOf(OpenFile(dir / "file", O_RDONLY)), "ok");
  EXPECT_EQ(CodeOf(OpenFile(dir / "link", O_RDONLY)), "symlink");
}

TEST(FileSystem, ListDirIsSortedAndTyped) {
  const support::TempDir dir;
  dir.Write("b", "x");
  ASSERT_TRUE(MakeDirs(dir / "a").has_value());
  ASSERT_EQ(symlink("nowhere", (dir / "c").c_str()), 0);
  const std::vector<DirEntry> entries = ListDir(dir.path()).value();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].kind, FileKind::kDirectory);
  EXPECT_EQ(entries[1].kind, FileKind::kFile);
  EXPECT_EQ(entries[2].kind, FileKind::kSymlink);
  EXPECT_EQ(CodeOf(ListDir(dir / "missing")), "not_found");
}

TEST(FileSystem, ALinkReplacesWhatIsThere) {
  const support::TempDir dir;
  dir.Write("one", "1");
  dir.Write("two", "2");
  ASSERT_TRUE(LinkOrSymlink(dir / "one", dir / "name").has_value());
  EXPECT_EQ(StatusOf(dir / "name")->inode, StatusOf(dir / "one")->inode);
  ASSERT_TRUE(LinkOrSymlink(dir / "two", dir / "name").has_value());
  EXPECT_EQ(dir.Read("name"), "2");
  ASSERT_TRUE(LinkOrSymlink(dir / "two", dir / "name").has_value()) << "the same again";
  EXPECT_EQ(NamesIn(dir.path()), (std::vector<std::string>{"name", "one", "two"}));
  ASSERT_TRUE(MakeDirs(dir / "folder").has_value());
  EXPECT_EQ(CodeOf(LinkOrSymlink(dir / "one", dir / "folder")), "is_a_directory");
  EXPECT_EQ(CodeOf(LinkOrSymlink(dir / "missing", dir / "name")), "not_found");
}

TEST(FileSystem, AcrossDevicesALinkIsASymlink) {
  const support::TempDir dir;
  ASSERT_TRUE(LinkOrSymlink("/proc/self/status", dir / "name").has_value());
  EXPECT_EQ(StatusOf(dir / "name")->kind, FileKind::kSymlink);
}

TEST(FileSystem, StatusAndPathsTellWhatIsThere) {
  const support::TempDir dir;
  dir.Write("file", "12345", 0640);
  const FileStatus status = StatusOf(dir / "file").value();
  EXPECT_EQ(status.kind, FileKind::kFile);
  EXPECT_EQ(status.size, 5U);
  EXPECT_EQ(status.mode, 0640U);
  EXPECT_EQ(status.owner, geteuid());
  EXPECT_GT(status.modified_ms, int64_t{1'700'000'000'000});
  EXPECT_GT(FreeBytes(dir.path()).value(), 0U);
  EXPECT_EQ(RealPath((dir / ".") + "/./file").value(), dir / "file");
  EXPECT_EQ(CodeOf(RealPath(dir / "missing")), "not_found");
  EXPECT_TRUE(CurrentDirectory().value().starts_with('/'));
}

}  // namespace
}  // namespace os
