#include "odu/command/diff.h"

#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "odu/command/show.h"
#include "odu/ledger/expired.h"

namespace odu::command {
namespace {

using base::Result;
using model::NodeChange;
using model::NodeReport;

constexpr int64_t kLeastMs = 1000;

/// Half as long again, and not by less than a second.
bool IsMuchMore(int64_t more, int64_t less) {
  return more - less >= kLeastMs && 2 * more >= 3 * less;
}

std::optional<NodeChange> ChangeOf(const NodeReport& before, const NodeReport& after) {
  if (before.status != after.status) {
    return NodeChange::kStatus;
  }
  if (!before.duration_ms || !after.duration_ms) {
    return std::nullopt;
  }
  if (IsMuchMore(*after.duration_ms, *before.duration_ms)) {
    return NodeChange::kSlower;
  }
  if (IsMuchMore(*before.duration_ms, *after.duration_ms)) {
    return NodeChange::kFaster;
  }
  return std::nullopt;
}

Result<model::RunReport> WholeRun(const LedgerPlace& place, const std::string& word) {
  auto report = ShowRun(place, word);
  if (report && report->state == "expired") {
    const auto expired = ledger::FindExpired(place.state, report->run_id);
    return base::Pass(ledger::ExpiredError(expired.value_or(ledger::ExpiredRun())));
  }
  return report;
}

}  // namespace

model::RunDiff DiffOf(const model::RunReport& before, const model::RunReport& after) {
  model::RunDiff diff;
  diff.before = before.ref;
  diff.after = after.ref;
  diff.before_run_id = before.run_id;
  diff.after_run_id = after.run_id;
  diff.before_verdict = before.verdict;
  diff.after_verdict = after.verdict;
  std::map<std::string_view, const NodeReport*> earlier;
  for (const NodeReport& node : before.nodes) {
    earlier.emplace(node.name, &node);
  }
  for (const NodeReport& node : after.nodes) {
    model::NodeDiff change;
    change.name = node.name;
    change.after = node.status;
    change.after_ms = node.duration_ms;
    const auto known = earlier.find(node.name);
    if (known == earlier.end()) {
      change.change = NodeChange::kAppeared;
      diff.nodes.push_back(std::move(change));
      continue;
    }
    change.before = known->second->status;
    change.before_ms = known->second->duration_ms;
    const auto what = ChangeOf(*known->second, node);
    earlier.erase(known);
    if (!what) {
      ++diff.unchanged;
      continue;
    }
    change.change = *what;
    diff.nodes.push_back(std::move(change));
  }
  for (const NodeReport& node : before.nodes) {
    if (earlier.contains(node.name)) {
      model::NodeDiff change;
      change.name = node.name;
      change.change = NodeChange::kVanished;
      change.before = node.status;
      change.before_ms = node.duration_ms;
      diff.nodes.push_back(std::move(change));
    }
  }
  return diff;
}

Result<model::RunDiff> DiffRuns(const LedgerPlace& place, const std::string& before,
                                const std::string& after) {
  const auto one = WholeRun(place, before);
  if (!one) {
    return base::Pass(one.error());
  }
  const auto other = WholeRun(place, after);
  if (!other) {
    return base::Pass(other.error());
  }
  return DiffOf(*one, *other);
}

}  // namespace odu::command
