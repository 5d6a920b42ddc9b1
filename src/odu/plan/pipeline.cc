#include "odu/plan/pipeline.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "odu/plan/instances.h"
#include "odu/plan/needs.h"
#include "odu/plan/order.h"
#include "odu/plan/resolve.h"
#include "odu/plan/systems.h"

namespace odu::plan {
namespace {

/// Takes instance 0 out of the plan: its needs become the needs of all that needs it. False when
/// that makes too many.
bool RemoveMarker(std::vector<std::vector<size_t>>& needs) {
  const std::vector<size_t> inherited = needs[0];
  size_t total = 0;
  for (size_t i = 1; i < needs.size(); ++i) {
    const auto marker = std::find(needs[i].begin(), needs[i].end(), size_t{0});
    if (marker == needs[i].end()) {
      continue;
    }
    const size_t at = static_cast<size_t>(marker - needs[i].begin());
    needs[i].erase(marker);
    std::vector<size_t> added;
    for (const size_t need : inherited) {
      if (need != i && std::find(needs[i].begin(), needs[i].end(), need) == needs[i].end()) {
        added.push_back(need);
      }
    }
    total += added.size();
    if (total > kMaxNeeds) {
      return false;
    }
    needs[i].insert(needs[i].begin() + static_cast<ptrdiff_t>(at), added.begin(), added.end());
  }
  return true;
}

}  // namespace

base::Result<PlannedLane> PlanLane(const Justfile& justfile, const Sources& sources,
                                   std::string_view platform,
                                   const std::optional<std::string>& root,
                                   const EvaluateVariable& evaluate) {
  const View view{justfile, sources, SystemOf(platform)};
  const auto root_index = FindRoot(view, root);
  if (!root_index) {
    return base::Pass(root_index.error());
  }
  Values values(justfile, evaluate);
  auto instances = Expand(view, *root_index, values);
  if (!instances) {
    return base::Pass(instances.error());
  }
  auto needs = NeedsOf(*instances);
  if (!needs) {
    return base::Pass(needs.error());
  }
  const Recipe& root_recipe = justfile.recipes[*root_index];
  if (root_recipe.empty_body && !RemoveMarker(*needs)) {
    return std::unexpected(TooManyNeeds());
  }
  PlannedLane out;
  out.root = root_recipe.namepath;
  out.lane.platform = platform;
  for (size_t i = root_recipe.empty_body ? 1 : 0; i < instances->size(); ++i) {
    Instance& instance = (*instances)[i];
    model::PlanNode& node = out.lane.nodes.emplace_back();
    node.id = instance.id;
    node.recipe = justfile.recipes[instance.recipe].namepath;
    node.argv = std::move(instance.argv);
    for (const size_t need : (*needs)[i]) {
      node.needs.push_back((*instances)[need].id);
    }
  }
  if (auto sorted = SortForShowing(out.lane.nodes, "plan: recipes"); !sorted) {
    // Just refuses every other cycle before it dumps.
    return std::unexpected(sorted.error().WithHint(
        "one of them runs both before and after an '&&': give the later call a recipe of its own"));
  }
  return out;
}

}  // namespace odu::plan
