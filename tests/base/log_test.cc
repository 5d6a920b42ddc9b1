#include "base/log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace base {
namespace {

/// `line` with every digit as 0.
std::string Shape(std::string line) {
  std::ranges::replace_if(line, [](char c) { return c >= '0' && c <= '9'; }, '0');
  return line;
}

TEST(Log, ALineHasTimeLevelSourceAndTextOnStderrOnly) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  LogWarning("host_session mac-1", "retrying in {} s", 4);
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(Shape(line), "0000-00-00T00:00:00.000Z warning host_session mac-0: retrying in 0 s\n");
}

TEST(Log, LinesBelowTheLevelAreNotWritten) {
  testing::internal::CaptureStderr();
  Log(LogLevel::kDebug, "test", "quiet");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace base
