#include "odu/coordinator/eta.h"

#include <gtest/gtest.h>

namespace odu::coordinator {
namespace {

using model::NodeStatus;
using Times = std::map<std::string, int64_t>;

model::PlanNode PlanOf(std::string id, std::vector<std::string> needs = {}) {
  model::PlanNode node;
  node.id = std::move(id);
  node.needs = std::move(needs);
  return node;
}

/// `a` and `b` beside each other, `c` after `a`.
struct World {
  World() {
    plan.platform = "p";
    plan.nodes = {PlanOf("a"), PlanOf("b"), PlanOf("c", {"a"})};
    nodes.resize(4);
    Set(0, NodeStatus::kOk, {}, 10);
  }
  void Set(size_t index, NodeStatus status, std::optional<int64_t> started_at = {},
           std::optional<int64_t> duration_ms = {}) {
    nodes[index].status = status;
    nodes[index].started_at = started_at;
    nodes[index].duration_ms = duration_ms;
  }
  std::optional<int64_t> Remaining(const Times& times, int32_t jobs, int64_t now_ms = 0) const {
    const std::vector<Eta::Lane> lanes{Eta::Lane{plan, jobs, &times}};
    return Eta(lanes).RemainingMs(nodes, now_ms);
  }

  model::LanePlan plan;
  std::vector<model::Node> nodes;
};

const Times kTimes{{"_ci-setup", 5}, {"a", 100}, {"b", 300}, {"c", 40}};

TEST(Eta, IsTheLongestPathWhereThereAreEnoughPlaces) {
  World world;
  EXPECT_EQ(world.Remaining(kTimes, 8), 300);
  world.Set(2, NodeStatus::kOk, 0, 290);
  EXPECT_EQ(world.Remaining(kTimes, 8), 140);
}

TEST(Eta, IsTheWorkWhereThereAreNot) {
  const World world;
  EXPECT_EQ(world.Remaining(kTimes, 1), 440);
}

TEST(Eta, WhatRunsIsTakenOffAsItRuns) {
  World world;
  world.Set(2, NodeStatus::kRunning, 1000);
  world.Set(1, NodeStatus::kOk, 1000, 90);
  world.Set(3, NodeStatus::kOk, 1090, 40);
  EXPECT_EQ(world.Remaining(kTimes, 2, 1000), 300);
  EXPECT_EQ(world.Remaining(kTimes, 2, 1250), 50);
  EXPECT_EQ(world.Remaining(kTimes, 2, 9000), 0);
}

TEST(Eta, TheSetupComesFirst) {
  World world;
  world.Set(0, NodeStatus::kRunning, 1000);
  EXPECT_EQ(world.Remaining(kTimes, 8, 1002), 303);
}

TEST(Eta, IsUnknownUntilOneDurationIsKnown) {
  World world;
  EXPECT_FALSE(world.Remaining({}, 8));
  EXPECT_FALSE(world.Remaining({{"_ci-setup", 5}}, 8));
  // What is not known counts as the mean of what is.
  EXPECT_EQ(world.Remaining({{"b", 50}}, 8), 100);
  world.Set(1, NodeStatus::kOk, 0, 20);
  EXPECT_EQ(world.Remaining({}, 8), 20);
}

TEST(Eta, WhatIsOverTakesNoTime) {
  World world;
  world.Set(1, NodeStatus::kFailed, 0, 1);
  world.Set(2, NodeStatus::kOk, 0, 1);
  world.Set(3, NodeStatus::kSkipped, {}, 0);
  EXPECT_EQ(world.Remaining(kTimes, 1), 0);
}

TEST(Eta, OfSeveralLanesTheLongestCounts) {
  const World world;
  const Times slow{{"a", 1000}};
  const std::vector<Eta::Lane> lanes{Eta::Lane{world.plan, 2, &kTimes},
                                     Eta::Lane{world.plan, 2, &slow}};
  std::vector<model::Node> nodes = world.nodes;
  nodes.insert(nodes.end(), world.nodes.begin(), world.nodes.end());
  EXPECT_EQ(Eta(lanes).RemainingMs(nodes, 0), 2000);
}

}  // namespace
}  // namespace odu::coordinator
