#include "odu/plan/pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "odu/plan/just_repo.h"
#include "odu/plan/needs.h"

namespace odu::plan {
namespace {

/// The lane of a justfile whose root is `ci`.
std::string Planned(const std::string& justfile) {
  const JustRepo repo(justfile);
  const Justfile dump = repo.Dump();
  const Sources sources = repo.ReadAll();
  const auto planned = PlanLane(dump, sources, "x86_64-linux", "ci", nullptr);
  return planned ? Shown(planned->lane) : Shown(planned.error());
}

TEST(PlanLane, LeavesOutARootWithoutABody) {
  EXPECT_EQ(Planned("ci: a b\na:\nb: a\n"), "a\nb <- a\n");
  EXPECT_EQ(Planned("ci: a\n  echo\na:\n"), "a\nci <- a\n");
  EXPECT_EQ(Planned("ci:\n"), "");
  EXPECT_EQ(Planned("ci:\n  echo\n"), "ci\n");
}

TEST(PlanLane, LetsTheMarkersAftersWaitForItsNeeds) {
  EXPECT_EQ(Planned("ci: a b && c\na:\nb:\nc: d\nd:\n"), "a\nb\nd <- a, b\nc <- d, a, b\n");
  EXPECT_EQ(Planned("ci: && c\nc:\n"), "c\n");
}

TEST(PlanLane, RunsAftersBetweenARecipeAndItsDependents) {
  EXPECT_EQ(Planned("ci: deploy\ndeploy: test\n  echo\ntest: build && report clean\nbuild:\n"
                    "report: collect\ncollect:\nclean:\n"),
            "build\ntest <- build\nclean <- test\ncollect <- test\nreport <- collect, test\n"
            "deploy <- test, report, clean\n");
}

TEST(PlanLane, CollapsesEqualCallsOnly) {
  EXPECT_EQ(Planned("ci: a b\na: (x 'one') (x 'two') (x 'one')\nb: (x 'one')\nx p:\n"),
            "x(one)\nx(two)\na <- x(one), x(two)\nb <- x(one)\n");
}

TEST(PlanLane, NamesARecipeBothBeforeAndAfter) {
  EXPECT_EQ(Planned("ci: test\ntest: clean && clean\nclean:\n"),
            "cycle: plan: recipes need each other: clean -> test -> clean\n"
            "  one of them runs both before and after an '&&': give the later call a recipe of its "
            "own\n");
}

TEST(PlanLane, EveryNeedStandsBeforeItsDependent) {
  std::string text = "ci:";
  for (int i = 0; i < 60; ++i) {
    text += fmt::format(" r{}", (i * 37) % 60);
  }
  for (int i = 0; i < 60; ++i) {
    text += fmt::format("\nr{}:", i);
    for (int k = i * 2 + 1; k < 60 && k < i * 2 + 4; ++k) {
      text += fmt::format(" r{}", k);
    }
  }
  const JustRepo repo(text + "\n");
  const auto planned = PlanLane(repo.Dump(), repo.ReadAll(), "x86_64-linux", "ci", nullptr);
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->lane.nodes.size(), 60U);
  EXPECT_EQ(planned->lane.platform, "x86_64-linux");
  EXPECT_EQ(planned->root, "ci");
  std::vector<std::string> before;
  for (const model::PlanNode& node : planned->lane.nodes) {
    for (const std::string& need : node.needs) {
      EXPECT_NE(std::find(before.begin(), before.end(), need), before.end()) << need;
    }
    before.push_back(node.id);
  }
}

TEST(PlanLane, RefusesAMarkerThatMultipliesNeeds) {
  Justfile justfile;
  justfile.modules.emplace_back();
  const auto add = [&](const std::string& name) {
    Recipe& recipe = justfile.recipes.emplace_back();
    recipe.name = recipe.namepath = name;
    justfile.modules[0].recipes[name] = justfile.recipes.size() - 1;
  };
  add("ci");
  justfile.recipes[0].empty_body = true;
  for (int i = 0; i < 5000; ++i) {
    add(fmt::format("r{}", i));
    RecipeDependency dependency;
    dependency.recipe = fmt::format("r{}", i);
    justfile.recipes[0].dependencies.push_back(dependency);
  }
  justfile.recipes[0].priors = 2500;
  const auto planned = PlanLane(justfile, Sources(), "x86_64-linux", "ci", nullptr);
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error(), TooManyNeeds());
}

}  // namespace
}  // namespace odu::plan
