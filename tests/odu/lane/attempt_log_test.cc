#include "odu/lane/attempt_log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::lane {
namespace {

std::string All(surface::ByteLog& log) {
  char buffer[256];
  const auto read = log.ReadAt(0, buffer, sizeof buffer);
  return read ? std::string(buffer, *read) : read.error().message();
}

TEST(AttemptLog, AReaderSeesWhatWasAppendedAndTheEnd) {
  const support::TempDir dir;
  auto log = AttemptLog::Create(dir / "log");
  ASSERT_TRUE(log);
  int woken = 0;
  const auto waker = (*log)->OnGrowth([&woken] { ++woken; });
  ASSERT_TRUE((*log)->Append("one\n"));
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(All(**log), "one\n");
  EXPECT_FALSE((*log)->Ended());
  ASSERT_TRUE((*log)->Append(std::string_view("\0\xff", 2)));
  (*log)->Seal();
  EXPECT_EQ(woken, 3);
  EXPECT_TRUE((*log)->Ended());
  EXPECT_EQ((*log)->size(), 6U);
  EXPECT_EQ(dir.Read("log"), std::string("one\n\0\xff", 6));
  EXPECT_EQ(os::StatusOf(dir / "log")->mode, 0444U);
}

TEST(AttemptLog, AnotherHandIsNoticedAndWhatFollowsGoesBehindWhatIsLeft) {
  const support::TempDir dir;
  auto log = AttemptLog::Create(dir / "log");
  ASSERT_TRUE((*log)->Append("one\n"));
  ASSERT_EQ(::truncate((dir / "log").c_str(), 2), 0);
  EXPECT_FALSE((*log)->changed()) << "nobody has looked yet";
  ASSERT_TRUE((*log)->Append("two\n"));
  EXPECT_TRUE((*log)->changed());
  EXPECT_EQ(All(**log), "ontwo\n");
  EXPECT_EQ((*log)->size(), 6U);
}

TEST(AttemptLog, AnotherHandIsNoticedAtTheEndToo) {
  const support::TempDir dir;
  auto log = AttemptLog::Create(dir / "log");
  ASSERT_TRUE((*log)->Append("one\n"));
  ASSERT_EQ(::truncate((dir / "log").c_str(), 0), 0);
  (*log)->Seal();
  EXPECT_TRUE((*log)->changed());
  EXPECT_EQ((*log)->size(), 0U);
}

TEST(AttemptLog, NothingIsReadBehindTheEnd) {
  const support::TempDir dir;
  auto log = AttemptLog::Create(dir / "log");
  ASSERT_TRUE((*log)->Append("abc"));
  char buffer[8];
  EXPECT_EQ((*log)->ReadAt(3, buffer, sizeof buffer), 0U);
  EXPECT_EQ((*log)->ReadAt(99, buffer, sizeof buffer), 0U);
  EXPECT_EQ((*log)->ReadAt(1, buffer, 1), 1U);
  EXPECT_EQ(buffer[0], 'b');
}

TEST(AttemptLog, AWakerIsForgottenWithItsRegistration) {
  const support::TempDir dir;
  auto log = AttemptLog::Create(dir / "log");
  int woken = 0;
  {
    const auto waker = (*log)->OnGrowth([&woken] { ++woken; });
  }
  ASSERT_TRUE((*log)->Append("x"));
  EXPECT_EQ(woken, 0);
}

TEST(AttemptLog, ASealedLogIsOpenedForReadersAndNeverMadeAgain) {
  const support::TempDir dir;
  dir.Write("log", "old");
  EXPECT_FALSE(AttemptLog::Create(dir / "log"));
  auto log = AttemptLog::OpenSealed(dir / "log");
  ASSERT_TRUE(log);
  EXPECT_TRUE((*log)->Ended());
  EXPECT_EQ(All(**log), "old");
  EXPECT_EQ(AttemptLog::OpenSealed(dir / "none").error().code(), "not_found");
}

TEST(AttemptLog, AFailureSaysHowMuchTheFileHolds) {
  // /dev/full takes nothing.
  auto fd = os::OpenFile("/dev/full", 2);
  ASSERT_TRUE(fd);
  AttemptLog log(std::make_shared<os::Fd>(std::move(*fd)), 0, false);
  const auto written = log.Append("x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), "disk_full");
  EXPECT_EQ(log.size(), 0U);
}

}  // namespace
}  // namespace odu::lane
