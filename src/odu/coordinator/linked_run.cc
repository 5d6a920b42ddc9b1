#include "odu/coordinator/linked_run.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "odu/model/ids.h"
#include "odu/model/selector.h"

namespace odu::coordinator {

base::Result<std::vector<std::string>> NodesToRunAgain(const ledger::RunHeader& earlier,
                                                       const std::vector<std::string>& targets) {
  std::set<std::string, std::less<>> named;
  for (const std::string& target : targets) {
    const auto ids = model::MatchIds(earlier.expected, target);
    if (!ids) {
      return base::Pass(ids.error());
    }
    named.insert(ids->begin(), ids->end());
  }
  std::vector<std::string> again;
  for (const model::LanePlan& lane : earlier.pipeline.lanes) {
    const bool all = named.contains(model::NodeId(model::kSetupRecipe, lane.platform));
    // Needs stand before what needs them, so one pass finds every dependent.
    std::set<std::string_view> taken;
    for (const model::PlanNode& node : lane.nodes) {
      const bool dependent = std::ranges::any_of(
          node.needs, [&](const std::string& need) { return taken.contains(need); });
      const std::string id = model::NodeId(node.id, lane.platform);
      if (all || dependent || named.contains(id)) {
        taken.insert(node.id);
        again.push_back(id);
      }
    }
  }
  return again;
}

}  // namespace odu::coordinator
