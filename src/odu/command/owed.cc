#include "odu/command/owed.h"

#include <utility>

#include "odu/ledger/gate_journal.h"
#include "odu/ledger/run_list.h"

namespace odu::command {

base::Result<std::vector<model::OwedStatus>> OwedStatuses(const LedgerPlace& place) {
  const auto entries = ledger::EntriesOf(place.state, place.checkout_id);
  if (!entries) {
    return base::Pass(entries.error());
  }
  std::vector<model::OwedStatus> all;
  for (const ledger::RunEntry& entry : *entries) {
    for (std::string& context : ledger::UnpostedOf(ledger::FolderOf(place.state, entry.run_id))) {
      model::OwedStatus owed;
      owed.run = ledger::RefOf(entry.sha, entry.seq);
      owed.run_id = entry.run_id;
      owed.context = std::move(context);
      all.push_back(std::move(owed));
    }
  }
  return all;
}

}  // namespace odu::command
