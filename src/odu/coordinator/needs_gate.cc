#include "odu/coordinator/needs_gate.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "odu/model/ids.h"

namespace odu::coordinator {

using model::Attempt;
using model::NodeStatus;

void NeedsGate::SetPlan(const model::LanePlan& plan) {
  const std::string setup(model::kSetupRecipe);
  for (const model::PlanNode& node : plan.nodes) {
    std::vector<std::string>& needs = needs_[node.id];
    needs = node.needs;
    needs.push_back(setup);
    for (const std::string& need : needs) {
      needed_by_[need].push_back(node.id);
    }
  }
}

bool NeedsGate::NeedsEnded(const std::string& node) const {
  const auto needs = needs_.find(node);
  return needs == needs_.end() || std::ranges::all_of(needs->second, [this](const auto& need) {
           const auto last = last_.find(need);
           return last != last_.end() && last->second.ended;
         });
}

void NeedsGate::Heard(const Attempt& attempt) {
  const auto line = waiting_.find(attempt.node);
  const bool in_line = line != waiting_.end() && !line->second.empty();
  const bool begins = attempt.status != NodeStatus::kPending;
  if (in_line || (begins && !NeedsEnded(attempt.node))) {
    waiting_[attempt.node].push_back(attempt);
    return;
  }
  Pass(attempt);
}

/// Passing one may open the way for others, and those for more.
void NeedsGate::Pass(const Attempt& attempt) {
  std::deque<Attempt> passing{attempt};
  while (!passing.empty()) {
    const Attempt next = std::move(passing.front());
    passing.pop_front();
    const bool ended = model::IsTerminal(next.status);
    Last& last = last_[next.node];
    if (next.n >= last.n) {
      last = {next.n, ended};
    }
    hand_on_(next);
    const auto dependents = needed_by_.find(next.node);
    if (!ended || dependents == needed_by_.end()) {
      continue;
    }
    for (const std::string& node : dependents->second) {
      const auto line = waiting_.find(node);
      if (line != waiting_.end() && NeedsEnded(node)) {
        std::ranges::move(line->second, std::back_inserter(passing));
        waiting_.erase(line);
      }
    }
  }
}

}  // namespace odu::coordinator
