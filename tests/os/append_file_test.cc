#include "os/append_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>

#include "support/temp_dir.h"

namespace os {
namespace {

/// Files of this process may grow no further than `bytes`, in its scope. Stands in for a full disk:
/// the write is cut short, the next one fails.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(AppendFile, AppendedBytesAreInTheFileAtOnce) {
  const support::TempDir dir;
  AppendFile file = AppendFile::Open(dir / "log").value();
  ASSERT_TRUE(file.Append("one\n").has_value());
  EXPECT_EQ(dir.Read("log"), "one\n");
  EXPECT_EQ(file.size(), 4U);
  EXPECT_FALSE(file.synced());
  ASSERT_TRUE(file.Sync().has_value());
  EXPECT_TRUE(file.synced());
}

TEST(AppendFile, BufferedBytesWaitForTheFlushAndKeepTheirOrder) {
  const support::TempDir dir;
  AppendFile file = AppendFile::Open(dir / "log").value();
  ASSERT_TRUE(file.AppendBuffered("one ").has_value());
  ASSERT_TRUE(file.AppendBuffered("two ").has_value());
  EXPECT_EQ(dir.Read("log"), "");
  EXPECT_EQ(file.size(), 0U);
  EXPECT_EQ(file.buffered(), 8U);
  ASSERT_TRUE(file.Append("three").has_value());
  EXPECT_EQ(dir.Read("log"), "one two three");
  EXPECT_EQ(file.buffered(), 0U);
}

TEST(AppendFile, ABigBufferFlushesByItself) {
  const support::TempDir dir;
  AppendFile file = AppendFile::Open(dir / "log").value();
  const std::string block(10'000, 'x');
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(file.AppendBuffered(block).has_value());
    EXPECT_LT(file.buffered(), size_t{64} << 10);
  }
  ASSERT_TRUE(file.Flush().has_value());
  EXPECT_EQ(file.size(), 1'000'000U);
}

TEST(AppendFile, GoesOnWhereTheFileEnds) {
  const support::TempDir dir;
  dir.Write("log", "before ");
  AppendFile file = AppendFile::Open(dir / "log").value();
  EXPECT_EQ(file.size(), 7U);
  ASSERT_TRUE(file.Append("after").has_value());
  EXPECT_EQ(dir.Read("log"), "before after");
}

TEST(AppendFile, ATornLineIsCutOff) {
  const support::TempDir dir;
  dir.Write("journal", "whole\ntor");
  AppendFile file = AppendFile::Open(dir / "journal").value();
  ASSERT_TRUE(file.TruncateTo(6).has_value());
  ASSERT_TRUE(file.Append("next\n").has_value());
  EXPECT_EQ(dir.Read("journal"), "whole\nnext\n");
  EXPECT_EQ(file.size(), 11U);
}

TEST(AppendFile, AForeignTruncationDoesNotShiftOffsets) {
  const support::TempDir dir;
  AppendFile file = AppendFile::Open(dir / "log").value();
  ASSERT_TRUE(file.Append("12345").has_value());
  ASSERT_EQ(truncate((dir / "log").c_str(), 0), 0);
  ASSERT_TRUE(file.Append("67").has_value());
  EXPECT_EQ(file.size(), 7U);
  EXPECT_EQ(dir.Read("log").substr(5), "67");
}

TEST(AppendFile, WhatDidNotFitIsWrittenLater) {
  const support::TempDir dir;
  AppendFile file = AppendFile::Open(dir / "log").value();
  {
    const FileSizeLimit limit(6);
    EXPECT_FALSE(file.Append("123456789").has_value());
    EXPECT_EQ(file.size(), 6U) << "as much as fitted is told exactly";
    EXPECT_EQ(file.buffered(), 3U);
    EXPECT_FALSE(file.Flush().has_value());
    EXPECT_FALSE(file.Sync().has_value());
  }
  ASSERT_TRUE(file.Append("!").has_value());
  EXPECT_EQ(dir.Read("log"), "123456789!");
}

TEST(AppendFile, AFullDiskHasItsOwnCode) {
  AppendFile file = AppendFile::Open("/dev/full").value();
  const base::Result<void> result = file.Append("x");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), "disk_full");
  EXPECT_EQ(file.size(), 0U);
  EXPECT_EQ(file.buffered(), 1U);
}

TEST(AppendFile, KeptRoomIsThereWhenTheDiskIsFullAndIsGivenBack) {
  const support::TempDir disk;
  if (geteuid() != 0 || mount("none", disk.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
    GTEST_SKIP() << "needs root to mount a small disk";
  }
  constexpr size_t kRoom = size_t{64} << 10;
  {
    AppendFile journal = AppendFile::Open(disk / "journal").value();
    journal.KeepRoom(kRoom);
    ASSERT_TRUE(journal.Append("begun\n").has_value());
    EXPECT_EQ(journal.size(), 6U) << "room is no content";
    AppendFile log = AppendFile::Open(disk / "log").value();
    const std::string megabytes(size_t{2} << 20, 'x');
    EXPECT_FALSE(log.Append(megabytes).has_value());
    EXPECT_TRUE(journal.Append(std::string(kRoom / 2, 'e') + "\n").has_value());
    EXPECT_EQ(disk.Read("journal").size(), 6 + kRoom / 2 + 1);
    journal.KeepRoom(0);
    EXPECT_EQ(disk.Read("journal").size(), 6 + kRoom / 2 + 1);
  }
  EXPECT_EQ(umount(disk.path().c_str()), 0);
}

TEST(AppendFile, ASymlinkIsRefused) {
  const support::TempDir dir;
  dir.Write("target", "x");
  ASSERT_EQ(symlink("target", (dir / "log").c_str()), 0);
  EXPECT_EQ(AppendFile::Open(dir / "log").error().code(), "symlink");
}

}  // namespace
}  // namespace os
