#include "odu/lane/group_sync.h"

#include <gtest/gtest.h>

#include <future>

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

TEST(GroupSync, AFolderIsOpenedOnceAndAMissingOneIsNoHarm) {
  const support::TempDir dir;
  support::Loop loop;
  support::FakeClock clock;
  async::TaskGroup tasks(loop.executor());
  LazyWorker worker;
  GroupSync sync(tasks, clock, worker);
  const auto open_files = [] { return os::ListDir("/proc/self/fd").value().size(); };
  const size_t before = open_files();
  sync.WroteNameIn(dir / "none");
  EXPECT_EQ(open_files(), before);
  sync.WroteNameIn(dir.path());
  sync.WroteNameIn(dir.path());
  EXPECT_EQ(open_files(), before + 1);
  loop.Run(sync.Now());
  tasks.Kill();
  loop.RunUntilIdle();
}

TEST(GroupSync, NowWaitsForWhatAnotherCallIsSyncing) {
  const support::TempDir dir;
  support::Loop loop;
  support::FakeClock clock;
  async::TaskGroup tasks(loop.executor());
  LazyWorker worker;
  GroupSync sync(tasks, clock, worker);
  // Both threads of the worker are busy, so that no disk can be reached.
  std::promise<void> gate;
  const std::shared_future<void> open = gate.get_future().share();
  for (int thread = 0; thread < 2; ++thread) {
    tasks.Spawn("busy", [&worker, open]() -> boost::asio::awaitable<void> {
      auto wait = [open] { open.wait(); };
      co_await worker.get().Run(wait);
    });
  }
  loop.RunUntilIdle();
  sync.Wrote(FileIn(dir));
  int returned = 0;
  for (int call = 0; call < 2; ++call) {
    tasks.Spawn("now", [&sync, &returned]() -> boost::asio::awaitable<void> {
      co_await sync.Now();
      ++returned;
    });
  }
  loop.RunUntilIdle();
  EXPECT_EQ(returned, 0);
  gate.set_value();
  EXPECT_TRUE(loop.RunUntil([&] { return returned == 2; }));
  tasks.Kill();
  loop.RunUntilIdle();
}

}  // namespace
}  // namespace odu::lane
