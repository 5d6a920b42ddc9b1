#include "odu/ledger/stillborn.h"

#include <algorithm>
#include <string>
#include <vector>

#include "odu/ledger/checkout_folder.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/lane_folder.h"
#include "odu/model/run_id.h"
#include "os/file_system.h"

namespace odu::ledger {
namespace {

/// Each owner removes what the one before it left, so there are never many.
constexpr size_t kDepth = 20;

bool HadALane(const RunFolder& folder) {
  const auto lanes = os::ListDir(folder.lanes());
  return lanes && std::ranges::any_of(*lanes, [&folder](const os::DirEntry& lane) {
           return os::Exists(model::LaneFolder(folder.lane(lane.name)).header());
         });
}

bool IsStillborn(const RunFolder& folder) {
  const auto journal = os::StatusOf(folder.journal());
  const bool begun = journal && journal->size > 0;
  const bool whole = os::Exists(folder.header()) && begun;
  return os::Exists(folder.path) && !whole && !os::Exists(folder.summary()) && !HadALane(folder);
}

}  // namespace

base::Result<size_t> RemoveStillbornRuns(std::string_view state, std::string_view checkout_id) {
  const auto entries = ReadEntries(CheckoutFolderOf(state, checkout_id));
  if (!entries) {
    return base::Pass(entries.error());
  }
  size_t removed = 0;
  const size_t first = entries->size() - std::min(entries->size(), kDepth);
  for (size_t i = first; i < entries->size(); ++i) {
    const std::string& run_id = (*entries)[i].run_id;
    if (!model::IsRunId(run_id) || !IsStillborn(FolderOf(state, run_id))) {
      continue;
    }
    if (auto gone = os::RemoveTree(FolderOf(state, run_id).path); !gone) {
      return base::Pass(gone.error());
    }
    ++removed;
  }
  return removed;
}

}  // namespace odu::ledger
