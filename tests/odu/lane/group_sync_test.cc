#include "odu/lane/group_sync.h"

#include <gtest/gtest.h>

#include "os/file_system.h"
#include "support/fake_clock.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace odu::lane {
namespace {

std::shared_ptr<os::Fd> FileIn(const support::TempDir& dir) {
  return std::make_shared<os::Fd>(os::OpenFile(dir.Write("file", "x"), 2).value());
}

TEST(GroupSync, SyncsASecondAfterAWriteAndThenRests) {
  const support::TempDir dir;
  support::Loop loop;
  support::FakeClock clock;
  async::TaskGroup tasks(loop.executor());
  LazyWorker worker;
  GroupSync sync(tasks, clock, worker);
  auto file = FileIn(dir);
  const std::weak_ptr<os::Fd> watched = file;
  sync.Wrote(file);
  sync.Wrote(file);
  file.reset();
  loop.RunUntilIdle();
  EXPECT_FALSE(watched.expired());
  EXPECT_EQ(clock.sleepers(), 1U);
  clock.Advance(GroupSync::kAtMost);
  EXPECT_TRUE(loop.RunUntil([&] { return watched.expired() && tasks.size() == 0; }));
}

TEST(GroupSync, NowDoesNotWaitForTheSecond) {
  const support::TempDir dir;
  support::Loop loop;
  support::FakeClock clock;
  async::TaskGroup tasks(loop.executor());
  LazyWorker worker;
  GroupSync sync(tasks, clock, worker);
  auto file = FileIn(dir);
  const std::weak_ptr<os::Fd> watched = file;
  sync.Wrote(file);
  file.reset();
  loop.Run(sync.Now());
  EXPECT_TRUE(watched.expired());
  tasks.Kill();
  loop.RunUntilIdle();
}

}  // namespace
}  // namespace odu::lane
