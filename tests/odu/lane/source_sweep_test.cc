#include "odu/lane/source_sweep.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "git/object_cache.h"
#include "odu/lane/source_lock.h"
#include "odu/model/lane_folder.h"
#include "odu/model/lane_journal.h"
#include "os/child.h"
#include "os/environment.h"
#include "os/file_lock.h"
#include "os/file_system.h"
#include "os/process.h"
#include "support/git_repo.h"
#include "support/temp_dir.h"

namespace odu::lane {
namespace {

/// A host on which lanes have been.
class Host {
 public:
  Host() {
    repo.Write("file", "words\n");
    sha = repo.Commit();
    rules.grace = std::chrono::milliseconds(100);
  }
  std::vector<std::string> Sweep() {
    auto swept = git::Blocking(lane::Sweep(runner, clock, root, rules));
    EXPECT_TRUE(swept);
    std::ranges::sort(swept->removed);
    for (std::string& path : swept->removed) {
      path = path.substr(root.size() + 1);
    }
    return swept->removed;
  }
  std::string Lane(const std::string& name, bool ended = true, const std::string& repository = {}) {
    const std::string folder = root + "/lanes/" + name;
    model::LaneConfigured configured;
    configured.run_id = name.substr(0, name.find('.'));
    configured.platform = "x86_64-linux";
    configured.source.mode = model::SourceMode::kShipped;
    configured.source.repository = repository;
    std::string text = model::LaneJournalLine("configured", surface::Encoded(configured));
    if (ended) {
      text += model::LaneJournalLine("ended", surface::Encoded(model::LaneEnded{"released", 1}));
    }
    EXPECT_TRUE(os::MakeDirs(folder));
    EXPECT_TRUE(os::WriteFileAtomic(folder + "/journal.ndjson", text));
    EXPECT_TRUE(os::WriteFileAtomic(folder + "/lock", ""));
    return folder;
  }
  std::string Cache(const std::string& name) {
    const std::string cache = root + "/repos/" + name;
    EXPECT_TRUE(git::Blocking(git::MakeObjectCache(runner, cache, sha)));
    git::FetchRequest fetch;
    fetch.cache = cache;
    fetch.origin = repo.path();
    fetch.sha = sha;
    EXPECT_TRUE(git::Blocking(git::FetchCommit(runner, fetch)));
    NoteSourceUse(cache);
    return cache;
  }
  std::string Tree(const std::string& cache, const std::string& name) {
    git::WorktreeRequest request;
    request.toplevel = cache;
    request.path = root + "/work/" + name;
    request.sha = sha;
    EXPECT_TRUE(git::Blocking(git::AddWorktree(runner, request)));
    return request.path;
  }
  /// `path` and what lies right in it was changed so long ago.
  void Age(const std::string& path, std::chrono::seconds age) {
    const auto when = static_cast<time_t>(clock.WallMs() / 1000 - age.count());
    const timespec times[2] = {{when, 0}, {when, 0}};
    if (const auto entries = os::ListDir(path)) {
      for (const auto& entry : *entries) {
        ::utimensat(AT_FDCWD, (path + "/" + entry.name).c_str(), times, AT_SYMLINK_NOFOLLOW);
      }
    }
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }

  support::TempDir dir;
  std::string root = dir / "odu";
  support::GitRepo repo;
  std::string sha;
  git::BlockingRunner runner{[] {
    os::Environment environment = os::Environment::Current();
    for (const std::string& entry : support::GitRepo::CleanEnvironment()) {
      environment.Set(entry.substr(0, entry.find('=')), entry.substr(entry.find('=') + 1));
    }
    return environment;
  }()};
  async::SystemClock clock;
  SweepRules rules;
};

using std::chrono::hours;
using Paths = std::vector<std::string>;

TEST(SourceSweep, NothingThereIsNothingToDo) {
  Host host;
  EXPECT_EQ(host.Sweep(), Paths());
  EXPECT_FALSE(os::Exists(host.root));
}

TEST(SourceSweep, ALaneGoesAWeekAfterItsEnd) {
  Host host;
  host.Age(host.Lane("NEW.x86_64-linux"), hours(24 * 6));
  host.Age(host.Lane("OLD.x86_64-linux"), hours(24 * 8));
  EXPECT_EQ(host.Sweep(), Paths{"lanes/OLD.x86_64-linux"});
  EXPECT_TRUE(os::Exists(host.root + "/lanes/NEW.x86_64-linux/journal.ndjson"));
  EXPECT_EQ(os::ListDir(host.root + "/lanes")->size(), 1U);
}

TEST(SourceSweep, ALaneThatLivesStaysHoweverOldWithItsTreeAndItsCache) {
  Host host;
  const std::string cache = host.Cache("0123456789abcdef.git");
  const std::string lane = host.Lane("R.x86_64-linux", false, cache);
  host.Age(host.Tree(cache, "R.x86_64-linux"), hours(24 * 400));
  host.Age(lane, hours(24 * 400));
  host.Age(cache, hours(24 * 400));
  host.rules.caches_bytes = 0;
  {
    const auto lock = os::FileLock::TryLock(lane + "/lock");
    ASSERT_TRUE(lock);
    EXPECT_EQ(host.Sweep(), Paths());
  }
  host.Age(lane, hours(24 * 400));
  EXPECT_EQ(host.Sweep(),
            (Paths{"lanes/R.x86_64-linux", "repos/0123456789abcdef.git", "work/R.x86_64-linux"}));
}

TEST(SourceSweep, TheCacheOfALaneThatStillWaitsForItsSourceStays) {
  Host host;
  const std::string cache = host.Cache("0123456789abcdef.git");
  const std::string lane = host.Lane("R.x86_64-linux", false, cache);
  host.Age(cache, hours(24 * 400));
  const auto lock = os::FileLock::TryLock(lane + "/lock");
  EXPECT_EQ(host.Sweep(), Paths());
}

TEST(SourceSweep, AKeptTreeGoesAfterADayAndOnlyThreeOfARepositoryAreKept) {
  Host host;
  const std::string one = host.Cache("0000000000000001.git");
  const std::string two = host.Cache("0000000000000002.git");
  for (int i = 1; i <= 5; ++i) {
    host.Age(host.Tree(one, "A" + std::to_string(i) + ".x86_64-linux"), hours(i));
  }
  host.Age(host.Tree(two, "B1.x86_64-linux"), hours(23));
  host.Age(host.Tree(two, "B2.x86_64-linux"), hours(25));
  EXPECT_EQ(host.Sweep(),
            (Paths{"work/A4.x86_64-linux", "work/A5.x86_64-linux", "work/B2.x86_64-linux"}));
  EXPECT_EQ(git::Blocking(git::ListWorktrees(host.runner, one))->size(), 4U);
  EXPECT_EQ(host.Sweep(), Paths());
}

TEST(SourceSweep, ATreeWithoutGitIsSweptByItsLanesRepository) {
  Host host;
  for (int i = 1; i <= 4; ++i) {
    const std::string name = "A" + std::to_string(i) + ".x86_64-linux";
    host.Age(host.Lane(name, true, "/gone/x.git"), hours(i));
    ASSERT_TRUE(os::MakeDirs(host.root + "/work/" + name + "/deep"));
    host.Age(host.root + "/work/" + name, hours(i));
  }
  EXPECT_EQ(host.Sweep(), Paths{"work/A4.x86_64-linux"});
}

TEST(SourceSweep, ATreeInWhichSomebodyWorksStays) {
  Host host;
  const std::string cache = host.Cache("0123456789abcdef.git");
  const std::string tree = host.Tree(cache, "R.x86_64-linux");
  host.Age(tree, hours(48));
  const std::vector<std::string> argv{"/bin/sleep", "1000"};
  const std::vector<std::string> environment{"PATH=/usr/bin:/bin"};
  os::SpawnSpec spec;
  spec.argv = argv;
  spec.environment = environment;
  spec.directory = tree.c_str();
  const pid_t shell = os::Spawn(spec).value();
  EXPECT_EQ(host.Sweep(), Paths());
  ::kill(shell, SIGKILL);
  ASSERT_TRUE(os::WaitForChild(shell));
  EXPECT_EQ(host.Sweep(), Paths{"work/R.x86_64-linux"});
}

TEST(SourceSweep, AGitFileThatLeadsElsewhereIsNotFollowed) {
  Host host;
  const std::string tree = host.root + "/work/R.x86_64-linux";
  ASSERT_TRUE(os::MakeDirs(tree));
  ASSERT_TRUE(os::MakeDirs(host.dir / "mine/worktrees/R"));
  ASSERT_TRUE(
      os::WriteFileAtomic(tree + "/.git", "gitdir: " + (host.dir / "mine/worktrees/R") + "\n"));
  host.Age(tree, hours(48));
  EXPECT_EQ(host.Sweep(), Paths{"work/R.x86_64-linux"});
  EXPECT_TRUE(os::Exists(host.dir / "mine/worktrees/R"));
  EXPECT_FALSE(os::Exists(host.dir / "mine.lock"));
}

TEST(SourceSweep, ACacheGoesUnusedForAMonthUnlessATreeHangsOnIt) {
  Host host;
  host.Age(host.Cache("0000000000000001.git"), hours(24 * 31));
  const std::string used = host.Cache("0000000000000002.git");
  host.Tree(used, "KEPT.x86_64-linux");
  host.Age(used, hours(24 * 31));
  host.Age(host.Cache("0000000000000003.git"), hours(24 * 29));
  EXPECT_EQ(host.Sweep(), Paths{"repos/0000000000000001.git"});
}

TEST(SourceSweep, OverTheQuotaTheLeastRecentlyUsedGoFirstAndNoneInUse) {
  Host host;
  std::vector<std::string> caches;
  for (int i = 1; i <= 4; ++i) {
    caches.push_back(host.Cache("000000000000000" + std::to_string(i) + ".git"));
    ASSERT_TRUE(os::WriteFileAtomic(caches.back() + "/ballast", std::string(1 << 20, 'x')));
    host.Age(caches.back(), hours(100 - 10 * i));
  }
  host.Tree(caches[0], "KEPT.x86_64-linux");
  const auto held = os::FileLock::TryLock(SourceLockPath(caches[1]));
  host.rules.caches_bytes = (3 << 20) + (1 << 19);
  EXPECT_EQ(host.Sweep(), Paths{"repos/0000000000000003.git"});
  EXPECT_FALSE(os::Exists(SourceLockPath(caches[2])));
}

TEST(SourceSweep, WhatAKilledLaneLeftRunningIsEndedAndItsHalfUploadRemoved) {
  Host host;
  const std::string run = "SWEEP" + std::to_string(getpid());
  const std::string lane = host.Lane(run + ".x86_64-linux", false);
  ASSERT_TRUE(os::WriteFileAtomic(lane + "/upload.1", "half"));
  const std::vector<std::string> argv{"/bin/sleep", "1000"};
  const std::vector<std::string> environment{"PATH=/usr/bin:/bin",
                                             "ODU_ATTEMPT_ID=" + run + ".x86_64-linux.a.1"};
  os::SpawnSpec spec;
  spec.argv = argv;
  spec.environment = environment;
  const pid_t orphan = os::Spawn(spec).value();
  // Spawned is not yet there: for a moment after exec the kernel shows no environment.
  while (!os::EnvironmentValueOf(orphan, "ODU_ATTEMPT_ID")) {
    ::sched_yield();
  }
  EXPECT_EQ(host.Sweep(), Paths());
  EXPECT_TRUE(std::holds_alternative<os::Signalled>(os::WaitForChild(orphan).value()));
  EXPECT_FALSE(os::Exists(lane + "/upload.1"));
}

TEST(SourceSweep, WhatACutOffSweepLeftGoesAndTwoDoNotSweepAtOnce) {
  Host host;
  ASSERT_TRUE(os::MakeDirs(host.root + "/repos/.gone.x.git/deep"));
  {
    const auto lock = os::FileLock::TryLock(host.root + "/sweep.lock");
    auto busy = git::Blocking(Sweep(host.runner, host.clock, host.root, host.rules));
    ASSERT_TRUE(busy);
    EXPECT_TRUE(busy->busy);
    EXPECT_TRUE(os::Exists(host.root + "/repos/.gone.x.git"));
  }
  EXPECT_EQ(host.Sweep(), Paths());
  EXPECT_FALSE(os::Exists(host.root + "/repos/.gone.x.git"));
}

TEST(SourceSweep, AFolderThatIsASymlinkIsRefused) {
  Host host;
  ASSERT_TRUE(os::MakeDirs(host.dir / "elsewhere"));
  ASSERT_EQ(::symlink((host.dir / "elsewhere").c_str(), host.root.c_str()), 0);
  auto refused = git::Blocking(Sweep(host.runner, host.clock, host.root, host.rules));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), "symlink");
}

TEST(SourceSweep, OnlyTheLayoutOfAnotherMachineHasARoot) {
  model::LaneSource source;
  source.mode = model::SourceMode::kShipped;
  source.repository = "/h/odu/repos/x.git";
  source.workspace = "/h/odu/work/R.p";
  EXPECT_EQ(SweepRootOf("/h/odu/lanes/R.p", source), "/h/odu");
  EXPECT_EQ(SweepRootOf("/h/other/lanes/R.p", source), "");
  EXPECT_EQ(SweepRootOf("/lanes/R.p", source), "");
  EXPECT_EQ(SweepRootOf("/h/odu/runs/R.p", source), "");
  source.mode = model::SourceMode::kWorktree;
  EXPECT_EQ(SweepRootOf("/h/odu/lanes/R.p", source), "");
}

TEST(SourceSweep, IsDueOnceInAWhile) {
  const support::TempDir dir;
  async::SystemClock clock;
  const int64_t now = clock.WallMs();
  EXPECT_TRUE(IsSweepDue(dir.path(), hours(1), now));
  EXPECT_FALSE(IsSweepDue(dir.path(), hours(1), now + 60'000));
  EXPECT_TRUE(IsSweepDue(dir.path(), hours(1), now + 7'200'000));
  EXPECT_TRUE(IsSweepDue(dir.path(), hours(1), now - 7'200'000)) << "the clock was set back";
}

}  // namespace
}  // namespace odu::lane
