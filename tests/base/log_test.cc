#include "base/log.h"

#include <gtest/gtest.h>

#include <regex>
#include <string>

namespace base {
namespace {

TEST(Log, ALineHasTimeLevelSourceAndTextOnStderrOnly) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  LogWarning("host_session mac-1", "retrying in {} s", 4);
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  const std::regex form(
      "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z warning host_session mac-1: "
      "retrying in 4 s\n");
  EXPECT_TRUE(std::regex_match(line, form)) << line;
}

TEST(Log, LinesBelowTheLevelAreNotWritten) {
  testing::internal::CaptureStderr();
  Log(LogLevel::kDebug, "test", "quiet");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace base
