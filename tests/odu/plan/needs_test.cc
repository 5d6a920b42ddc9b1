#include "odu/plan/needs.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace odu::plan {
namespace {

struct Node {
  std::vector<size_t> priors;
  std::vector<size_t> afters;
};

std::vector<Instance> Instances(const std::vector<Node>& nodes) {
  std::vector<Instance> out(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    out[i].id = std::to_string(i);
    out[i].priors = nodes[i].priors;
    out[i].afters = nodes[i].afters;
  }
  return out;
}

using Lists = std::vector<std::vector<size_t>>;

TEST(NeedsOf, TakesPriorsInOrder) {
  EXPECT_EQ(NeedsOf(Instances({{{2, 1}, {}}, {{2}, {}}, {}})).value(), (Lists{{2, 1}, {2}, {}}));
}

TEST(NeedsOf, PutsAfterBetweenItsRecipeAndTheDependents) {
  // 0: 1    1: && 2 3
  EXPECT_EQ(NeedsOf(Instances({{{1}, {}}, {{}, {2, 3}}, {}, {}})).value(),
            (Lists{{1, 2, 3}, {}, {1}, {1}}));
}

TEST(NeedsOf, WaitsForTheLastOfAChainOfAfters) {
  // 0: 1    1: && 2    2: && 3
  EXPECT_EQ(NeedsOf(Instances({{{1}, {}}, {{}, {2}}, {{}, {3}}, {}})).value(),
            (Lists{{1, 3}, {}, {1}, {2}}));
}

TEST(NeedsOf, MakesWhatOnlyAnAfterNeedsWaitToo) {
  // 0: 1 4    1: && 2    2: 3 4    3 is reached by way of the && alone, 4 is not
  EXPECT_EQ(NeedsOf(Instances({{{1, 4}, {}}, {{}, {2}}, {{3, 4}, {}}, {}, {}})).value(),
            (Lists{{1, 2, 4}, {}, {3, 4, 1}, {1}, {}}));
}

TEST(NeedsOf, DoesNotMakeARecipeWaitForItsDependent) {
  // 0: && 1    1: 2 && 3    3: 2
  EXPECT_EQ(NeedsOf(Instances({{{}, {1}}, {{2}, {3}}, {}, {{2}, {}}})).value(),
            (Lists{{}, {2, 0}, {0}, {2, 1}}));
}

TEST(NeedsOf, HandlesALongChainOfEither) {
  std::vector<Node> priors(100'000);
  std::vector<Node> afters(20'000);
  for (size_t i = 0; i + 1 < priors.size(); ++i) {
    priors[i].priors = {i + 1};
  }
  for (size_t i = 0; i + 1 < afters.size(); ++i) {
    afters[i].afters = {i + 1};
  }
  const auto needs = NeedsOf(Instances(priors));
  EXPECT_EQ(needs.value()[99'998], std::vector<size_t>{99'999});
  EXPECT_EQ(NeedsOf(Instances(afters)).value()[19'999], std::vector<size_t>{19'998});
}

TEST(NeedsOf, RefusesAftersThatMultiply) {
  // Each instance leaves itself and all behind it to run after its dependents' needs.
  std::vector<Node> nodes(4000);
  for (size_t i = 0; i + 2 < nodes.size(); i += 2) {
    nodes[i].afters = {i + 1, i + 2};
  }
  const auto needs = NeedsOf(Instances(nodes));
  ASSERT_TRUE(needs);
  nodes.resize(10'000);
  for (size_t i = 0; i + 2 < nodes.size(); i += 2) {
    nodes[i].afters = {i + 1, i + 2};
  }
  const auto refused = NeedsOf(Instances(nodes));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "plan: '&&' makes more than 4000000 needs between recipes");
}

TEST(NeedsOf, EndsOnACycleOfAfters) {
  EXPECT_EQ(NeedsOf(Instances({{{}, {1}}, {{}, {0}}})).value(), (Lists{{1}, {0}}));
}

}  // namespace
}  // namespace odu::plan
