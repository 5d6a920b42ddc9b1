#include "odu/plan/resolve.h"

#include <gtest/gtest.h>

#include "odu/plan/just_repo.h"

namespace odu::plan {
namespace {

Recipe* Find(Justfile& justfile, std::string_view namepath) {
  for (Recipe& recipe : justfile.recipes) {
    if (recipe.namepath == namepath) {
      return &recipe;
    }
  }
  return nullptr;
}

/// Namepaths that the dependencies of `namepath` resolve to.
std::string Resolved(Justfile& justfile, const Sources& sources, std::string_view namepath) {
  const View view{justfile, sources, "linux"};
  const auto targets = ResolveDependencies(view, *Find(justfile, namepath));
  if (!targets) {
    return targets.error().code() + ": " + targets.error().message();
  }
  std::string out;
  for (const size_t target : *targets) {
    out += justfile.recipes[target].namepath + " ";
  }
  return out;
}

class ResolveTest : public testing::Test {
 protected:
  ResolveTest() : repo_("mod m\nci: a m::a (m::s::a 'x') m::a\na *x:\n") {
    repo_.Write("m.just", "mod s\na: s::a b\nb:\n");
    repo_.Write("s.just", "a *x:\n");
    justfile_ = repo_.Dump();
    sources_ = repo_.ReadAll();
  }

  JustRepo repo_;
  Justfile justfile_;
  Sources sources_;
};

TEST_F(ResolveTest, FollowsPathsFromTheRecipesOwnModule) {
  EXPECT_EQ(Resolved(justfile_, sources_, "ci"), "a m::a m::s::a m::a ");
  EXPECT_EQ(Resolved(justfile_, sources_, "m::a"), "m::s::a m::b ");
}

TEST_F(ResolveTest, ReadsTheHeaderWhereTheDumpLeavesModulesOut) {
  // As just 1.50 dumps it.
  for (Recipe& recipe : justfile_.recipes) {
    for (RecipeDependency& dependency : recipe.dependencies) {
      dependency.recipe = dependency.recipe.substr(dependency.recipe.rfind(':') + 1);
    }
  }
  EXPECT_EQ(Resolved(justfile_, sources_, "ci"), "a m::a m::s::a m::a ");
  EXPECT_EQ(Resolved(justfile_, sources_, "m::a"), "m::s::a m::b ");
}

TEST_F(ResolveTest, NeedsNoSourcesForADumpWithPaths) {
  for (Recipe& recipe : justfile_.recipes) {
    for (RecipeDependency& dependency : recipe.dependencies) {
      dependency.recipe = recipe.namepath == "ci" ? "m::a" : "b";
    }
  }
  EXPECT_EQ(Resolved(justfile_, Sources(), "ci"), "m::a m::a m::a m::a ");
}

TEST_F(ResolveTest, SaysWhatItCannotFind) {
  Find(justfile_, "ci")->dependencies[0].recipe = "m::nope";
  EXPECT_EQ(Resolved(justfile_, Sources(), "ci"),
            "bad_dump: plan: recipe 'ci' needs 'm::nope', which just did not say where to find");
}

TEST_F(ResolveTest, PointsAtTheDependencyOrElseAtTheRecipe) {
  const Recipe& ci = *Find(justfile_, "ci");
  EXPECT_EQ(AtDependency({justfile_, sources_, "linux"}, ci, 2, "wrong"),
            "justfile:2:13: wrong\nci: a m::a (m::s::a 'x') m::a\n            ^^^^^^^");
  Recipe other = ci;
  other.dependencies.pop_back();
  EXPECT_EQ(AtDependency({justfile_, sources_, "linux"}, other, 2, "wrong"),
            "justfile:2:1: wrong\nci: a m::a (m::s::a 'x') m::a\n^^");
}

TEST_F(ResolveTest, FindsATagInAnyModule) {
  Find(justfile_, "m::s::a")->tagged = true;
  const auto root = FindRoot({justfile_, sources_, "linux"}, std::nullopt);
  ASSERT_TRUE(root);
  EXPECT_EQ(justfile_.recipes[*root].namepath, "m::s::a");
}

}  // namespace
}  // namespace odu::plan
