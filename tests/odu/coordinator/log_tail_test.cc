#include "odu/coordinator/log_tail.h"

#include <gtest/gtest.h>

#include "os/append_file.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace odu::coordinator {
namespace {

std::string ReadAll(surface::ByteLog& log) {
  std::string bytes(100, 0);
  const auto read = log.ReadAt(0, bytes.data(), bytes.size());
  EXPECT_TRUE(read);
  bytes.resize(read.value_or(0));
  return bytes;
}

TEST(LogTail, AReaderMayComeBeforeTheFileDoes) {
  support::Loop loop;
  const support::TempDir dir;
  LogTail tail(std::make_shared<GrowthWatch>(loop.executor()));
  int woken = 0;
  const auto registration = tail.OnGrowth([&] { ++woken; });
  EXPECT_EQ(ReadAll(tail), "");
  tail.Begin(dir / "log");
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(ReadAll(tail), "");
  dir.Write("log", "a");
  EXPECT_EQ(ReadAll(tail), "a");
  EXPECT_FALSE(tail.Ended());
  tail.Finish();
  EXPECT_EQ(woken, 2);
  EXPECT_TRUE(tail.Ended());
}

TEST(LogTail, AnotherProcessesWriteWakesTheReader) {
  support::Loop loop;
  const support::TempDir dir;
  auto file = os::AppendFile::Open(dir / "log");
  ASSERT_TRUE(file);
  LogTail tail(std::make_shared<GrowthWatch>(loop.executor()));
  tail.Begin(dir / "log");
  int woken = 0;
  auto registration = tail.OnGrowth([&] { ++woken; });
  ASSERT_TRUE(file->Append("one"));
  ASSERT_TRUE(loop.RunUntil([&] { return woken > 0; }));
  EXPECT_EQ(ReadAll(tail), "one");
  const int before = woken;
  ASSERT_TRUE(file->Append("two"));
  ASSERT_TRUE(loop.RunUntil([&] { return woken > before; }));
  registration.reset();
  const int last = woken;
  ASSERT_TRUE(file->Append("three"));
  loop.RunUntilIdle();
  EXPECT_EQ(woken, last);
}

TEST(LogTail, AFinishedLogThatIsGoneIsAFailure) {
  const support::TempDir dir;
  const auto log = FinishedLog(dir / "nothing");
  char byte = 0;
  EXPECT_EQ(log->ReadAt(0, &byte, 1).error().code(), "no_log");
  EXPECT_TRUE(log->Ended());
}

}  // namespace
}  // namespace odu::coordinator
