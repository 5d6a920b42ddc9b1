#include "git/runner.h"

#include <gtest/gtest.h>

#include "async/clock.h"
#include "git_fixture.h"
#include "support/loop.h"

namespace git {
namespace {

Command Of(std::vector<std::string> arguments) {
  Command command;
  command.arguments = std::move(arguments);
  return command;
}

TEST(Runner, ACallHasNoHooksNoPromptsAndNoLocks) {
  const os::ProgramCall call = CallOf(Of({"status"}), TestEnvironment());
  EXPECT_EQ(call.argv,
            (std::vector<std::string>{"git", "-c", "core.hooksPath=/dev/null", "status"}));
  EXPECT_EQ(os::LookUp(call.environment, "GIT_OPTIONAL_LOCKS"), "0");
  EXPECT_EQ(os::LookUp(call.environment, "GIT_TERMINAL_PROMPT"), "0");
}

TEST(Runner, IsDeafToTheGitDirOfTheCaller) {
  os::Environment environment = TestEnvironment();
  for (const char* key : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_TRACE",
                          "GIT_TRACE2_EVENT", "GIT_ICASE_PATHSPECS"}) {
    environment.Set(key, "1");
  }
  environment.Set("GIT_CONFIG_COUNT", "0");
  const os::ProgramCall call = CallOf(Of({"status"}), environment);
  for (const char* key : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_TRACE",
                          "GIT_TRACE2_EVENT", "GIT_ICASE_PATHSPECS"}) {
    EXPECT_EQ(os::LookUp(call.environment, key), std::nullopt) << key;
  }
  EXPECT_EQ(os::LookUp(call.environment, "GIT_CONFIG_COUNT"), "0");
}

TEST(Runner, BlockingAndLoopGiveTheSame) {
  BlockingRunner blocking(TestEnvironment());
  const auto first = Blocking(Output(blocking, Of({"--version"})));
  support::Loop loop;
  async::SystemClock clock;
  os::Reaper reaper(loop.executor());
  LoopRunner on_loop(reaper, clock, TestEnvironment());
  const auto second = loop.Run(Output(on_loop, Of({"--version"})));
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(first->starts_with("git version"));
  EXPECT_EQ(first, second);
}

TEST(Runner, AMissingGitIsNamedWithItsRemedy) {
  os::Environment environment = TestEnvironment();
  environment.Set("PATH", "/nonexistent");
  BlockingRunner runner(environment);
  const auto result = Blocking(Output(runner, Of({"status"})));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), "git_missing");
  EXPECT_EQ(result.error().message(), "git is not on PATH");
  EXPECT_NE(result.error().hint(), "");
}

TEST(Runner, ARedGitIsAFailureOfOutputOnly) {
  BlockingRunner runner(TestEnvironment());
  const auto result = Blocking(runner.Run(Of({"no-such-verb"})));
  ASSERT_TRUE(result.has_value());
  EXPECT_FALSE(result->ok());
  const auto output = Blocking(Output(runner, Of({"no-such-verb"})));
  ASSERT_FALSE(output.has_value());
  EXPECT_TRUE(output.error().message().starts_with("git no-such-verb: "))
      << output.error().message();
}

}  // namespace
}  // namespace git
