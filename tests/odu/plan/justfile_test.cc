#include "odu/plan/justfile.h"

#include <gtest/gtest.h>

#include "odu/plan/just_repo.h"

namespace odu::plan {
namespace {

TEST(ParseDump, ReadsWhatTheRealJustSays) {
  JustRepo repo(R"(
set lists
set unstable
mod m
alias b := build
v := 'x'
[metadata("a", "ci")]
ci: build && (after 'x')
build mode='a' +rest='b':
  echo
[arg('x', long='ex', short='e')]
after x:
)");
  repo.Write("m.just", "mod sub\nlint:\n");
  repo.Write("sub.just", "deep *x:\n  echo\n");
  if (RunRealJust({{"just", "--dump"}, repo.path()})->exit_code != 0) {
    // A just before lists: the rest is what this test is about.
    repo.Write("justfile",
               "mod m\nalias b := build\nv := 'x'\n[metadata(\"a\", \"ci\")]\n"
               "ci: build && (after 'x')\nbuild mode='a' +rest='b':\n  echo\n"
               "[arg('x', long='ex', short='e')]\nafter x:\n");
  }
  const Justfile justfile = repo.Dump();
  ASSERT_EQ(justfile.modules.size(), 3U);
  EXPECT_EQ(justfile.modules[2].path, "m::sub");
  EXPECT_EQ(justfile.modules[0].aliases.at("b"), "build");
  EXPECT_EQ(justfile.modules[0].variables.at("v"), "x");
  const Recipe& ci = justfile.recipes[justfile.modules[0].recipes.at("ci")];
  EXPECT_TRUE(ci.tagged);
  EXPECT_TRUE(ci.empty_body);
  EXPECT_EQ(ci.priors, 1U);
  ASSERT_EQ(ci.dependencies.size(), 2U);
  EXPECT_EQ(ci.dependencies[1].recipe, "after");
  EXPECT_EQ(ci.dependencies[1].arguments, std::vector<Expression>{"x"});
  const Recipe& build = justfile.recipes[justfile.modules[0].recipes.at("build")];
  EXPECT_FALSE(build.tagged);
  EXPECT_FALSE(build.empty_body);
  ASSERT_EQ(build.parameters.size(), 2U);
  EXPECT_FALSE(build.parameters[0].required);
  EXPECT_TRUE(build.parameters[1].variadic);
  EXPECT_FALSE(build.parameters[1].required);
  const Recipe& after = justfile.recipes[justfile.modules[0].recipes.at("after")];
  EXPECT_TRUE(after.parameters[0].required);
  EXPECT_EQ(after.parameters[0].long_name, "ex");
  EXPECT_EQ(after.parameters[0].short_name, "e");
  const Recipe& deep = justfile.recipes[justfile.modules[2].recipes.at("deep")];
  EXPECT_EQ(deep.namepath, "m::sub::deep");
}

std::string Fault(std::string_view text) {
  const auto parsed = ParseDump(text);
  return parsed ? "" : parsed.error().code() + ": " + parsed.error().message();
}

TEST(ParseDump, SaysWhatMakesNoSense) {
  EXPECT_EQ(Fault("[]"), "bad_dump: plan: the dump of just makes no sense: it is not an object");
  EXPECT_EQ(Fault("{}"),
            "bad_dump: plan: the dump of just makes no sense: module '' has no recipes");
  EXPECT_EQ(Fault(R"({"recipes": {"a b": {}}})"),
            "bad_dump: plan: the dump of just makes no sense: a recipe called 'a b'");
  EXPECT_EQ(Fault(R"({"recipes": {"a": {}}})"),
            "bad_dump: plan: the dump of just makes no sense: recipe 'a' has no dependencies, "
            "parameters or body");
  EXPECT_EQ(Fault(R"({"recipes": {}, "modules": {"../x": {"recipes": {}}}})"),
            "bad_dump: plan: the dump of just makes no sense: a module called '../x'");
  EXPECT_EQ(Fault(R"({"recipes": {"a": {"body": [], "parameters": [], "dependencies":
                     [{"recipe": "b/c"}]}}})"),
            "bad_dump: plan: the dump of just makes no sense: recipe 'a' has a dependency on "
            "'b/c'");
  EXPECT_EQ(Fault(R"({"recipes": {"a": {"body": [], "parameters": [], "dependencies": [],
                     "priors": 1}}})"),
            "bad_dump: plan: the dump of just makes no sense: recipe 'a' has priors that exceed "
            "its dependencies");
  EXPECT_TRUE(Fault("{").starts_with("bad_json: just --dump:1:")) << Fault("{");
}

TEST(ParseDump, RefusesNestingWithoutEnd) {
  const std::string deep = std::string(100'000, '[');
  EXPECT_TRUE(Fault(deep).starts_with("bad_json: ")) << Fault(deep);
}

}  // namespace
}  // namespace odu::plan
