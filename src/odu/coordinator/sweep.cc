#include "odu/coordinator/sweep.h"

#include <utility>

#include "base/log.h"
#include "git/worktree.h"
#include "odu/ledger/run_folder.h"
#include "odu/ledger/run_list.h"
#include "odu/model/lane_folder.h"
#include "odu/model/run_id.h"
#include "os/file_lock.h"
#include "os/file_system.h"

namespace odu::coordinator {
namespace {

/// design.md section 5, "Strict by default": red runs keep their trees 24 h or 3 a checkout.
constexpr int64_t kKeptMs = int64_t{24} * 3600 * 1000;
constexpr size_t kKeptRed = 3;
constexpr size_t kLookedAt = 100;

/// `<cache>/work/<run_id>/<platform>` taken apart.
std::pair<std::string, std::string> RunAndPlatform(const std::string& path) {
  const size_t last = path.rfind('/');
  const size_t before = path.rfind('/', last - 1);
  return {path.substr(before + 1, last - before - 1), path.substr(last + 1)};
}

}  // namespace

bool IsStale(const std::string& run_id, std::span<const model::RunSummary> runs, int64_t now_ms) {
  size_t newer_red = 0;
  for (const model::RunSummary& run : runs) {
    const bool red = run.verdict == model::Verdict::kFailed;
    if (run.run_id != run_id) {
      newer_red += red ? 1 : 0;
      continue;
    }
    if (!run.verdict) {
      return false;
    }
    const bool old = now_ms - run.finished_at.value_or(run.started_at) > kKeptMs;
    return !red || old || newer_red >= kKeptRed;
  }
  return true;
}

boost::asio::awaitable<void> SweepWorkTrees(World& world) {
  const std::string root = world.home.cache + "/work";
  const auto trees = os::ListDir(root);
  if (!trees || trees->empty()) {
    co_return;
  }
  auto list = [&world] { return ledger::ListRuns(world.home.state, world.checkout_id, kLookedAt); };
  const auto runs = co_await world.worker.Run(std::move(list));
  if (!runs) {
    base::LogWarning("sweep", "{}", runs.error().message());
    co_return;
  }
  std::function<bool(const std::string&)> is_stale = [&](const std::string& path) {
    const auto [run_id, platform] = RunAndPlatform(path);
    if (!model::IsRunId(run_id)) {
      return false;
    }
    const model::LaneFolder lane(ledger::FolderOf(world.home.state, run_id).lane(platform));
    const auto locked = os::IsLocked(lane.lock());
    return locked && !*locked && IsStale(run_id, runs->runs, world.clock.WallMs());
  };
  const auto swept =
      co_await git::SweepWorktrees(world.git, world.toplevel, root, std::move(is_stale));
  if (!swept) {
    base::LogWarning("sweep", "{}", swept.error().message());
  } else if (!swept->empty()) {
    base::LogInfo("sweep", "removed {} stale work trees", swept->size());
  }
}

}  // namespace odu::coordinator
