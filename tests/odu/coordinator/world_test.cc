#include "odu/coordinator/world.h"

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace odu::coordinator {
namespace {

TEST(World, TimeIsScaledOnlyByASensibleNumber) {
  const auto scaled = [](const std::string& value) {
    const os::Environment environment({"ODU_TIME_SCALE=" + value});
    return TimeScale::From(environment)(std::chrono::seconds(600));
  };
  EXPECT_EQ(scaled("600"), std::chrono::seconds(1));
  for (const char* value : {"", "0", "-1", "x", "6x", "99999999999"}) {
    EXPECT_EQ(scaled(value), std::chrono::seconds(600)) << value;
  }
  EXPECT_EQ(TimeScale::From(os::Environment())(std::chrono::seconds(1)), std::chrono::seconds(1));
}

TEST(World, TheRunnerMayBeNamed) {
  const support::TempDir dir;
  const std::string runner = dir.Write("odu-runner", "", 0755);
  EXPECT_EQ(FindRunner(os::Environment({"ODU_RUNNER=" + runner})), runner);
  EXPECT_EQ(FindRunner(os::Environment({"ODU_RUNNER=/nowhere"})).error().code(), "no_runner");
}

}  // namespace
}  // namespace odu::coordinator
