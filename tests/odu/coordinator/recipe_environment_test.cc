#include "odu/coordinator/recipe_environment.h"

#include <gtest/gtest.h>

namespace odu::coordinator {
namespace {

using Strings = std::vector<std::string>;

TEST(RecipeEnvironment, KeepsWhatIsTheUsersAndDropsAgentsTokensAndPlaces) {
  const Strings caller{
      "PATH=/bin",       "CLAUDECODE=1",      "CLAUDE_X=1",           "CODEX_HOME=/x",
      "GEMINI_CLI_Y=1",  "OPENCODE=1",        "MCP_TOKEN=1",          "GH_TOKEN=t",
      "GITHUB_TOKEN=t",  "GITHUB_ACTIONS=1",  "PWD=/somewhere",       "OLDPWD=/else",
      "GIT_DIR=/x/.git", "GIT_AUTHOR_NAME=A", "ODU_ATTEMPT_ID=outer", "ODU_STATE_DIR=/s"};
  const Strings kept{"PATH=/bin", "GITHUB_ACTIONS=1", "GIT_AUTHOR_NAME=A", "ODU_STATE_DIR=/s"};
  EXPECT_EQ(RecipeEnvironment(caller, {}), kept);
}

TEST(RecipeEnvironment, PassEnvBringsBackWhatItNamesExactly) {
  const Strings caller{"GH_TOKEN=t", "MCP_A=1", "MCP_B=2"};
  EXPECT_EQ(RecipeEnvironment(caller, Strings{"GH_TOKEN", "MCP_*", "MISSING"}),
            Strings{"GH_TOKEN=t"});
}

TEST(RecipeEnvironment, RefusesWhatNoProcessCouldBeGiven) {
  EXPECT_TRUE(CheckEnvironment(Strings{"A=1", "B="}));
  EXPECT_EQ(CheckEnvironment(Strings{"novalue"}).error().code(), "bad_environment");
  EXPECT_EQ(CheckEnvironment(Strings{std::string("A=\0", 3)}).error().code(), "bad_environment");
  EXPECT_EQ(CheckEnvironment(Strings{"A=" + std::string(size_t{1} << 20, 'x')}).error().code(),
            "environment_too_large");
  EXPECT_EQ(CheckEnvironment(Strings(8193, "A=1")).error().code(), "environment_too_large");
}

}  // namespace
}  // namespace odu::coordinator
