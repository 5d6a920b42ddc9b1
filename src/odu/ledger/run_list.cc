#include "odu/ledger/run_list.h"

#include <fmt/format.h>

#include <functional>
#include <set>

#include "base/text.h"
#include "odu/model/run_id.h"
#include "os/file_lock.h"
#include "os/file_system.h"

namespace odu::ledger {
namespace {

// Without the checkout's own list, no more folders than this are looked into.
constexpr size_t kScanLimit = 2000;
constexpr size_t kUnfinishedDepth = 8;

/// Reads one run into the list. False when nothing was there.
bool AddRun(std::string_view state, const std::string& run_id, RunList& list) {
  if (!model::IsRunId(run_id)) {
    list.trouble.push_back(fmt::format("{} is no run id", base::Quoted(run_id)));
    return false;
  }
  auto summary = ReadSummary(FolderOf(state, run_id));
  if (!summary) {
    // An id without a folder was minted by somebody who died right then.
    if (summary.error().code() != "no_run") {
      list.trouble.push_back(summary.error().message());
    }
    return false;
  }
  list.runs.push_back(std::move(*summary));
  return true;
}

}  // namespace

base::Result<std::vector<std::string>> AllRunIds(std::string_view state) {
  std::vector<std::string> ids;
  auto entries = os::ListDir(RunsDir(state));
  if (!entries) {
    if (entries.error().code() == "not_found") {
      return ids;
    }
    return base::Pass(entries.error());
  }
  for (auto entry = entries->rbegin(); entry != entries->rend(); ++entry) {
    if (model::IsRunId(entry->name)) {
      ids.push_back(std::move(entry->name));
    }
  }
  return ids;
}

base::Result<std::vector<RunEntry>> EntriesOf(std::string_view state,
                                              std::string_view checkout_id) {
  const CheckoutFolder folder = CheckoutFolderOf(state, checkout_id);
  if (os::Exists(folder.runs())) {
    auto entries = ReadEntries(folder);
    if (!entries) {
      return base::Pass(entries.error());
    }
    return std::vector<RunEntry>(entries->rbegin(), entries->rend());
  }
  auto ids = AllRunIds(state);
  if (!ids) {
    return base::Pass(ids.error());
  }
  std::vector<RunEntry> entries;
  for (size_t i = 0; i < ids->size() && i < kScanLimit; ++i) {
    const auto header = ReadHeader(FolderOf(state, (*ids)[i]));
    if (header && header->checkout_id == checkout_id) {
      RunEntry entry;
      entry.run_id = header->run_id;
      entry.sha = header->sha;
      entry.seq = header->seq;
      entry.started_at = header->started_at;
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

bool HasOwner(std::string_view state, std::string_view checkout_id) {
  const auto locked = os::IsLocked(CheckoutFolderOf(state, checkout_id).path + "/lock");
  return locked && *locked;
}

base::Result<RunList> ListRuns(std::string_view state, std::string_view checkout_id, size_t limit) {
  auto entries = EntriesOf(state, checkout_id);
  if (!entries) {
    return base::Pass(entries.error());
  }
  RunList list;
  for (const RunEntry& entry : *entries) {
    if (list.runs.size() >= limit) {
      break;
    }
    AddRun(state, entry.run_id, list);
  }
  for (model::RunSummary& run : list.runs) {
    if (!run.verdict) {
      run.live = HasOwner(state, checkout_id);
      break;
    }
  }
  return list;
}

base::Result<RunList> ListAllRuns(std::string_view state, size_t limit) {
  auto ids = AllRunIds(state);
  if (!ids) {
    return base::Pass(ids.error());
  }
  RunList list;
  std::set<std::string, std::less<>> seen;
  for (const std::string& run_id : *ids) {
    if (list.runs.size() >= limit) {
      break;
    }
    if (!AddRun(state, run_id, list) || list.runs.back().verdict) {
      continue;
    }
    const auto header = ReadHeader(FolderOf(state, run_id));
    if (header && seen.insert(header->checkout_id).second) {
      list.runs.back().live = HasOwner(state, header->checkout_id);
    }
  }
  return list;
}

base::Result<std::optional<std::string>> FindUnfinishedRun(std::string_view state,
                                                           std::string_view checkout_id) {
  auto entries = EntriesOf(state, checkout_id);
  if (!entries) {
    return base::Pass(entries.error());
  }
  for (size_t i = 0; i < entries->size() && i < kUnfinishedDepth; ++i) {
    const std::string& run_id = (*entries)[i].run_id;
    if (!model::IsRunId(run_id)) {
      continue;
    }
    const RunFolder folder = FolderOf(state, run_id);
    if (!os::Exists(folder.header()) || os::Exists(folder.summary())) {
      continue;
    }
    const auto end = ReadJournal(folder.journal(), {});
    // A run that died before its journal began is unfinished too.
    if (!end || !end->closed) {
      return run_id;
    }
  }
  return std::optional<std::string>();
}

}  // namespace odu::ledger
