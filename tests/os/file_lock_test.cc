#include "os/file_lock.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "os/file_system.h"
#include "support/temp_dir.h"

namespace os {
namespace {

TEST(FileLock, OnlyOneHoldsIt) {
  const support::TempDir dir;
  {
    FileLock lock = FileLock::TryLock(dir / "lock").value();
    EXPECT_TRUE(IsLocked(dir / "lock").value());
    const base::Result<FileLock> second = FileLock::TryLock(dir / "lock");
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code(), "locked");
    EXPECT_EQ(second.error().kind(), base::ErrorKind::kBusy);
  }
  EXPECT_FALSE(IsLocked(dir / "lock").value());
  EXPECT_TRUE(FileLock::TryLock(dir / "lock").has_value());
}

TEST(FileLock, TheFileIsPrivateAndStays) {
  const support::TempDir dir;
  {
    const FileLock lock = FileLock::TryLock(dir / "lock").value();
  }
  EXPECT_EQ(StatusOf(dir / "lock")->mode, 0600U);
  EXPECT_FALSE(IsLocked(dir / "missing").value());
}

TEST(FileLock, TheHolderIsNamed) {
  const support::TempDir dir;
  FileLock lock = FileLock::TryLock(dir / "lock").value();
  EXPECT_EQ(HolderOf(dir / "lock"), std::nullopt);
  ASSERT_TRUE(lock.WriteHolder().has_value());
  EXPECT_EQ(HolderOf(dir / "lock"), OwnIdentity());
  EXPECT_TRUE(FileLock::TryLock(dir / "lock")
                  .error()
                  .message()
                  .ends_with("locked by process " + std::to_string(getpid())));
}

TEST(FileLock, ANoteThatIsGarbageNamesNobody) {
  const support::TempDir dir;
  for (const char* note : {"", "\n", "x y\n", "12\n", "-4 5 \n", "99999999999999999999 1 \n"}) {
    dir.Write("lock", note);
    EXPECT_EQ(HolderOf(dir / "lock"), std::nullopt) << note;
  }
}

TEST(FileLock, AForkedChildKeepsItAndItsDeathFreesIt) {
  const support::TempDir dir;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  pid_t child = 0;
  {
    const FileLock lock = FileLock::TryLock(dir / "lock").value();
    child = fork();
    if (child == 0) {
      char byte = 0;
      close(ends[1]);
      _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
    }
  }
  EXPECT_TRUE(IsLocked(dir / "lock").value());
  close(ends[1]);
  close(ends[0]);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_FALSE(IsLocked(dir / "lock").value());
}

TEST(FileLock, KnowsWhenItsFileWasTakenAway) {
  const support::TempDir dir;
  const FileLock lock = FileLock::TryLock(dir / "lock").value();
  EXPECT_TRUE(lock.StillAtPath());
  ASSERT_EQ(unlink((dir / "lock").c_str()), 0);
  EXPECT_FALSE(lock.StillAtPath());
  const FileLock second = FileLock::TryLock(dir / "lock").value();
  EXPECT_FALSE(lock.StillAtPath());
  EXPECT_TRUE(second.StillAtPath());
}

TEST(FileLock, ASymlinkIsRefused) {
  const support::TempDir dir;
  dir.Write("target", "x");
  ASSERT_EQ(symlink("target", (dir / "lock").c_str()), 0);
  EXPECT_EQ(FileLock::TryLock(dir / "lock").error().code(), "symlink");
}

}  // namespace
}  // namespace os
