#include "odu/lane/source_sweep.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "git/submodules.h"
#include "git/worktree.h"
#include "odu/lane/left_behind.h"
#include "odu/lane/source_lock.h"
#include "odu/lane/source_submodules.h"
#include "odu/lane/upload_desk.h"
#include "odu/model/lane_folder.h"
#include "odu/model/lane_journal.h"
#include "os/file_lock.h"
#include "os/file_system.h"
#include "os/process.h"
#include "service/home.h"

namespace odu::lane {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kGonePrefix = ".gone.";
constexpr size_t kMaxJournalBytes = size_t{256} << 20;
constexpr async::Duration kTidyTimeout = std::chrono::minutes(10);

int64_t ChangedMs(const std::string& path) {
  const auto status = os::StatusOf(path);
  return status ? status->modified_ms : 0;
}

/// The directories of `folder`, without what a sweep was removing when it was cut off: that goes.
std::vector<std::string> FoldersIn(const std::string& folder) {
  std::vector<std::string> names;
  const auto entries = os::ListDir(folder);
  if (!entries) {
    return names;
  }
  for (const os::DirEntry& entry : *entries) {
    if (entry.kind != os::FileKind::kDirectory) {
      continue;
    }
    if (entry.name.starts_with(kGonePrefix)) {
      (void)os::RemoveTree(folder + "/" + entry.name);
    } else {
      names.push_back(entry.name);
    }
  }
  return names;
}

/// One step to everybody else, however long it takes.
bool RemoveAsOne(const std::string& folder, const std::string& name) {
  const std::string gone = folder + "/" + std::string(kGonePrefix) + name;
  return ::rename((folder + "/" + name).c_str(), gone.c_str()) == 0 &&
         os::RemoveTree(gone).has_value();
}

/// Regular files' bytes, symlinks not followed.
uint64_t BytesBelow(const std::string& folder) {
  namespace fs = std::filesystem;
  uint64_t bytes = 0;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    std::error_code unknown;
    if (at->is_regular_file(unknown) && !at->is_symlink(unknown)) {
      const auto size = at->file_size(unknown);
      bytes += unknown ? 0 : size;
    }
  }
  return bytes;
}

/// Whether some process of ours stands in `folder` (a terminal somebody has there).
bool IsWorkedIn(const std::string& folder) {
  for (const pid_t pid : os::AllProcesses()) {
    std::string at(4096, '\0');
    const ssize_t length =
        ::readlink(("/proc/" + std::to_string(pid) + "/cwd").c_str(), at.data(), at.size());
    at.resize(length > 0 ? static_cast<size_t>(length) : 0);
    if (at == folder || at.starts_with(folder + "/")) {
      return true;
    }
  }
  return false;
}

struct LaneSeen {
  std::string name;
  bool lives = false;
  bool ended = false;  ///< and wrote it down
  int64_t changed_ms = 0;
  std::string marker;
  model::LaneSource source;
};

LaneSeen SeeLane(const std::string& lanes, std::string name) {
  const model::LaneFolder folder(lanes + "/" + name);
  LaneSeen seen;
  seen.name = std::move(name);
  // What cannot be asked counts as alive.
  seen.lives = os::IsLocked(folder.lock()).value_or(true);
  for (const std::string& path : {folder.path(), folder.journal(), folder.header()}) {
    seen.changed_ms = std::max(seen.changed_ms, ChangedMs(path));
  }
  if (auto text = os::ReadFile(folder.journal(), kMaxJournalBytes)) {
    const model::LaneHistory history = model::ReadLaneJournal(*text);
    seen.ended = history.ended.has_value();
    if (history.configured) {
      seen.marker = model::LaneMarker(history.configured->run_id, history.configured->platform);
      seen.source = history.configured->source;
    }
  }
  return seen;
}

class Sweeper {
 public:
  Sweeper(git::Runner& runner, async::Clock& clock, std::string root, const SweepRules& rules)
      : runner_(runner), clock_(clock), root_(std::move(root)), rules_(rules) {
    for (const std::string& name : FoldersIn(root_ + "/lanes")) {
      LaneSeen seen = SeeLane(root_ + "/lanes", name);
      lanes_.emplace(name, std::move(seen));
    }
  }

  asio::awaitable<void> Run() {
    co_await EndLeftBehinds();
    co_await SweepTrees();
    SweepLanes();
    co_await SweepCaches();
  }

  std::vector<std::string> removed() { return std::move(removed_); }

 private:
  bool IsOlder(int64_t changed_ms, async::Duration than) const {
    const int64_t bound = std::chrono::duration_cast<std::chrono::milliseconds>(than).count();
    return clock_.WallMs() - changed_ms >= bound;
  }

  /// Nobody will start the lanes that were killed only to clean up after them.
  asio::awaitable<void> EndLeftBehinds() {
    for (const auto& [name, lane] : lanes_) {
      if (lane.lives) {
        continue;
      }
      UploadDesk::ClearLeftBehind(root_ + "/lanes/" + name);
      if (!lane.ended && !lane.marker.empty()) {
        const size_t ended = co_await EndLeftBehind(clock_, lane.marker, rules_.grace);
        (void)ended;
      }
    }
  }

  struct Tree {
    std::string path;
    std::string cache;  ///< empty when it came as an archive
    int64_t changed_ms = 0;
  };

  asio::awaitable<void> SweepTrees() {
    std::map<std::string, std::vector<Tree>> kept;
    for (const std::string& name : FoldersIn(root_ + "/work")) {
      Tree tree;
      tree.path = root_ + "/work/" + name;
      tree.changed_ms = ChangedMs(tree.path);
      std::string repository;
      if (const auto lane = lanes_.find(name); lane != lanes_.end()) {
        if (lane->second.lives) {
          continue;
        }
        tree.changed_ms = std::max(tree.changed_ms, lane->second.changed_ms);
        repository = lane->second.source.repository;
      }
      if (const auto git_dir = git::GitDirOf(tree.path)) {
        const size_t end = git_dir->rfind("/worktrees/");
        tree.cache = end == std::string::npos ? std::string() : git_dir->substr(0, end);
      }
      kept[tree.cache.empty() ? repository : tree.cache].push_back(std::move(tree));
    }
    for (auto& [repository, trees] : kept) {
      std::ranges::sort(trees, std::greater<>(), &Tree::changed_ms);
      for (size_t i = 0; i < trees.size(); ++i) {
        const bool old = IsOlder(trees[i].changed_ms, rules_.trees_after);
        if ((old || i >= rules_.trees_kept) && !IsWorkedIn(trees[i].path)) {
          co_await RemoveTree(trees[i]);
        }
      }
    }
  }

  asio::awaitable<void> RemoveTree(Tree tree) {
    // Only what lies where caches lie is taken for one.
    if (!tree.cache.starts_with(root_ + "/repos/") || !os::Exists(tree.cache)) {
      if (os::RemoveTree(tree.path)) {
        removed_.push_back(tree.path);
      }
      co_return;
    }
    auto lock = os::FileLock::TryLock(SourceLockPath(tree.cache));
    if (!lock || !lock->StillAtPath()) {
      co_return;
    }
    auto gone = co_await RemoveTreeOfCache(runner_, tree.cache, tree.path);
    if (gone || !os::Exists(tree.path)) {
      removed_.push_back(tree.path);
    }
  }

  void SweepLanes() {
    const std::string lanes = root_ + "/lanes";
    for (auto& [name, lane] : lanes_) {
      if (lane.lives || !IsOlder(lane.changed_ms, rules_.lanes_after)) {
        continue;
      }
      // Held while it goes, so that none is born in it.
      auto lock = os::FileLock::TryLock(model::LaneFolder(lanes + "/" + name).lock());
      if (lock && RemoveAsOne(lanes, name)) {
        removed_.push_back(lanes + "/" + name);
      }
    }
  }

  struct Cache {
    std::string name;
    std::string path;
    int64_t used_ms = 0;
    uint64_t bytes = 0;
    bool in_use = false;
  };

  bool HasTree(const std::string& cache) const {
    const auto entries = os::ListDir(cache + "/worktrees");
    if (!entries) {
      return false;
    }
    return std::ranges::any_of(*entries, [&cache](const os::DirEntry& entry) {
      auto text = os::ReadFile(cache + "/worktrees/" + entry.name + "/gitdir", 8192);
      if (!text) {
        return false;
      }
      while (text->ends_with('\n')) {
        text->pop_back();
      }
      return os::Exists(*text);
    });
  }

  asio::awaitable<void> SweepCaches() {
    std::vector<Cache> caches;
    uint64_t all_bytes = 0;
    for (const std::string& name : FoldersIn(root_ + "/repos")) {
      Cache cache;
      cache.name = name;
      cache.path = root_ + "/repos/" + name;
      cache.used_ms = LastSourceUse(cache.path);
      cache.bytes = BytesBelow(cache.path);
      cache.in_use = HasTree(cache.path) || std::ranges::any_of(lanes_, [&](const auto& item) {
                       return item.second.lives && item.second.source.repository == cache.path;
                     });
      all_bytes += cache.bytes;
      caches.push_back(std::move(cache));
    }
    std::ranges::sort(caches, std::less<>(), &Cache::used_ms);
    for (const Cache& cache : caches) {
      const bool old = IsOlder(cache.used_ms, rules_.caches_after);
      auto lock = os::FileLock::TryLock(SourceLockPath(cache.path));
      if (!lock || !lock->StillAtPath()) {
        continue;
      }
      // Used between the look and the lock.
      const bool untouched = LastSourceUse(cache.path) == cache.used_ms;
      if (!cache.in_use && untouched && (old || all_bytes > rules_.caches_bytes)) {
        if (RemoveAsOne(root_ + "/repos", cache.name)) {
          all_bytes -= cache.bytes;
          ::unlink(SourceLockPath(cache.path).c_str());
          removed_.push_back(cache.path);
        }
        continue;
      }
      git::Command tidy;
      tidy.arguments = std::vector<std::string>{
          "-c", "gc.autoPackLimit=40", "-c", "gc.autoDetach=false", "gc", "--auto", "--quiet"};
      tidy.directory = cache.path;
      tidy.timeout = kTidyTimeout;
      // Without git there is no cache that grows.
      auto tidied = co_await runner_.Run(std::move(tidy));
      (void)tidied;
    }
  }

  git::Runner& runner_;
  async::Clock& clock_;
  std::string root_;
  SweepRules rules_;
  std::map<std::string, LaneSeen> lanes_;
  std::vector<std::string> removed_;
};

}  // namespace

asio::awaitable<base::Result<SweepReport>> Sweep(git::Runner& runner, async::Clock& clock,
                                                 std::string root, SweepRules rules) {
  SweepReport report;
  if (!os::Exists(root)) {
    co_return report;
  }
  if (auto own = service::MakeOwnDir(root); !own) {
    co_return base::Pass(own.error());
  }
  auto lock = os::FileLock::TryLock(root + "/sweep.lock");
  if (!lock && lock.error().kind() == base::ErrorKind::kBusy) {
    report.busy = true;
    co_return report;
  }
  if (!lock) {
    co_return base::Pass(lock.error());
  }
  Sweeper sweeper(runner, clock, std::move(root), rules);
  co_await sweeper.Run();
  report.removed = sweeper.removed();
  co_return report;
}

std::string SweepRootOf(const std::string& lane_folder, const model::LaneSource& source) {
  const size_t name = lane_folder.rfind('/');
  const std::string lanes = lane_folder.substr(0, name == std::string::npos ? 0 : name);
  constexpr std::string_view kLanes = "/lanes";
  if (source.mode != model::SourceMode::kShipped || !lanes.ends_with(kLanes)) {
    return {};
  }
  std::string root = lanes.substr(0, lanes.size() - kLanes.size());
  const bool laid_out = !root.empty() && source.repository.starts_with(root + "/repos/") &&
                        source.workspace.starts_with(root + "/work/");
  return laid_out ? root : std::string();
}

bool IsSweepDue(const std::string& root, async::Duration every, int64_t now_ms) {
  const std::string mark = root + "/swept";
  const int64_t bound = std::chrono::duration_cast<std::chrono::milliseconds>(every).count();
  const auto last = os::StatusOf(mark);
  // A clock that was set back must not put it off for ever.
  if (last && now_ms - last->modified_ms < bound && last->modified_ms <= now_ms) {
    return false;
  }
  return os::WriteFileAtomic(mark, "").has_value();
}

}  // namespace odu::lane
