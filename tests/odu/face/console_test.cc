#include "odu/face/console.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "captured_console.h"
#include "os/fd.h"
#include "os/signals.h"

namespace odu::face {
namespace {

Console::Ends EndsOf(int out_fd) {
  Console::Ends ends;
  ends.out_fd = out_fd;
  ends.err_fd = out_fd;
  return ends;
}

TEST(Console, KeepsStdoutAndStderrApart) {
  CapturedConsole captured;
  captured.console().Out("result\n");
  captured.console().Err("progress\n");
  EXPECT_EQ(captured.Out(), "result\n");
  EXPECT_EQ(captured.Err(), "progress\n");
  EXPECT_FALSE(captured.console().failure().has_value());
}

TEST(Console, AReaderThatLeftIsNoticedOnceAndNothingIsLostButWords) {
  os::IgnoreBrokenPipes();
  auto pipe = os::MakePipe();
  ASSERT_TRUE(pipe.has_value());
  Console console(EndsOf(pipe->write_end.get()));
  console.Out("a");
  EXPECT_FALSE(console.failure().has_value());
  pipe->read_end.Reset();
  console.Out("b");
  EXPECT_TRUE(console.reader_left());
  console.Out("c");
  EXPECT_TRUE(console.reader_left());
}

TEST(Console, AFullDiskIsAFailureThatIsNoReaderLeaving) {
  Console console(EndsOf(open("/dev/full", O_WRONLY | O_CLOEXEC)));
  console.Out("a");
  ASSERT_TRUE(console.failure().has_value());
  EXPECT_FALSE(console.reader_left());
  EXPECT_EQ(console.failure()->code(), "disk_full");
  EXPECT_EQ(console.failure()->ExitCode(), 3);
}

TEST(Console, AClosedStdoutIsNamed) {
  // What os::OpenMissingStreams puts there: it can only be read.
  Console console(EndsOf(open("/dev/null", O_RDONLY | O_CLOEXEC)));
  console.Out("a");
  ASSERT_TRUE(console.failure().has_value());
  EXPECT_FALSE(console.reader_left());
  EXPECT_EQ(console.failure()->message(), "stdout is closed");
  EXPECT_EQ(console.failure()->ExitCode(), 3);
}

}  // namespace
}  // namespace odu::face
