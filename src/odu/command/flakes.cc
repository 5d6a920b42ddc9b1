#include "odu/command/flakes.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "odu/ledger/index_open.h"

namespace odu::command {
namespace {

using base::Result;

constexpr size_t kMostCases = 10'000;

}  // namespace

model::FlakesReport GatherFlakes(std::span<const ledger::FlakyCase> cases) {
  std::map<std::string, model::FlakyNodeReport> nodes;
  std::map<std::string, std::set<std::string>> commits;
  for (const ledger::FlakyCase& one : cases) {
    model::FlakyNodeReport& node = nodes[one.node];
    node.node = one.node;
    node.last_at = std::max(node.last_at, one.at);
    commits[one.node].insert(one.content);
    node.flakes.push_back(model::FlakeReport{one.sha, one.ref, one.run_id, one.attempt,
                                             one.green_run_id, one.green_attempt, one.at});
  }
  model::FlakesReport report;
  for (auto& [name, node] : nodes) {
    node.commits = static_cast<int64_t>(commits[name].size());
    report.nodes.push_back(std::move(node));
  }
  std::ranges::stable_sort(report.nodes, [](const auto& one, const auto& other) {
    return std::pair(one.commits, one.last_at) > std::pair(other.commits, other.last_at);
  });
  return report;
}

Result<model::FlakesReport> ListedFlakes(const LedgerPlace& place, bool all) {
  const std::string checkout_id = all ? "" : place.checkout_id;
  const auto ask = [&](ledger::OpenedIndex& opened) -> Result<model::FlakesReport> {
    const auto cases = opened.index.Flakes(checkout_id, kMostCases);
    if (!cases) {
      return base::Pass(cases.error());
    }
    model::FlakesReport report = GatherFlakes(*cases);
    report.truncated = cases->size() == kMostCases;
    for (model::FlakyNodeReport& node : report.nodes) {
      const auto tally = opened.index.Tally(checkout_id, node.node);
      if (!tally) {
        return base::Pass(tally.error());
      }
      node.attempts = tally->all;
      node.ok = tally->ok;
      node.red = tally->red;
    }
    return report;
  };
  return ledger::AskIndex(place.state, ask);
}

}  // namespace odu::command
