#include "odu/coordinator/old_debts.h"

#include <set>
#include <utility>

#include "odu/ledger/run_list.h"
#include "odu/ledger/run_record.h"

namespace odu::coordinator {
namespace {

/// Debts of runs further back than these are not looked for.
constexpr size_t kLookedAtRuns = 2'000;

}  // namespace

std::string KeyOf(const ledger::GateTarget& target) {
  return target.api + " " + target.owner + "/" + target.repository;
}
std::string KeyOf(const ledger::GateTarget& target, std::string_view context) {
  return KeyOf(target) + " " + target.sha + " " + std::string(context);
}

std::vector<std::string> SpokenOf(const ledger::GateRecord& record) {
  std::vector<std::string> names;
  for (const auto& [name, context] : record.contexts) {
    if (context.posted || context.owed || !context.strays.empty()) {
      names.push_back(name);
    }
  }
  return names;
}

std::vector<OldRun> FindOldRuns(const std::string& state, const std::string& checkout_id) {
  std::vector<OldRun> found;
  const auto entries = ledger::EntriesOf(state, checkout_id);
  if (!entries) {
    return found;
  }
  std::set<std::string> commits;
  for (size_t i = 0; i < entries->size() && i < kLookedAtRuns; ++i) {
    if (ledger::MayOwe(ledger::FolderOf(state, (*entries)[i].run_id))) {
      commits.insert((*entries)[i].sha);
    }
  }
  for (size_t i = 0; i < entries->size() && i < kLookedAtRuns && !commits.empty(); ++i) {
    const ledger::RunEntry& entry = (*entries)[i];
    if (!commits.contains(entry.sha)) {
      continue;
    }
    const ledger::RunFolder folder = ledger::FolderOf(state, entry.run_id);
    auto record = ledger::ReadGate(folder);
    auto header = ledger::ReadHeader(folder);
    if (!record || !header || (record->over && !record->target)) {
      continue;
    }
    OldRun old;
    old.owes = !record->over;
    old.header = std::move(*header);
    old.record = std::move(*record);
    if (!old.record.target) {
      // One that is not closed is adopted, and says itself what its nodes are.
      const auto run = ledger::ReadRun(folder);
      if (!run || !run->closed) {
        continue;
      }
      for (const auto& [name, node] : run->nodes) {
        old.nodes.push_back(node);
      }
    }
    found.push_back(std::move(old));
  }
  return found;
}

}  // namespace odu::coordinator
