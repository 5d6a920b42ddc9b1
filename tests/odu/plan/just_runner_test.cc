#include "odu/plan/just_runner.h"

#include <gtest/gtest.h>

namespace odu::plan {
namespace {

JustOutcome RunScript(const std::string& script) {
  auto outcome = RunJustBlocking({{"/bin/sh", "-c", script}, "/"});
  EXPECT_TRUE(outcome) << outcome.error().message();
  return *outcome;
}

TEST(RunJustBlocking, HandsOutputErrorsAndExitBack) {
  const JustOutcome outcome = RunScript("pwd; echo no >&2; exit 7");
  EXPECT_EQ(outcome.output, "/\n");
  EXPECT_EQ(outcome.errors, "no\n");
  EXPECT_EQ(outcome.exit_code, 7);
}

TEST(RunJustBlocking, CountsASignalAsAShellDoes) {
  EXPECT_EQ(RunScript("kill -KILL $$").exit_code, 137);
}

TEST(RunJustBlocking, FailsForAProgramThatIsNotThere) {
  const auto outcome = RunJustBlocking({{"/nowhere/just"}, "/"});
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().message().find("/nowhere/just"), std::string::npos);
}

TEST(ProgramOf, LeavesRoomForADumpOfManyRecipes) {
  const os::ProgramCall call = ProgramOf({{"just", "--dump"}, "/x"});
  EXPECT_EQ(call.argv, (std::vector<std::string>{"just", "--dump"}));
  EXPECT_EQ(call.directory, "/x");
  EXPECT_GE(call.stdout_limit, size_t{200} << 20);
}

}  // namespace
}  // namespace odu::plan
