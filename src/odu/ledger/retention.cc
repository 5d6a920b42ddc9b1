#include "odu/ledger/retention.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "odu/ledger/expired.h"
#include "odu/ledger/index_open.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/lane_folder.h"
#include "odu/model/run_id.h"
#include "os/file_lock.h"
#include "os/file_system.h"

namespace odu::ledger {
namespace {

using base::Result;

constexpr int64_t kDayMs = int64_t{24} * 3600 * 1000;
// What a folder is called between its end as a run and its removal: no run id.
constexpr std::string_view kGoing = ".expired";

std::string LockFile(std::string_view state) {
  return std::string(state) + "/prune.lock";
}

int64_t EndOf(const IndexedRun& run) {
  return run.summary.finished_at.value_or(run.summary.started_at);
}

/// The platform of a lane that lives; empty when none does.
Result<std::string> LivingLane(const RunFolder& folder) {
  const auto lanes = os::ListDir(folder.lanes());
  if (!lanes) {
    return lanes.error().code() == "not_found" ? Result<std::string>("")
                                               : base::Pass(lanes.error());
  }
  for (const os::DirEntry& lane : *lanes) {
    const auto locked = os::IsLocked(model::LaneFolder(folder.lane(lane.name)).lock());
    if (!locked) {
      return base::Pass(locked.error());
    }
    if (*locked) {
      return lane.name;
    }
  }
  return std::string();
}

/// What a process that died in its removals left.
Result<void> RemoveHalfRemoved(std::string_view state) {
  const auto entries = os::ListDir(RunsDir(state));
  if (!entries) {
    return entries.error().code() == "not_found" ? Result<void>() : base::Pass(entries.error());
  }
  for (const os::DirEntry& entry : *entries) {
    const std::string_view name = entry.name;
    if (name.ends_with(kGoing) && model::IsRunId(name.substr(0, name.size() - kGoing.size()))) {
      if (auto removed = os::RemoveTree(RunsDir(state) + "/" + entry.name); !removed) {
        return removed;
      }
    }
  }
  return {};
}

Result<void> RemoveRun(const RunFolder& folder) {
  const std::string going = folder.path + std::string(kGoing);
  if (rename(folder.path.c_str(), going.c_str()) != 0) {
    return base::Pass(base::SystemError(base::Quoted(folder.path), errno));
  }
  return os::RemoveTree(going);
}

Result<std::vector<IndexedRun>> AllRuns(std::string_view state) {
  return AskIndex(state, [](OpenedIndex& opened) {
    RunQuery query;
    query.limit = std::numeric_limits<int32_t>::max();
    return opened.index.Runs(query);
  });
}

Result<void> WriteDown(std::string_view state, std::span<const IndexedRun> runs, int64_t now_ms) {
  const auto before = ReadExpired(state);
  if (!before) {
    return base::Pass(before.error());
  }
  std::set<std::string_view> known;
  for (const ExpiredRun& run : *before) {
    known.insert(run.summary.run_id);
  }
  std::vector<ExpiredRun> lines;
  for (const IndexedRun& run : runs) {
    if (!known.contains(run.summary.run_id)) {
      lines.push_back(ExpiredRun{run.summary, run.checkout_id, run.seq, now_ms});
    }
  }
  return lines.empty() ? Result<void>() : RecordExpired(state, lines);
}

}  // namespace

std::vector<IndexedRun> RunsToExpire(std::span<const IndexedRun> runs, const KeepRule& rule,
                                     int64_t now_ms) {
  std::vector<const IndexedRun*> closed;
  std::map<std::string_view, const IndexedRun*> newest;
  uint64_t bytes = 0;
  for (const IndexedRun& run : runs) {
    if (run.state != EntryState::kClosed) {
      continue;
    }
    closed.push_back(&run);
    bytes += run.bytes;
    const IndexedRun*& last = newest[run.checkout_id];
    if (last == nullptr || run.summary.run_id > last->summary.run_id) {
      last = &run;
    }
  }
  std::ranges::stable_sort(closed, {}, [](const IndexedRun* run) {
    return std::pair(EndOf(*run), std::string_view(run->summary.run_id));
  });
  std::vector<IndexedRun> going;
  for (const IndexedRun* run : closed) {
    const bool old = now_ms - EndOf(*run) > rule.keep_ms;
    const bool too_much = bytes > rule.quota_bytes && newest[run->checkout_id] != run;
    if (old || too_much) {
      going.push_back(*run);
      bytes -= run->bytes;
    }
  }
  return going;
}

Result<Pruned> PruneRuns(std::string_view state, const KeepRule& rule, int64_t now_ms,
                         bool dry_run) {
  Pruned pruned;
  if (const auto here = os::StatusOf(RunsDir(state)); !here) {
    return here.error().code() == "not_found" ? Result<Pruned>(pruned) : base::Pass(here.error());
  }
  std::optional<os::FileLock> lock;
  if (!dry_run) {
    auto taken = os::FileLock::TryLock(LockFile(state));
    if (!taken) {
      return base::Pass(taken.error());
    }
    lock = std::move(*taken);
    // The time of this note is when it was last done.
    if (auto noted = lock->WriteHolder(); !noted) {
      return base::Pass(noted.error());
    }
    if (auto cleaned = RemoveHalfRemoved(state); !cleaned) {
      return base::Pass(cleaned.error());
    }
  }
  const auto runs = AllRuns(state);
  if (!runs) {
    return base::Pass(runs.error());
  }
  for (IndexedRun& run : RunsToExpire(*runs, rule, now_ms)) {
    const auto lane = LivingLane(FolderOf(state, run.summary.run_id));
    if (!lane || !lane->empty()) {
      pruned.kept.push_back(
          fmt::format("{}: {}", run.summary.ref,
                      lane ? fmt::format("its lane {} lives", *lane) : lane.error().message()));
      continue;
    }
    pruned.removed.push_back(std::move(run));
  }
  if (!dry_run) {
    if (auto written = WriteDown(state, pruned.removed, now_ms); !written) {
      return base::Pass(written.error());
    }
  }
  std::vector<IndexedRun> gone;
  for (IndexedRun& run : pruned.removed) {
    if (!dry_run) {
      if (auto removed = RemoveRun(FolderOf(state, run.summary.run_id)); !removed) {
        pruned.kept.push_back(fmt::format("{}: {}", run.summary.ref, removed.error().message()));
        continue;
      }
    }
    pruned.bytes += run.bytes;
    gone.push_back(std::move(run));
  }
  pruned.removed = std::move(gone);
  return pruned;
}

Result<Pruned> PruneDaily(std::string_view state, int64_t now_ms) {
  const auto last = os::StatusOf(LockFile(state));
  if (last && now_ms - last->modified_ms < kDayMs) {
    return Pruned();
  }
  auto pruned = PruneRuns(state, KeepRule(), now_ms, false);
  if (!pruned && pruned.error().kind() == base::ErrorKind::kBusy) {
    return Pruned();
  }
  return pruned;
}

}  // namespace odu::ledger
