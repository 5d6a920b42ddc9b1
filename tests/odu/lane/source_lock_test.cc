#include "odu/lane/source_lock.h"

#include <gtest/gtest.h>

#include <optional>

#include "async/task_group.h"
#include "os/file_system.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace odu::lane {
namespace {

TEST(SourceLock, IsHeldByOneAndTakenByTheNext) {
  const support::TempDir dir;
  support::Loop loop;
  async::SystemClock clock;
  const std::string cache = dir / "repos/x.git";
  auto first = loop.Run(LockSource(clock, cache, nullptr));
  ASSERT_TRUE(first);
  EXPECT_EQ(os::StatusOf(dir / "repos")->mode, 0700U);
  std::string told;
  bool second = false;
  async::TaskGroup tasks(loop.executor());
  tasks.Spawn("second", [&]() -> boost::asio::awaitable<void> {
    const auto lock =
        co_await LockSource(clock, cache, [&told](std::string_view line) { told += line; });
    second = lock.has_value();
  });
  ASSERT_TRUE(loop.RunUntil([&] { return !told.empty(); }));
  EXPECT_TRUE(told.starts_with("[odu] waiting for the object cache: ")) << told;
  EXPECT_FALSE(second);
  first = base::Fail(base::ErrorKind::kGone, "over", "over");
  EXPECT_TRUE(loop.RunUntil([&] { return second; }));
}

TEST(SourceLock, AFolderThatIsASymlinkIsRefused) {
  const support::TempDir dir;
  support::Loop loop;
  async::SystemClock clock;
  ASSERT_TRUE(os::MakeDirs(dir / "elsewhere"));
  ASSERT_EQ(::symlink((dir / "elsewhere").c_str(), (dir / "repos").c_str()), 0);
  const auto refused = loop.Run(LockSource(clock, dir / "repos/x.git", nullptr));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), "symlink");
}

TEST(SourceLock, UseIsRemembered) {
  const support::TempDir dir;
  EXPECT_EQ(LastSourceUse(dir / "x.git"), 0);
  ASSERT_TRUE(os::MakeDirs(dir / "x.git"));
  EXPECT_GT(LastSourceUse(dir / "x.git"), 0);
  NoteSourceUse(dir / "x.git");
  EXPECT_GE(LastSourceUse(dir / "x.git"), os::StatusOf(dir / "x.git/odu-used")->modified_ms);
}

}  // namespace
}  // namespace odu::lane
