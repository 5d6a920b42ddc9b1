#include "odu/plan/order.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>

namespace odu::plan {
namespace {

model::PlanNode Node(std::string id, std::vector<std::string> needs = {}) {
  return {id, id, {"true"}, std::move(needs)};
}

std::vector<std::string> Ids(const std::vector<model::PlanNode>& nodes) {
  std::vector<std::string> out;
  for (const model::PlanNode& node : nodes) {
    out.push_back(node.id);
  }
  return out;
}

std::string Cycle(std::vector<model::PlanNode> nodes) {
  const auto sorted = SortForShowing(nodes, "plan: recipes");
  return sorted ? "none" : sorted.error().code() + ": " + sorted.error().message();
}

TEST(NameComesBefore, SortsMarksThenDigitsThenLetters) {
  std::vector<std::string> names{"b", "a1", "B", "a::b", "a-b", "a_b", "a", "A", "ab", "a(x)"};
  std::sort(names.begin(), names.end(), NameComesBefore);
  EXPECT_EQ(names, (std::vector<std::string>{"a", "A", "a_b", "a-b", "a::b", "a(x)", "a1", "ab",
                                             "b", "B"}));
}

TEST(SortForShowing, TakesANodeInTheSameReadingAsItsNeeds) {
  std::vector<model::PlanNode> nodes{Node("test", {"build"}),
                                     Node("after-fail", {"lint"}),
                                     Node("build", {"install"}),
                                     Node("deep", {"after-fail"}),
                                     Node("install"),
                                     Node("lint", {"install"}),
                                     Node("slow", {"install"})};
  ASSERT_TRUE(SortForShowing(nodes, "x"));
  EXPECT_EQ(Ids(nodes), (std::vector<std::string>{"install", "lint", "slow", "after-fail", "build",
                                                  "deep", "test"}));
}

/// The readings as the rule says them, in quadratic time.
std::vector<std::string> ReadAgainAndAgain(std::vector<model::PlanNode> nodes) {
  std::sort(nodes.begin(), nodes.end(),
            [](const auto& a, const auto& b) { return NameComesBefore(a.id, b.id); });
  std::vector<std::string> out;
  std::set<std::string> taken;
  while (out.size() < nodes.size()) {
    for (const model::PlanNode& node : nodes) {
      const bool ready = std::all_of(node.needs.begin(), node.needs.end(),
                                     [&](const std::string& need) { return taken.contains(need); });
      if (ready && taken.insert(node.id).second) {
        out.push_back(node.id);
      }
    }
  }
  return out;
}

TEST(SortForShowing, EqualsTheRuleOnRandomGraphs) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const size_t count = 1 + random() % 30;
    std::vector<std::string> ids;
    for (size_t i = 0; i < count; ++i) {
      ids.push_back(fmt::format("{}{}", static_cast<char>('a' + random() % 26), i));
    }
    std::vector<model::PlanNode> nodes;
    for (size_t i = 0; i < count; ++i) {
      std::set<std::string> needs;
      for (size_t k = 0; i > 0 && k < random() % 4; ++k) {
        needs.insert(ids[random() % i]);
      }
      nodes.push_back(Node(ids[i], {needs.begin(), needs.end()}));
    }
    const std::vector<std::string> expected = ReadAgainAndAgain(nodes);
    std::shuffle(nodes.begin(), nodes.end(), random);
    ASSERT_TRUE(SortForShowing(nodes, "x"));
    ASSERT_EQ(Ids(nodes), expected) << "round " << round;
  }
}

TEST(SortForShowing, NamesACycle) {
  EXPECT_EQ(Cycle({Node("build", {"check"}), Node("check", {"build", "x"}), Node("x")}),
            "cycle: plan: recipes need each other: build -> check -> build");
  EXPECT_EQ(Cycle({Node("a", {"a"})}), "cycle: plan: recipes need each other: a -> a");
  EXPECT_EQ(Cycle({Node("a", {"b"}), Node("b", {"c"}), Node("c", {"d"}), Node("d", {"c"})}),
            "cycle: plan: recipes need each other: c -> d -> c");
}

TEST(SortForShowing, CutsALongCycleInTheMiddle) {
  std::vector<model::PlanNode> nodes;
  for (int i = 0; i < 1000; ++i) {
    nodes.push_back(Node(fmt::format("n{:03}", i), {fmt::format("n{:03}", (i + 1) % 1000)}));
  }
  EXPECT_EQ(Cycle(nodes),
            "cycle: plan: recipes need each other: n000 -> n001 -> n002 -> n003 -> n004 -> n005 "
            "-> n006 -> n007 -> n008 -> n009 -> … -> n991 -> n992 -> n993 -> n994 -> n995 -> n996 "
            "-> n997 "
            "-> n998 -> n999 -> n000");
}

TEST(SortForShowing, HandlesAChainOfAHundredThousand) {
  std::vector<model::PlanNode> nodes;
  for (int i = 0; i < 100'000; ++i) {
    nodes.push_back(i == 0 ? Node("n0") : Node(fmt::format("n{}", i), {fmt::format("n{}", i - 1)}));
  }
  ASSERT_TRUE(SortForShowing(nodes, "x"));
  EXPECT_EQ(nodes.front().id, "n0");
  EXPECT_EQ(nodes.back().id, "n99999");
}

}  // namespace
}  // namespace odu::plan
