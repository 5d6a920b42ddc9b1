#include "os/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>
#include <utility>

#include "os/file_system.h"
#include "support/temp_dir.h"

namespace os {
namespace {

bool IsOpen(int fd) {
  return fcntl(fd, F_GETFD) >= 0;
}

TEST(Fd, ClosesWhatItOwnsAndNothingTwice) {
  Pipe pipe = MakePipe().value();
  const int number = pipe.read_end.get();
  {
    const Fd moved = std::move(pipe.read_end);
    EXPECT_EQ(moved.get(), number);
    EXPECT_FALSE(pipe.read_end.valid());
    EXPECT_TRUE(IsOpen(number));
  }
  EXPECT_FALSE(IsOpen(number));
}

TEST(Fd, ReleaseGivesItAway) {
  Pipe pipe = MakePipe().value();
  const int number = pipe.write_end.Release();
  pipe.write_end.Reset();
  EXPECT_TRUE(IsOpen(number));
  const Fd owner(number);
}

TEST(Fd, ADuplicateIsTheSameFileAndClosedOnExec) {
  const Pipe pipe = MakePipe().value();
  const Fd copy = pipe.write_end.Duplicate().value();
  ASSERT_TRUE(WriteAll(copy.get(), "x").has_value());
  std::array<char, 4> buffer{};
  EXPECT_EQ(ReadSome(pipe.read_end.get(), buffer).value(), 1U);
  EXPECT_EQ(fcntl(copy.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(Fd, AReadTellsDataEndAndNothingYetApart) {
  Pipe pipe = MakePipe().value();
  ASSERT_TRUE(SetNonBlocking(pipe.read_end.get(), true).has_value());
  std::array<char, 4> buffer{};
  EXPECT_EQ(TryRead(pipe.read_end.get(), buffer).end, ReadEnd::kWouldBlock);
  ASSERT_TRUE(WriteAll(pipe.write_end.get(), "abcdef").has_value());
  EXPECT_EQ(TryRead(pipe.read_end.get(), buffer).bytes, 4U);
  EXPECT_EQ(TryRead(pipe.read_end.get(), buffer).bytes, 2U);
  pipe.write_end.Reset();
  EXPECT_EQ(TryRead(pipe.read_end.get(), buffer).end, ReadEnd::kEof);
  pipe.read_end.Reset();
  const ReadOutcome failed = TryRead(-1, buffer);
  EXPECT_EQ(failed.end, ReadEnd::kFailed);
  EXPECT_EQ(failed.error_number, EBADF);
}

TEST(Fd, WriteAllWaitsForAFullPipe) {
  Pipe pipe = MakePipe().value();
  ASSERT_TRUE(SetNonBlocking(pipe.write_end.get(), true).has_value());
  const std::string text(300'000, 'x');
  size_t read_bytes = 0;
  std::thread reader([&] {
    std::array<char, 4096> buffer{};
    for (;;) {
      const size_t got = ReadSome(pipe.read_end.get(), buffer).value();
      if (got == 0) {
        return;
      }
      read_bytes += got;
    }
  });
  EXPECT_TRUE(WriteAll(pipe.write_end.get(), text).has_value());
  pipe.write_end.Reset();
  reader.join();
  EXPECT_EQ(read_bytes, text.size());
}

TEST(Fd, ReadAtGivesFewerBytesOnlyAtTheEnd) {
  const support::TempDir dir;
  const Fd fd = OpenFile(dir.Write("file", "0123456789"), O_RDONLY).value();
  std::array<char, 4> buffer{};
  EXPECT_EQ(ReadAt(fd.get(), 3, buffer).value(), 4U);
  EXPECT_EQ(std::string(buffer.data(), 4), "3456");
  EXPECT_EQ(ReadAt(fd.get(), 8, buffer).value(), 2U);
  EXPECT_EQ(ReadAt(fd.get(), 100, buffer).value(), 0U);
}

TEST(Fd, AFullDiskHasItsOwnCode) {
  const Fd full = OpenFile("/dev/full", O_WRONLY).value();
  const base::Result<void> result = WriteAll(full.get(), "x");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), "disk_full");
}

}  // namespace
}  // namespace os
