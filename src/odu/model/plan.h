#pragma once

#include <boost/describe/class.hpp>
#include <string>
#include <vector>

namespace odu::model {

/// One thing a lane runs: a recipe instance, or a task of an odu.json. A value.
struct PlanNode {
  /// Unique within the pipeline, without "@platform": `build`, `ci::lint`, `build(debug)`.
  std::string id;
  /// The namepath without arguments; equals `id` for odu.json tasks. Selectors match on it.
  std::string recipe;
  /// What is executed, program first; never empty.
  std::vector<std::string> argv;
  /// Ids of nodes in the same plan that must be ok first; no duplicates.
  std::vector<std::string> needs;

  bool operator==(const PlanNode&) const = default;
};
BOOST_DESCRIBE_STRUCT(PlanNode, (), (id, recipe, argv, needs))

/// What one platform's lane is given. Every id in a node's `needs` names a node of `nodes` that
/// stands before it; `_ci-setup` is not in it: the lane and the coordinator know that one.
struct LanePlan {
  std::string platform;
  /// In the order people are shown: dependencies first, then by name.
  std::vector<PlanNode> nodes;

  bool operator==(const LanePlan&) const = default;
};
BOOST_DESCRIBE_STRUCT(LanePlan, (), (platform, nodes))

/// A recipe that the pipeline would have on another platform, and why this one lacks it.
struct PrunedRecipe {
  std::string recipe;
  std::string platform;
  /// For people: "only for macos".
  std::string reason;

  bool operator==(const PrunedRecipe&) const = default;
};
BOOST_DESCRIBE_STRUCT(PrunedRecipe, (), (recipe, platform, reason))

/// The plan of a commit: the same root on every platform that has a lane.
struct Pipeline {
  /// The root's namepath, or the name of the odu.json.
  std::string name;
  /// Sorted by platform.
  std::vector<LanePlan> lanes;
  std::vector<PrunedRecipe> pruned;

  bool operator==(const Pipeline&) const = default;
};
BOOST_DESCRIBE_STRUCT(Pipeline, (), (name, lanes, pruned))

}  // namespace odu::model
