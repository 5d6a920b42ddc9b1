#include "odu/plan/just_commands.h"

#include <gtest/gtest.h>

#include "odu/plan/just_repo.h"

namespace odu::plan {
namespace {

/// A repository whose recipes print their arguments, each in brackets.
class JustCommandsTest : public testing::Test {
 protected:
  JustCommandsTest()
      : repo_(R"(
set positional-arguments
mod m
one a:
  @printf '[%s]' "$@"
many +a:
  @printf '[%s]' "$@"
some a b='-' *c:
  @printf '[%s]' {{quote(a)}} {{quote(b)}} {{quote(c)}}
[arg('level', long='level', short='l')]
[arg('fast', long, value='yes')]
options level fast='no' *rest:
  @printf '[%s]' {{quote(level)}} {{quote(fast)}} {{quote(rest)}}
[arg('level', short='l')]
short level='0' rest='':
  @printf '[%s]' {{quote(level)}} {{quote(rest)}}
)") {
    repo_.Write("m.just", "one a:\n  @printf '[%s]' {{quote(a)}}\n");
  }

  /// What the recipe prints when it is run as planned; `(…)` when it cannot be.
  std::string Run(std::string_view namepath, const std::vector<std::string>& arguments) {
    const Justfile justfile = repo_.Dump();
    for (const Recipe& recipe : justfile.recipes) {
      if (recipe.namepath != namepath) {
        continue;
      }
      const auto argv = RecipeCommand(recipe, arguments);
      if (!argv) {
        return "(" + argv.error() + ")";
      }
      const auto outcome = RunRealJust({*argv, repo_.path()});
      return outcome->exit_code == 0 ? outcome->output : outcome->errors;
    }
    return "no such recipe";
  }

  JustRepo repo_;
};

TEST_F(JustCommandsTest, HandEveryArgumentOverAsItIs) {
  for (const std::string argument :
       {"a", "", "--flag", "-", "--", "-v", "a=b", "m::one", "a b", "a\nb", "$(x)", "\"'\\",
        "--help", "\xC3\xBC", "--set", "[x]", "*"}) {
    EXPECT_EQ(Run("one", {argument}), "[" + argument + "]");
    EXPECT_EQ(Run("m::one", {argument}), "[" + argument + "]");
    EXPECT_EQ(Run("many", {argument, argument}), "[" + argument + "][" + argument + "]");
  }
}

TEST_F(JustCommandsTest, LeaveDefaultsToJust) {
  EXPECT_EQ(Run("some", {"x"}), "[x][-][]");
  EXPECT_EQ(Run("some", {"x", "y", "z", "-w"}), "[x][y][z -w]");
}

TEST_F(JustCommandsTest, GiveOptionsByName) {
  EXPECT_EQ(Run("options", {"3"}), "[3][no][]");
  EXPECT_EQ(Run("options", {"--x=y", "yes"}), "[--x=y][yes][]");
  EXPECT_EQ(Run("options", {"", "no", "--r", "s"}), "[][no][--r s]");
  EXPECT_EQ(Run("short", {"a=b", "-l"}), "[a=b][-l]");
  EXPECT_EQ(Run("options", {"3", "perhaps"}),
            "(sets 'fast' to 'perhaps', which its option --fast cannot say)");
}

TEST_F(JustCommandsTest, RefuseOptionsThatAreNotGivenAValue) {
  Recipe recipe;
  recipe.namepath = "r";
  recipe.parameters.resize(1);
  recipe.parameters[0].long_name = "all";
  recipe.parameters[0].unusual_option = true;
  const auto argv = RecipeCommand(recipe, std::vector<std::string>{"x"});
  ASSERT_FALSE(argv);
  EXPECT_EQ(argv.error(), "sets the option --all, which a plan cannot give");
}

TEST_F(JustCommandsTest, SkipWhatARecipeNeeds) {
  repo_.Write("justfile", "a: b && c\n  @echo a\nb:\n  @echo b\nc:\n  @echo c\n");
  EXPECT_EQ(Run("a", {}), "a\n");
}

TEST(DumpCommand, NamesTheJustfile) {
  EXPECT_EQ(DumpCommand("/x/justfile"),
            (std::vector<std::string>{"just", "--justfile", "/x/justfile", "--dump",
                                      "--dump-format", "json"}));
  EXPECT_EQ(EvaluateCommand("/x/justfile", "m::v"),
            (std::vector<std::string>{"just", "--justfile", "/x/justfile", "--evaluate", "m::v"}));
}

}  // namespace
}  // namespace odu::plan
