#include "odu/plan/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/text.h"
#include "odu/model/ids.h"
#include "odu/model/selector.h"

namespace odu::plan {
namespace {

/// Marks everything that a marked node needs. Needs stand before their dependents, so one pass from
/// the end is enough.
void MarkNeeds(const model::LanePlan& lane, std::vector<bool>& marked) {
  std::unordered_map<std::string_view, size_t> positions;
  for (size_t i = 0; i < lane.nodes.size(); ++i) {
    positions.emplace(lane.nodes[i].id, i);
  }
  for (size_t i = lane.nodes.size(); i-- > 0;) {
    if (!marked[i]) {
      continue;
    }
    for (const std::string& need : lane.nodes[i].needs) {
      if (const auto found = positions.find(need); found != positions.end()) {
        marked[found->second] = true;
      }
    }
  }
}

model::LanePlan Kept(const model::LanePlan& lane, const std::vector<bool>& marked) {
  model::LanePlan out;
  out.platform = lane.platform;
  std::unordered_set<std::string_view> kept;
  for (size_t i = 0; i < lane.nodes.size(); ++i) {
    if (marked[i]) {
      out.nodes.push_back(lane.nodes[i]);
      kept.insert(lane.nodes[i].id);
    }
  }
  for (model::PlanNode& node : out.nodes) {
    std::erase_if(node.needs, [&](const std::string& need) { return !kept.contains(need); });
  }
  return out;
}

base::Result<void> Mark(const model::Pipeline& pipeline, const std::vector<model::NodeKey>& keys,
                        const std::string& text, std::vector<std::vector<bool>>& marked) {
  auto selector = model::ParseSelector(text);
  if (!selector) {
    return base::Pass(selector.error());
  }
  if (selector->recipe == model::kSetupRecipe) {
    return base::Fail(base::ErrorKind::kUsage, "setup_selected",
                      fmt::format("{} cannot be selected", base::Quoted(text)),
                      "the node that prepares a lane runs first on every lane by itself");
  }
  const auto matches = model::MatchNodes(keys, *selector);
  if (!matches && selector->recipe == pipeline.name && matches.error().code() == "unknown_node") {
    return base::Pass(matches.error().WithHint(
        fmt::format("'{}' is the pipeline and runs nothing itself: 'odu run' without it runs what "
                    "it needs",
                    pipeline.name)));
  }
  if (!matches) {
    return base::Pass(matches.error());
  }
  std::vector<size_t> begins;
  size_t count = 0;
  for (const model::LanePlan& lane : pipeline.lanes) {
    begins.push_back(count);
    count += lane.nodes.size();
  }
  for (const size_t match : *matches) {
    // The last lane that begins at or before the match; lanes without nodes share a beginning.
    const auto after = std::upper_bound(begins.begin(), begins.end(), match);
    const auto lane = static_cast<size_t>(after - begins.begin()) - 1;
    marked[lane][match - begins[lane]] = true;
  }
  return {};
}

base::Error NothingToRun(const model::Pipeline& pipeline) {
  const auto error = [](std::string why, std::string hint) {
    return base::Error(base::ErrorKind::kUsage, "nothing_to_run", "nothing to run: " + why,
                       std::move(hint));
  };
  if (pipeline.lanes.empty()) {
    return error("there is no lane", "name a host for one: --host PLATFORM=ADDRESS");
  }
  // No recipe has a dot in its name, the file of tasks has.
  if (pipeline.name.contains('.')) {
    return error(fmt::format("'{}' has no tasks", pipeline.name),
                 R"(give it one: {"tasks": [{"id": "test", "command": "make test"}]})");
  }
  return error(fmt::format("'{}' has neither a body nor dependencies", pipeline.name),
               "name after its ':' the recipes that the pipeline runs");
}

}  // namespace

base::Result<model::Pipeline> Select(const model::Pipeline& pipeline,
                                     std::span<const std::string> selectors, bool no_deps) {
  if (selectors.empty() && no_deps) {
    return base::Fail(base::ErrorKind::kUsage, "no_deps_alone", "--no-deps needs a selector",
                      "name the recipes to run without what they need");
  }
  std::vector<model::NodeKey> keys;
  std::vector<std::vector<bool>> marked;
  for (const model::LanePlan& lane : pipeline.lanes) {
    for (const model::PlanNode& node : lane.nodes) {
      keys.push_back({node.id, node.recipe, lane.platform});
    }
    marked.emplace_back(lane.nodes.size(), selectors.empty());
  }
  if (keys.empty()) {
    return std::unexpected(NothingToRun(pipeline));
  }
  for (const std::string& text : selectors) {
    if (auto done = Mark(pipeline, keys, text, marked); !done) {
      return base::Pass(done.error());
    }
  }
  model::Pipeline out;
  out.name = pipeline.name;
  out.pruned = pipeline.pruned;
  for (size_t i = 0; i < pipeline.lanes.size(); ++i) {
    if (!no_deps) {
      MarkNeeds(pipeline.lanes[i], marked[i]);
    }
    model::LanePlan lane = Kept(pipeline.lanes[i], marked[i]);
    if (!lane.nodes.empty()) {
      out.lanes.push_back(std::move(lane));
    }
  }
  return out;
}

}  // namespace odu::plan
