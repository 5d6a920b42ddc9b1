#include "odu/command/doctor_trees.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "git/runner.h"
#include "git/worktree.h"
#include "odu/ledger/run_record.h"
#include "odu/model/lane_folder.h"
#include "odu/model/run_id.h"
#include "os/file_lock.h"
#include "os/file_system.h"

namespace odu::command {
namespace {

using base::Result;

/// Coordinators keep a red run's trees for a day; they may also be late.
constexpr int64_t kKeptMs = int64_t{25} * 3600 * 1000;
constexpr size_t kGitFileLimit = 4096;

/// Why nobody needs the tree any more; empty while somebody may.
std::string WhyStale(const DoctorCall& call, const std::string& run_id, const std::string& platform,
                     const std::string& path) {
  const ledger::RunFolder folder = ledger::FolderOf(call.home.state, run_id);
  const auto locked = os::IsLocked(model::LaneFolder(folder.lane(platform)).lock());
  if (!locked || *locked) {
    return "";
  }
  if (!os::Exists(folder.header())) {
    // A young one may be of a run in another state folder.
    const auto status = os::StatusOf(path);
    return status && call.now_ms - status->modified_ms > kKeptMs ? "its run is gone" : "";
  }
  const auto summary = ledger::ReadSummary(folder);
  if (!summary || !os::Exists(folder.summary())) {
    return "";  // unfinished: who adopts it may need the tree
  }
  if (summary->verdict != model::Verdict::kFailed) {
    return fmt::format("run {} is over", summary->ref);
  }
  const bool old = call.now_ms - summary->finished_at.value_or(summary->started_at) > kKeptMs;
  return old ? fmt::format("run {} has been over for more than a day", summary->ref) : "";
}

Result<void> RemoveStaleTree(const DoctorCall& call, const std::string& path) {
  const auto link = os::ReadFile(path + "/.git", kGitFileLimit);
  const std::string owner = link ? OwnerOfTree(*link) : "";
  if (!owner.empty() && os::Exists(owner)) {
    git::BlockingRunner runner(call.environment);
    auto removed = git::Blocking(git::RemoveWorktree(runner, owner, path));
    if (!removed) {
      return removed;
    }
  }
  return os::RemoveTree(path);
}

}  // namespace

std::string OwnerOfTree(std::string_view git_file) {
  constexpr std::string_view kPrefix = "gitdir: ";
  constexpr std::string_view kMiddle = "/worktrees/";
  if (!git_file.starts_with(kPrefix)) {
    return "";
  }
  git_file.remove_prefix(kPrefix.size());
  const size_t middle = git_file.rfind(kMiddle);
  if (middle == std::string_view::npos || !git_file.starts_with('/')) {
    return "";
  }
  std::string_view folder = git_file.substr(0, middle);
  if (folder.ends_with("/.git")) {
    folder.remove_suffix(std::string_view("/.git").size());
  }
  return std::string(folder);
}

void CheckTrees(const DoctorCall& call, Findings& findings) {
  const std::string root = call.home.cache + "/work";
  const auto runs = os::ListDir(root);
  if (!runs) {
    return;  // there never was one
  }
  for (const os::DirEntry& run : *runs) {
    const auto trees = os::ListDir(root + "/" + run.name);
    if (!model::IsRunId(run.name) || !trees) {
      continue;
    }
    for (const os::DirEntry& tree : *trees) {
      const std::string path = root + "/" + run.name + "/" + tree.name;
      const std::string why = WhyStale(call, run.name, tree.name, path);
      if (!why.empty()) {
        findings.Repairable(
            "tree", fmt::format("the work tree {} is of no use: {}", base::Quoted(path), why),
            "remove it", [&] { return RemoveStaleTree(call, path); });
      }
    }
  }
}

}  // namespace odu::command
