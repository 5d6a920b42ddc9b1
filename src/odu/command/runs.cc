#include "odu/command/runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "odu/ledger/gate_journal.h"
#include "odu/ledger/index_open.h"
#include "odu/model/selector.h"

namespace odu::command {
namespace {

using base::Result;

/// Only the newest run of a checkout can be live: whoever owns the checkout has looked after the
/// others.
Result<void> MarkLive(ledger::Index& index, const LedgerPlace& place,
                      const std::vector<ledger::IndexedRun>& found, ledger::RunList& list) {
  std::set<std::string, std::less<>> asked;
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i].state != ledger::EntryState::kUnclosed || list.runs[i].verdict ||
        !asked.insert(found[i].checkout_id).second) {
      continue;
    }
    ledger::RunQuery newest;
    newest.checkout_id = found[i].checkout_id;
    newest.limit = 1;
    const auto runs = index.Runs(newest);
    if (!runs) {
      return base::Pass(runs.error());
    }
    list.runs[i].live = !runs->empty() && runs->front().summary.run_id == list.runs[i].run_id &&
                        ledger::HasOwner(place.state, found[i].checkout_id);
  }
  return {};
}

/// What is wrong with folders of this checkout (with `all`, of any).
Result<void> AddTrouble(ledger::Index& index, const LedgerPlace& place, bool all,
                        ledger::RunList& list) {
  const auto troubled = index.Troubled();
  if (!troubled) {
    return base::Pass(troubled.error());
  }
  if (troubled->empty()) {
    return {};
  }
  std::set<std::string, std::less<>> ours;
  if (!all) {
    const auto entries = ledger::EntriesOf(place.state, place.checkout_id);
    if (!entries) {
      return base::Pass(entries.error());
    }
    for (const ledger::RunEntry& entry : *entries) {
      ours.insert(entry.run_id);
    }
  }
  for (const auto& [run_id, why] : *troubled) {
    if (all || ours.contains(run_id)) {
      list.trouble.push_back(why);
    }
  }
  return {};
}

}  // namespace

Result<ledger::RunList> ListedRuns(const LedgerPlace& place, const RunsCall& call) {
  const auto ask = [&](ledger::OpenedIndex& opened) -> Result<ledger::RunList> {
    ledger::RunQuery query;
    query.checkout_id = call.all ? "" : place.checkout_id;
    query.limit = call.limit;
    query.since_ms = call.since_ms;
    query.failed = call.failed;
    if (!call.node.empty()) {
      const auto names = opened.index.NodeNames(query.checkout_id);
      if (!names) {
        return base::Pass(names.error());
      }
      auto matched = model::MatchIds(*names, call.node);
      if (!matched) {
        return base::Pass(matched.error());
      }
      query.nodes = std::move(*matched);
    }
    auto found = opened.index.Runs(query);
    if (!found) {
      return base::Pass(found.error());
    }
    ledger::RunList list;
    if (!opened.trouble.empty()) {
      list.trouble.push_back(opened.trouble + "; the run folders themselves were read");
    }
    for (const ledger::IndexedRun& run : *found) {
      list.runs.push_back(run.summary);
      list.runs.back().unposted =
          ledger::UnpostedOf(ledger::FolderOf(place.state, run.summary.run_id));
    }
    if (auto marked = MarkLive(opened.index, place, *found, list); !marked) {
      return base::Pass(marked.error());
    }
    if (auto added = AddTrouble(opened.index, place, call.all, list); !added) {
      return base::Pass(added.error());
    }
    return list;
  };
  return ledger::AskIndex(place.state, ask);
}

}  // namespace odu::command
