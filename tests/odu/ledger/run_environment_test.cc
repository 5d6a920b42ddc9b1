#include "odu/ledger/run_environment.h"

#include <gtest/gtest.h>

#include "ledger_fixture.h"
#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::ledger {
namespace {

using Strings = std::vector<std::string>;

constexpr std::string_view kOther = "aarch64-linux";

RunEnvironment Sample() {
  RunEnvironment environment;
  environment.common = os::Environment({"PATH=/bin", "ODD=a\nb\xff", "EMPTY="});
  environment.passed[std::string(kPlatform)] = os::Environment({"TOKEN=a=b", "NOTHING="});
  environment.passed[std::string(kOther)] = os::Environment({"OTHER=c"});
  return environment;
}

RunHeader TwoLanes() {
  RunHeader header = SampleHeader();
  RunLane lane;
  lane.platform = kOther;
  header.lanes.push_back(lane);
  return header;
}

class RunEnvironmentTest : public testing::Test {
 protected:
  support::TempDir state_;
  RunHeader header_ = TwoLanes();
  RunFolder folder_ = CreateRun(state_.path(), header_, Sample()).value();
};

TEST_F(RunEnvironmentTest, EveryLaneGetsItsOwnBack) {
  const auto read = ReadRunEnvironment(folder_, header_.lanes);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(*read, Sample());
  const os::Environment own = read->Of(kPlatform);
  EXPECT_EQ(own.Get("TOKEN"), "a=b");
  EXPECT_EQ(own.Get("PATH"), "/bin");
  EXPECT_FALSE(own.Get("OTHER"));
  EXPECT_FALSE(read->Of(kOther).Get("TOKEN"));
  EXPECT_EQ(read->Of("riscv64-linux"), read->common);
}

TEST_F(RunEnvironmentTest, ALanesSecretsAreTheValuesThatWerePassedToIt) {
  EXPECT_EQ(Sample().SecretsOf(kPlatform), Strings{"a=b"});
  EXPECT_EQ(Sample().SecretsOf(kOther), Strings{"c"});
  EXPECT_EQ(Sample().SecretsOf("riscv64-linux"), Strings{});
}

TEST_F(RunEnvironmentTest, TheWholeIsWhatTheCallerHad) {
  const os::Environment whole = Sample().Whole();
  EXPECT_EQ(whole.Get("TOKEN"), "a=b");
  EXPECT_EQ(whole.Get("OTHER"), "c");
  EXPECT_EQ(whole.Get("PATH"), "/bin");
}

TEST_F(RunEnvironmentTest, NobodyElseMayReadAnyOfIt) {
  EXPECT_EQ(os::StatusOf(folder_.environment())->mode, 0600U);
  EXPECT_EQ(os::StatusOf(folder_.environment(kPlatform))->mode, 0600U);
  EXPECT_EQ(os::StatusOf(folder_.environment(kOther))->mode, 0600U);
}

TEST_F(RunEnvironmentTest, AllOfItIsForgottenAtTheEnd) {
  // A writer died between writing and renaming.
  ASSERT_TRUE(os::WriteFileAtomic(folder_.environment() + ".a1B2c3", "TOKEN=a=b"));
  ASSERT_TRUE(ForgetRunEnvironment(folder_));
  const auto left = os::ListDir(folder_.path);
  ASSERT_TRUE(left);
  for (const os::DirEntry& entry : *left) {
    EXPECT_FALSE(entry.name.starts_with("env")) << entry.name;
  }
  EXPECT_EQ(ReadRunEnvironment(folder_, header_.lanes).error().code(), "not_found");
  EXPECT_TRUE(ForgetRunEnvironment(folder_));
}

}  // namespace
}  // namespace odu::ledger
