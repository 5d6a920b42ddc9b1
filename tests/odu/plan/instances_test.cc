#include "odu/plan/instances.h"

#include <gtest/gtest.h>

#include "odu/plan/just_repo.h"

namespace odu::plan {
namespace {

/// `id: priors && afters` of each instance reached from `root`, or the error.
std::string Expanded(const JustRepo& repo, const std::string& root = "ci") {
  const Justfile justfile = repo.Dump();
  const Sources sources = repo.ReadAll();
  const View view{justfile, sources, "linux"};
  Values values(justfile, nullptr);
  const auto index = FindRoot(view, root);
  const auto instances = Expand(view, index.value(), values);
  if (!instances) {
    return Shown(instances.error());
  }
  std::string out;
  for (const Instance& instance : *instances) {
    out += instance.id + ":";
    for (const size_t prior : instance.priors) {
      out += " " + (*instances)[prior].id;
    }
    out += instance.afters.empty() ? "" : " &&";
    for (const size_t after : instance.afters) {
      out += " " + (*instances)[after].id;
    }
    out += "\n";
  }
  return out;
}

TEST(Expand, MakesOneInstanceOfEqualCalls) {
  EXPECT_EQ(Expanded(JustRepo("ci: a a (b 'x') (b 'x' ) (b 'y') && a (b \"x\")\na:\nb z:\n")),
            "ci: a b(x) b(y) && a b(x)\na:\nb(x):\nb(y):\n");
}

TEST(Expand, HandsParametersDown) {
  EXPECT_EQ(Expanded(JustRepo("ci: (a 'x') (a)\na p='d' *r: (b p + '1' r)\nb q s: (c s)\nc t:\n")),
            "ci: a(x) a\na(x): b(x1,)\na: b(d1,)\nb(x1,): c()\nb(d1,): c()\nc():\n");
}

TEST(Expand, EncodesArgumentsInIds) {
  EXPECT_EQ(Expanded(JustRepo("ci: (a '../x y@z' 'é,(%') \na p q:\n")),
            "ci: a(..%2Fx%20y%40z,%C3%A9%2C%28%25)\na(..%2Fx%20y%40z,%C3%A9%2C%28%25):\n");
}

TEST(Expand, RefusesARootThatWantsAnArgument) {
  EXPECT_EQ(Expanded(JustRepo("\nci target:\n  echo\n")),
            "missing_argument: justfile:2:1: recipe 'ci' is the root of the pipeline, but needs a "
            "value for 'target'\nci target:\n^^\n"
            "  give the parameter a default, or tag a recipe that calls it with one\n");
  EXPECT_EQ(Expanded(JustRepo("ci target='x' *more:\n  echo\n")), "ci:\n");
}

TEST(Expand, RefusesTheNameOfTheSetupNode) {
  JustRepo repo("mod m\nci: m::_ci-setup\n_ci-setup:\n  echo\n");
  repo.Write("m.just", "_ci-setup:\n  echo\n");
  EXPECT_EQ(Expanded(repo),
            "reserved_name: justfile:2:5: recipe 'm::_ci-setup' has the name of the node that "
            "prepares a lane\nci: m::_ci-setup\n    ^^^^^^^^^^^^\n  rename the recipe\n");
  EXPECT_EQ(Expanded(repo, "_ci-setup"),
            "reserved_name: justfile:3:1: recipe '_ci-setup' has the name of the node that "
            "prepares a lane\n_ci-setup:\n^^^^^^^^^\n  rename the recipe\n");
}

TEST(Expand, RefusesAnOptionThatCannotBeSaid) {
  EXPECT_EQ(Expanded(JustRepo("ci: (a 'x')\n[arg('p', long, value='y')]\na p='n':\n")),
            "bad_argument: justfile:1:6: the call of 'a' sets 'p' to 'x', which its option --p "
            "cannot say\nci: (a 'x')\n     ^\n  call it with a value that its option takes\n");
}

TEST(Expand, RefusesArgumentsThatMultiplyWithoutEnd) {
  std::string text = "ci: (r0 'x')\n";
  for (int i = 0; i < 20; ++i) {
    text += fmt::format("r{0} p: (r{1} p + '0') (r{1} p + '1')\n", i, i + 1);
  }
  EXPECT_EQ(Expanded(JustRepo(text + "r20 p:\n")), "too_large: plan: more than 100000 nodes\n  \n");
}

}  // namespace
}  // namespace odu::plan
