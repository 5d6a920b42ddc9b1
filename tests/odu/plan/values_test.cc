#include "odu/plan/values.h"

#include <gtest/gtest.h>

namespace odu::plan {
namespace {

Expression Parsed(std::string_view text) {
  return *base::ParseJson(text, "expression");
}

/// A root module with variables, and a recipe `r a b="deflt" *c`.
class ValuesTest : public testing::Test {
 protected:
  ValuesTest() {
    justfile_.modules.emplace_back();
    Recipe recipe;
    recipe.name = recipe.namepath = "r";
    recipe.parameters.resize(3);
    recipe.parameters[0].name = "a";
    recipe.parameters[0].required = true;
    recipe.parameters[1].name = "b";
    recipe.parameters[1].default_value = Parsed(R"(["concatenate", ["variable", "a"], "!"])");
    recipe.parameters[2].name = "c";
    recipe.parameters[2].variadic = true;
    justfile_.recipes.push_back(recipe);
  }

  void Set(const std::string& name, std::string_view expression) {
    justfile_.modules[0].variables[name] = Parsed(expression);
  }

  /// The value, or `(is …)`.
  std::string Of(std::string_view expression, const std::vector<std::string>& arguments = {"1"}) {
    Values values(justfile_, evaluate_);
    const auto value = values.Of(Parsed(expression), justfile_.recipes[0], arguments);
    return value ? *value : "(is " + value.error() + ")";
  }

  Justfile justfile_;
  EvaluateVariable evaluate_;
};

TEST_F(ValuesTest, JoinsLiterals) {
  EXPECT_EQ(Of(R"("x")"), "x");
  EXPECT_EQ(Of(R"(["concatenate", "x", ["concatenate", "y", "z"]])"), "xyz");
  EXPECT_EQ(Of(R"(["join", "x", "y"])"), "x/y");
  EXPECT_EQ(Of(R"(["format", "x", "y", "z"])"), "xyz");
}

TEST_F(ValuesTest, BindsParameters) {
  EXPECT_EQ(Of(R"(["variable", "a"])"), "1");
  EXPECT_EQ(Of(R"(["variable", "b"])"), "1!");
  EXPECT_EQ(Of(R"(["variable", "b"])", {"1", ""}), "");
  EXPECT_EQ(Of(R"(["variable", "c"])", {"1", "2", "3", "4 5"}), "3 4 5");
  EXPECT_EQ(Of(R"(["variable", "c"])"), "");
}

TEST_F(ValuesTest, LetsAParameterHideAVariable) {
  Set("a", R"("variable")");
  EXPECT_EQ(Of(R"(["variable", "a"])"), "1");
  Set("v", R"(["variable", "a"])");
  EXPECT_EQ(Of(R"(["variable", "v"])"), "variable");
}

TEST_F(ValuesTest, HidesLaterParametersFromADefault) {
  justfile_.recipes[0].parameters[1].default_value = Parsed(R"(["variable", "c"])");
  EXPECT_EQ(Of(R"(["variable", "b"])"),
            "(is the parameter 'b', whose default is the variable 'c', which this justfile does "
            "not set)");
}

TEST_F(ValuesTest, SaysWhatIsNoValue) {
  EXPECT_EQ(Of(R"(["evaluate", "date"])"), "(is a backtick)");
  EXPECT_EQ(Of(R"(["call", "shell", "date"])"), "(is a call of 'shell()')");
  EXPECT_EQ(Of(R"(["if", ["==", "a", "b"], "c", "d"])"), "(is a conditional)");
  EXPECT_EQ(Of(R"(["list", "a"])"), "(is a list)");
  EXPECT_EQ(Of(R"(["and", "a", "b"])"), "(is an expression with 'and')");
  EXPECT_EQ(Of(R"(["variable", "HEX"])"),
            "(is the variable 'HEX', which this justfile does not set)");
  EXPECT_EQ(Of("17"), "(is an expression of a form this odu does not know)");
  EXPECT_EQ(Of("[]"), "(is an expression of a form this odu does not know)");
}

TEST_F(ValuesTest, EndsOnDefinitionsWithoutEnd) {
  Set("v", R"(["concatenate", ["variable", "w"], "x"])");
  Set("w", R"(["variable", "v"])");
  EXPECT_NE(Of(R"(["variable", "v"])").find("defined by itself"), std::string::npos);
  for (int i = 0; i < 5000; ++i) {
    Set("d" + std::to_string(i), R"(["variable", "d)" + std::to_string(i + 1) + "\"]");
  }
  EXPECT_NE(Of(R"(["variable", "d0"])").find("nested deeper than"), std::string::npos);
}

TEST_F(ValuesTest, RefusesAValueTooLongForAProgram) {
  Set("x0", '"' + std::string(1000, 'x') + '"');
  for (int i = 1; i <= 20; ++i) {
    const std::string half = R"(["variable", "x)" + std::to_string(i - 1) + "\"]";
    Set("x" + std::to_string(i), R"(["concatenate", )" + half + ", " + half + "]");
  }
  EXPECT_NE(Of(R"(["variable", "x20"])").find("longer than 102400 bytes"), std::string::npos);
  EXPECT_EQ(Of(R"(["variable", "x5"])").size(), 32'000U);
}

TEST_F(ValuesTest, AsksOnlyOnceForAVariable) {
  int asked = 0;
  evaluate_ = [&](const std::string& name) -> base::Result<std::string> {
    ++asked;
    return name + "!";
  };
  Set("v", R"(["call", "uppercase", "x"])");
  Set("w", R"(["concatenate", ["variable", "v"], ["variable", "v"]])");
  EXPECT_EQ(Of(R"(["variable", "w"])"), "v!v!");
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(Of(R"(["call", "uppercase", "x"])"), "(is a call of 'uppercase()')");
}

TEST_F(ValuesTest, AsksNothingWhereAskingCouldRunSomething) {
  evaluate_ = [](const std::string&) -> base::Result<std::string> { return "asked"; };
  Set("v", R"(["call", "uppercase", "x"])");
  EXPECT_EQ(Of(R"(["variable", "v"])"), "asked");
  justfile_.modules[0].runs_dotenv_command = true;
  EXPECT_EQ(Of(R"(["variable", "v"])"),
            "(is the variable 'v', whose value is a call of 'uppercase()')");
  justfile_.modules[0].runs_dotenv_command = false;
  justfile_.modules.emplace_back().variables["other"] = Parsed(R"(["call", "shell", "x"])");
  EXPECT_EQ(Of(R"(["variable", "v"])"),
            "(is the variable 'v', whose value is a call of 'uppercase()')");
}

TEST_F(ValuesTest, TakesNoListForAString) {
  justfile_.modules[0].lists = true;
  EXPECT_EQ(Of(R"(["variable", "c"])"), "(is the list 'c')");
}

}  // namespace
}  // namespace odu::plan
