#include "os/standard_streams.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace os {
namespace {

/// What a process without its three streams has of them after the call, as an exit code.
int WhatIsWrong() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    close(stream);
  }
  OpenMissingStreams();
  struct stat null{};
  stat("/dev/null", &null);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    struct stat found{};
    if (fstat(stream, &found) != 0 || found.st_rdev != null.st_rdev) {
      return 10 + stream;
    }
  }
  std::array<char, 1> byte{};
  if (read(STDIN_FILENO, byte.data(), byte.size()) != 0) {
    return 1;
  }
  if (write(STDOUT_FILENO, "x", 1) >= 0 || errno != EBADF) {
    return 2;
  }
  return write(STDERR_FILENO, "x", 1) == 1 ? 0 : 3;
}

TEST(StandardStreams, MissingOnesAreNobodysAndAClosedStdoutTakesNothing) {
  const pid_t child = fork();
  if (child == 0) {
    _exit(WhatIsWrong());
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(StandardStreams, OpenOnesAreLeftAlone) {
  struct stat before{};
  struct stat after{};
  fstat(STDOUT_FILENO, &before);
  OpenMissingStreams();
  fstat(STDOUT_FILENO, &after);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_EQ(before.st_dev, after.st_dev);
}

}  // namespace
}  // namespace os
