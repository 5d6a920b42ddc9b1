#include "odu/coordinator/growth_watch.h"

#include <gtest/gtest.h>

#include "os/append_file.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace odu::coordinator {
namespace {

TEST(GrowthWatch, TellsEveryWatcherOfAFileAndNoneOfAnother) {
  support::Loop loop;
  const support::TempDir dir;
  auto a = os::AppendFile::Open(dir / "a");
  auto b = os::AppendFile::Open(dir / "b");
  GrowthWatch watch(loop.executor());
  int first = 0;
  int second = 0;
  int other = 0;
  const auto keep_first = watch.Watch(dir / "a", [&] { ++first; });
  auto keep_second = watch.Watch(dir / "a", [&] { ++second; });
  const auto keep_other = watch.Watch(dir / "b", [&] { ++other; });
  ASSERT_TRUE(a->Append("x"));
  ASSERT_TRUE(loop.RunUntil([&] { return first > 0 && second > 0; }));
  EXPECT_EQ(other, 0);
  keep_second.reset();
  const int told = second;
  const int before = first;
  ASSERT_TRUE(a->Append("y"));
  ASSERT_TRUE(loop.RunUntil([&] { return first > before; }));
  EXPECT_EQ(second, told);
}

TEST(GrowthWatch, AFileThatCannotBeWatchedIsLookedAtByTheClock) {
  support::Loop loop;
  GrowthWatch watch(loop.executor());
  int looked = 0;
  const auto keep = watch.Watch("/nowhere/file", [&] { ++looked; });
  EXPECT_TRUE(loop.RunUntil([&] { return looked > 1; }));
}

TEST(GrowthWatch, AWatchMayOutliveItsWatcher) {
  support::Loop loop;
  const support::TempDir dir;
  dir.Write("a", "");
  auto watch = std::make_unique<GrowthWatch>(loop.executor());
  auto keep = watch->Watch(dir / "a", [] {});
  watch.reset();
  keep.reset();
  loop.RunUntilIdle();
}

}  // namespace
}  // namespace odu::coordinator
