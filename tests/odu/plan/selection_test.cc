#include "odu/plan/selection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "odu/plan/just_repo.h"
#include "odu/plan/order.h"

namespace odu::plan {
namespace {

model::PlanNode Node(const std::string& id, std::vector<std::string> needs = {}) {
  return {id, id.substr(0, id.find('(')), {"true"}, std::move(needs)};
}

model::Pipeline Sample() {
  const std::vector<model::PlanNode> nodes{Node("install"),
                                           Node("build(debug)", {"install"}),
                                           Node("build(release)", {"install"}),
                                           Node("ci::lint", {"install"}),
                                           Node("doc::lint"),
                                           Node("test", {"build(debug)", "ci::lint"})};
  std::vector<model::PlanNode> mac = nodes;
  mac.push_back(Node("sign", {"build(release)"}));
  return {"ci", {{"aarch64-darwin", mac}, {"x86_64-linux", nodes}}, {}};
}

std::string Selected(const std::vector<std::string>& selectors, bool no_deps = false) {
  return Shown(Select(Sample(), selectors, no_deps));
}

TEST(Select, TakesAllWithoutASelector) {
  EXPECT_EQ(Select(Sample(), {}, false).value(), Sample());
}

TEST(Select, AddsWhatTheSelectedNeed) {
  EXPECT_EQ(Selected({"ci::lint@x86_64-linux"}), "install\nci::lint <- install\n");
  EXPECT_EQ(Selected({"sign"}), "install\nbuild(release) <- install\nsign <- build(release)\n");
}

TEST(Select, TakesEveryInstanceOfARecipeOnEveryLane) {
  EXPECT_EQ(Selected({"build"}),
            "aarch64-darwin:\ninstall\nbuild(debug) <- install\nbuild(release) <- install\n"
            "x86_64-linux:\ninstall\nbuild(debug) <- install\nbuild(release) <- install\n");
  EXPECT_EQ(Selected({"build(debug)@x86_64-linux"}), "install\nbuild(debug) <- install\n");
}

TEST(Select, UnitesSelectors) {
  EXPECT_EQ(Selected({"sign", "doc::lint@x86_64-linux"}),
            "aarch64-darwin:\ninstall\nbuild(release) <- install\nsign <- build(release)\n"
            "x86_64-linux:\ndoc::lint\n");
  EXPECT_EQ(Selected({"@x86_64-linux"}), Shown(Sample().lanes[1]));
}

TEST(Select, DropsNeedsOutsideWithNoDeps) {
  EXPECT_EQ(Selected({"test@x86_64-linux", "ci::lint@x86_64-linux"}, true),
            "ci::lint\ntest <- ci::lint\n");
}

TEST(Select, RefusesWhatIsUnknownOrCouldBeTwo) {
  EXPECT_EQ(Selected({"lint"}),
            "ambiguous_node: 'lint' matches 2 recipes\n  it could be ci::lint, doc::lint\n");
  EXPECT_EQ(Selected({"tset"}), "unknown_node: 'tset' matches no node\n  did you mean 'test'?\n");
  EXPECT_EQ(Selected({"test@x86_64-linx"}),
            "unknown_platform: 'test@x86_64-linx' names a platform that has no lane\n"
            "  did you mean 'x86_64-linux'?\n");
  EXPECT_EQ(Selected({"sign@x86_64-linux"}),
            "unknown_node: 'sign@x86_64-linux' matches no node\n"
            "  recipe 'sign' exists on aarch64-darwin\n");
  EXPECT_EQ(Selected({"test", "nope"}),
            "unknown_node: 'nope' matches no node\n"
            "  the recipes are build, ci::lint, doc::lint, install, sign, test\n");
}

TEST(Select, RefusesTheSetupNode) {
  EXPECT_EQ(Selected({"_ci-setup@x86_64-linux"}),
            "setup_selected: '_ci-setup@x86_64-linux' cannot be selected\n"
            "  the node that prepares a lane runs first on every lane by itself\n");
}

TEST(Select, RefusesNoDepsAloneAndEmptyPipelines) {
  EXPECT_EQ(Selected({}, true),
            "no_deps_alone: --no-deps needs a selector\n"
            "  name the recipes to run without what they need\n");
  EXPECT_EQ(Shown(Select({"ci", {{"x86_64-linux", {}}}, {}}, {}, false)),
            "nothing_to_run: nothing to run: 'ci' has neither a body nor dependencies\n"
            "  name after its ':' the recipes that the pipeline runs\n");
  EXPECT_EQ(Shown(Select({"ci", {}, {}}, {}, false)),
            "nothing_to_run: nothing to run: there is no lane\n"
            "  name a host for one: --host PLATFORM=ADDRESS\n");
}

TEST(Select, IsClosedUnderNeedsAndKeepsTheOrder) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<model::PlanNode> nodes;
    for (int i = 0; i < 25; ++i) {
      std::set<std::string> needs;
      for (unsigned k = 0; i > 0 && k < random() % 3; ++k) {
        needs.insert("n" + std::to_string(random() % static_cast<unsigned>(i)));
      }
      nodes.push_back(Node("n" + std::to_string(i), {needs.begin(), needs.end()}));
    }
    ASSERT_TRUE(SortForShowing(nodes, "x"));
    const std::string wanted = "n" + std::to_string(random() % 25);
    const auto selected = Select({"ci", {{"x86_64-linux", nodes}}, {}}, {{wanted}}, false);
    ASSERT_TRUE(selected);
    const auto& kept = selected->lanes[0].nodes;
    std::set<std::string> before;
    auto from = nodes.begin();
    for (const model::PlanNode& node : kept) {
      from = std::find(from, nodes.end(), node);
      ASSERT_NE(from, nodes.end()) << "order or needs changed: " << node.id;
      for (const std::string& need : node.needs) {
        ASSERT_TRUE(before.contains(need));
      }
      before.insert(node.id);
    }
    // Nothing is there but what leads to the wanted node, which is therefore last.
    EXPECT_EQ(kept.back().id, wanted);
  }
}

TEST(Select, TheRootThatRunsNothingItselfIsNoNode) {
  EXPECT_EQ(Selected({"ci"}),
            "unknown_node: 'ci' matches no node\n"
            "  'ci' is the pipeline and runs nothing itself: 'odu run' without it runs what it "
            "needs\n");
}

TEST(Select, AFileWithoutTasksIsNotTakenForARecipe) {
  const model::Pipeline pipeline{"odu.json", {{"x86_64-linux", {}}}, {}};
  EXPECT_EQ(Shown(Select(pipeline, {}, false)),
            "nothing_to_run: nothing to run: 'odu.json' has no tasks\n"
            "  give it one: {\"tasks\": [{\"id\": \"test\", \"command\": \"make test\"}]}\n");
}

}  // namespace
}  // namespace odu::plan
