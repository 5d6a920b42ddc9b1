#include "odu/coordinator/old_debts.h"

#include <set>
#include <utility>

#include "odu/ledger/run_list.h"

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
    if (record && record->target && header) {
      const bool owes = !record->over;
      found.push_back(OldRun{std::move(*header), std::move(*record), owes});
    }
  }
  return found;
}

}  // namespace odu::coordinator
