#include "odu/lane/source_shipped.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <utility>

#include "git/object_cache.h"
#include "odu/lane/shipped_world.h"
#include "odu/lane/source_lock.h"
#include "os/file_lock.h"
#include "support/cli.h"
#include "support/git_repo.h"

namespace odu::lane {
namespace {

TEST(SourceShipped, IsFetchedFromOriginWhenItIsThere) {
  ShippedWorld it;
  it.request.source.origin = it.repo.path();
  it.Begin();
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(), "ok") << it.Log();
  EXPECT_EQ(it.world.Log("a"), "two\n" + it.sha.substr(0, 5));
  EXPECT_NE(it.Log().find("[odu] fetching commit " + it.sha.substr(0, 7) + " from "),
            std::string::npos)
      << it.Log();
  EXPECT_TRUE(it.Log().ends_with("[odu] using the work tree " + it.work + "\n")) << it.Log();
  EXPECT_EQ(os::StatusOf(it.cache)->mode, 0700U);
  EXPECT_EQ(os::StatusOf(it.world.dir / "works")->mode, 0700U);
}

TEST(SourceShipped, WhatTheHostHasIsNotAskedFor) {
  ShippedWorld it;
  git::BlockingRunner runner{os::Environment(it.request.env)};
  ASSERT_TRUE(git::Blocking(git::MakeObjectCache(runner, it.cache, it.sha)));
  git::FetchRequest fetch;
  fetch.cache = it.cache;
  fetch.origin = it.repo.path();
  fetch.sha = it.sha;
  ASSERT_TRUE(git::Blocking(git::FetchCommit(runner, fetch)));
  it.request.source.origin = "/nowhere/at/all";
  it.Begin();
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(), "ok") << it.Log();
  EXPECT_EQ(it.Log().find("fetching"), std::string::npos) << it.Log();
}

TEST(SourceShipped, AnUnpushedCommitIsAskedForWithoutWhatTheHostHas) {
  ShippedWorld it;
  git::BlockingRunner runner{os::Environment(it.request.env)};
  ASSERT_TRUE(git::Blocking(git::MakeObjectCache(runner, it.cache, it.base)));
  git::FetchRequest fetch;
  fetch.cache = it.cache;
  fetch.origin = it.repo.path();
  fetch.sha = it.base;
  ASSERT_TRUE(git::Blocking(git::FetchCommit(runner, fetch)));
  support::GitRepo other;
  it.request.source.origin = other.path();
  it.Begin();
  ASSERT_TRUE(it.Needs("bundle"));
  EXPECT_EQ(it.need().have, std::vector<std::string>{it.base});
  EXPECT_EQ(it.world.At("_ci-setup").status, model::NodeStatus::kRunning);
  it.Bring(it.Bundle({"main", "^" + it.base}));
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(), "ok") << it.Log();
  EXPECT_EQ(it.world.Log("a"), "two\n" + it.sha.substr(0, 5));
  EXPECT_NE(it.Log().find("[odu] not fetched: git fetch: "), std::string::npos) << it.Log();
  EXPECT_NE(it.Log().find("[git] "), std::string::npos) << it.Log();
  EXPECT_NE(it.Log().find("[odu] received "), std::string::npos) << it.Log();
  EXPECT_EQ(it.need(), model::SourceNeed());
  EXPECT_EQ(it.Uploads(), 0U);
}

TEST(SourceShipped, ABundleOnTopOfWhatIsGoneMakesItAskForAll) {
  ShippedWorld it;
  it.Begin();
  ASSERT_TRUE(it.Needs("bundle"));
  const std::string first = it.need().id;
  it.Bring(it.Bundle({"main", "^" + it.base}));
  ASSERT_TRUE(
      it.world.loop.RunUntil([&] { return it.need().kind == "bundle" && it.need().id != first; }));
  EXPECT_EQ(it.need().have, std::vector<std::string>());
  it.Bring(it.Bundle({"main"}));
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(), "ok") << it.Log();
}

TEST(SourceShipped, ABundleThatIsNoneIsARedSetup) {
  ShippedWorld it;
  it.Begin();
  ASSERT_TRUE(it.Needs("bundle"));
  it.Bring("not a bundle at all");
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(), "failed (git bundle: it does not begin like one)");
  EXPECT_EQ(it.world.Word("a"), "skipped (skipped: _ci-setup failed)");
  EXPECT_EQ(it.Uploads(), 0U);
}

TEST(SourceShipped, AFullDiskIsARedSetupThatSaysSo) {
  // A mount of our own, seen by nobody else.
  support::TempDir disk;
  if (::unshare(CLONE_NEWNS) != 0 ||
      ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", disk.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
    GTEST_SKIP() << "a file system of its own needs root";
  }
  {
    ShippedWorld it(disk / "lane");
    it.Begin();
    ASSERT_TRUE(it.Needs("bundle"));
    const std::string id = it.need().id;
    const std::string piece(size_t{256} << 10, 'x');
    base::Result<uint64_t> taken = uint64_t{0};
    for (int i = 0; i < 8 && taken; ++i) {
      taken = it.world.lane.desk().Take(id, *taken, piece, false);
    }
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().code(), "disk_full");
    ASSERT_TRUE(it.world.Settle());
    EXPECT_EQ(it.Setup(), "failed (disk full)");
    EXPECT_EQ(it.Uploads(), 0U);
    EXPECT_NE(it.Log().find("[odu] _ci-setup failed: "), std::string::npos) << it.Log();
    EXPECT_TRUE(it.world.At("_ci-setup").log_complete);
  }
  ::umount2(disk.path().c_str(), MNT_DETACH);
}

TEST(SourceShipped, ACancelWhileItWaitsEndsItAndARerunAsksAgain) {
  ShippedWorld it;
  it.Begin();
  ASSERT_TRUE(it.Needs("bundle"));
  const std::string first = it.need().id;
  ASSERT_TRUE(it.world.lane.Cancel({}, "cancelled", false));
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(), "cancelled (cancelled)");
  EXPECT_EQ(it.need(), model::SourceNeed());
  EXPECT_EQ(it.Uploads(), 0U);
  ASSERT_TRUE(it.world.lane.Rerun({}));
  ASSERT_TRUE(it.Needs("bundle"));
  EXPECT_NE(it.need().id, first);
  it.Bring(it.Bundle({"main"}));
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(2), "ok") << it.Log(2);
}

TEST(SourceShipped, ARerunOfSetupMakesTheTreeAfresh) {
  ShippedWorld it;
  it.request.source.origin = it.repo.path();
  it.request.plan.nodes[0].argv[2] = "cat file; echo spoilt > file; exit 1";
  it.Begin();
  ASSERT_TRUE(it.world.Settle());
  ASSERT_TRUE(it.world.lane.Rerun({"_ci-setup"}));
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(2), "ok") << it.Log(2);
  EXPECT_EQ(it.world.Log("a", 2), "two\n");
  EXPECT_NE(it.Log(2).find("is on this host already"), std::string::npos);
}

TEST(SourceShipped, WithoutGitTheTreeComesAsAnArchiveAndTheLogSaysSo) {
  ShippedWorld it;
  it.Only({"tar", "cat"});
  it.request.plan.nodes[0].argv[2] = "cat file";
  it.Begin();
  ASSERT_TRUE(it.Needs("tar"));
  EXPECT_EQ(it.need().have, std::vector<std::string>());
  it.Bring(it.Archive());
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(), "ok") << it.Log();
  EXPECT_EQ(it.world.Log("a"), "two\n");
  EXPECT_NE(it.Log().find(".git is absent"), std::string::npos) << it.Log();
  EXPECT_FALSE(os::Exists(it.work + "/.git"));
  EXPECT_FALSE(os::Exists(it.cache));

  ASSERT_TRUE(it.world.lane.Rerun({"_ci-setup"}));
  ASSERT_TRUE(it.Needs("tar"));
  it.Bring(it.Archive());
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(2), "ok") << it.Log(2);
  git::BlockingRunner runner{os::Environment(it.request.env)};
  ASSERT_TRUE(it.world.loop.Run(RemoveShipped(runner, it.world.clock, it.request.source)));
  EXPECT_FALSE(os::Exists(it.work));
}

TEST(SourceShipped, AnArchiveThatLeavesItsFolderIsNotUnpacked) {
  ShippedWorld it;
  it.Only({"tar"});
  it.Begin();
  ASSERT_TRUE(it.Needs("tar"));
  support::CliCall make;
  it.world.dir.Write("evil/escaped", "x");
  ASSERT_TRUE(os::MakeDirs(it.world.dir / "evil/in"));
  make.argv = {"tar", "--format=posix", "-cPf", it.world.dir / "evil.tar", "../escaped"};
  make.directory = it.world.dir / "evil/in";
  ASSERT_EQ(support::RunCli(make).exit_code, 0);
  it.Bring(it.world.dir.Read("evil.tar"));
  ASSERT_TRUE(it.world.Settle());
  EXPECT_TRUE(it.Setup().starts_with("failed (tar: ")) << it.Setup();
  EXPECT_FALSE(os::Exists(it.world.dir / "works/escaped"));
}

TEST(SourceShipped, AnArchiveOfAnotherCommitIsRefused) {
  ShippedWorld it;
  it.Only({"tar"});
  const std::string archive = it.Archive();
  it.request.source.sha = it.base;
  it.Begin();
  ASSERT_TRUE(it.Needs("tar"));
  it.Bring(archive);
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(), "failed (tar: it is of commit '" + it.sha + "')");
}

TEST(SourceShipped, AHostWithNeitherGitNorTarIsTold) {
  ShippedWorld it;
  it.Only({});
  it.Begin();
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(), "failed (this host has neither git nor tar)");
}

TEST(SourceShipped, TheCacheIsChangedByOneLaneAtATimeAndWhoWaitsSaysSo) {
  ShippedWorld it;
  it.request.source.origin = it.repo.path();
  ASSERT_TRUE(os::MakeDirs(it.world.dir / "repos"));
  auto held = os::FileLock::TryLock(SourceLockPath(it.cache));
  ASSERT_TRUE(held);
  it.Begin();
  ASSERT_TRUE(it.world.UntilLogHas("_ci-setup", "[odu] waiting for the object cache: "));
  EXPECT_FALSE(os::Exists(it.cache));
  {
    const os::FileLock released = std::move(*held);
  }
  ASSERT_TRUE(it.world.Settle());
  EXPECT_EQ(it.Setup(), "ok") << it.Log();
}

TEST(SourceShipped, TheCacheIsFreeWhileALaneWaitsForWhatIsMissing) {
  ShippedWorld it;
  it.Begin();
  ASSERT_TRUE(it.Needs("bundle"));
  EXPECT_TRUE(os::FileLock::TryLock(SourceLockPath(it.cache)));
}

TEST(SourceShipped, RemovingItTakesTreeAndRegistration) {
  ShippedWorld it;
  it.request.source.origin = it.repo.path();
  it.Begin();
  ASSERT_TRUE(it.world.Settle());
  git::BlockingRunner runner{os::Environment(it.request.env)};
  ASSERT_TRUE(it.world.loop.Run(RemoveShipped(runner, it.world.clock, it.request.source)));
  EXPECT_FALSE(os::Exists(it.work));
  const auto trees = git::Blocking(git::ListWorktrees(runner, it.cache));
  EXPECT_EQ(trees->size(), 1U);
}

}  // namespace
}  // namespace odu::lane
