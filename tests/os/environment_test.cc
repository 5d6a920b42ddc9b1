#include "os/environment.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace os {
namespace {

using Strings = std::vector<std::string>;

TEST(Environment, KeepsEntriesAndDropsWhatIsNone) {
  const Environment environment(
      Strings{"A=1", "no-equals", "=x", "B=", "A=2", std::string("C=\0", 3), "D=a=b"});
  EXPECT_EQ(environment.entries(), (Strings{"A=2", "B=", "D=a=b"}));
  EXPECT_EQ(environment.Get("A"), "2");
  EXPECT_EQ(environment.Get("B"), "");
  EXPECT_EQ(environment.Get("D"), "a=b");
  EXPECT_EQ(environment.Get("no-equals"), std::nullopt);
}

TEST(Environment, SetReplacesInItsPlace) {
  Environment environment(Strings{"A=1", "AB=2"});
  environment.Set("A", "one");
  environment.Set("C", "3");
  EXPECT_EQ(environment.entries(), (Strings{"A=one", "AB=2", "C=3"}));
}

TEST(Environment, PatternsRemoveByPrefixOrExactly) {
  Environment environment(
      Strings{"CLAUDE=1", "CLAUDECODE=1", "CLAUD=1", "GH_TOKEN=x", "GH_TOKENS=x", "MCP_A=1"});
  constexpr std::array<std::string_view, 3> kPatterns{"CLAUDE*", "GH_TOKEN", "MCP_*"};
  environment.RemoveMatching(kPatterns);
  EXPECT_EQ(environment.entries(), (Strings{"CLAUD=1", "GH_TOKENS=x"}));
  environment.Remove("CLAUD");
  EXPECT_EQ(environment.entries(), Strings{"GH_TOKENS=x"});
}

TEST(Environment, CurrentIsOurs) {
  setenv("ODU_ENVIRONMENT_TEST", "yes", 1);
  EXPECT_EQ(Environment::Current().Get("ODU_ENVIRONMENT_TEST"), "yes");
  unsetenv("ODU_ENVIRONMENT_TEST");
}

}  // namespace
}  // namespace os
