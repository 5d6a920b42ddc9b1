#include "odu/agent/checkouts.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "async/clock.h"
#include "os/file_system.h"
#include "support/git_repo.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace odu::agent {
namespace {

/// Finds toplevels by their `.git`, and knows nothing else.
class PlainStore final : public Store {
 public:
  base::Result<CheckoutPlace> Find(const std::string& directory) override {
    for (std::filesystem::path at = directory; at != at.parent_path(); at = at.parent_path()) {
      if (os::Exists(at.string() + "/.git")) {
        return CheckoutPlace{at.string(), {}};
      }
    }
    return base::Fail(base::ErrorKind::kRefused, "not_a_repository", "none");
  }
  base::Result<bool> NeedsAdoption(const std::string&) override { return false; }
  base::Result<model::Run> IdleRun(const std::string&) override { return model::Run(); }
  base::Result<std::vector<model::RunSummary>> Runs(const std::string&, const RunsQuery&) override {
    return std::vector<model::RunSummary>();
  }
  base::Result<model::RunReport> Show(const std::string&, const std::string&) override {
    return model::RunReport();
  }
  base::Result<LogFile> Log(const std::string&, const std::string&, const std::string&,
                            int32_t) override {
    return LogFile();
  }
  std::string WorkTree(const std::string&, const std::string&, const std::string&) override {
    return {};
  }
  base::Result<model::NextReply> Next(const std::string&, const model::NextRequest&) override {
    return model::NextReply();
  }
  base::Result<std::string> Hosts(const std::string&) override { return std::string("{}"); }
  base::Result<std::string> Pipeline(const std::string&, const PlanQuery&) override {
    return std::string("{}");
  }
};

class CheckoutsTest : public testing::Test {
 protected:
  CheckoutsTest() : reaper(loop.executor()), world{loop.executor(), clock, reaper, store, {}} {
    repo.Commit();
    other.Commit();
  }
  std::string CodeOf(Checkouts& checkouts, const std::string& path) const {
    const auto found = checkouts.Find(path);
    return found ? "" : found.error().code();
  }

  support::GitRepo repo;
  support::GitRepo other;
  support::TempDir dir;
  support::Loop loop;
  async::SystemClock clock;
  os::Reaper reaper;
  PlainStore store;
  World world;
};

TEST_F(CheckoutsTest, TheServersOwnRepositoryAndItsWorkTreesAreDriven) {
  const std::string tree = dir.path() + "/tree";
  repo.Git({"worktree", "add", "-q", "--detach", tree});
  ASSERT_TRUE(os::MakeDirs(tree + "/sub"));
  Checkouts checkouts(world, repo.path(), {});
  EXPECT_EQ(CodeOf(checkouts, ""), "");
  EXPECT_EQ(CodeOf(checkouts, repo.path()), "");
  EXPECT_EQ(CodeOf(checkouts, tree), "");
  EXPECT_EQ(CodeOf(checkouts, tree + "/sub"), "");
  EXPECT_NE(*checkouts.Find(""), *checkouts.Find(tree));
  EXPECT_EQ(*checkouts.Find(tree), *checkouts.Find(tree + "/sub"));
}

TEST_F(CheckoutsTest, NothingElseIs) {
  Checkouts checkouts(world, repo.path(), {});
  EXPECT_EQ(CodeOf(checkouts, other.path()), "checkout_not_allowed");
  EXPECT_EQ(CodeOf(checkouts, dir.path()), "not_a_repository");
  EXPECT_EQ(CodeOf(checkouts, "relative"), "bad_path");
  EXPECT_EQ(CodeOf(checkouts, "/no/such"), "not_a_repository");
  // A symlink leads to where it leads.
  const std::string link = repo.path() + "/link";
  ASSERT_EQ(symlink(other.path().c_str(), link.c_str()), 0);
  EXPECT_EQ(CodeOf(checkouts, link), "checkout_not_allowed");
  EXPECT_FALSE(checkouts.MayTell(other.path()));
}

TEST_F(CheckoutsTest, AForgedLinkIntoOurGitFolderIsNoWorkTreeOfOurs) {
  const std::string forged = dir.path() + "/forged";
  ASSERT_TRUE(os::MakeDirs(forged));
  repo.Git({"worktree", "add", "-q", "--detach", dir.path() + "/tree"});
  Checkouts checkouts(world, repo.path(), {});
  const std::string ours = repo.path() + "/.git";
  for (const std::string& folder : {std::string("/nowhere"), ours, ours + "/worktrees/tree"}) {
    ASSERT_TRUE(os::WriteFileAtomic(forged + "/.git", "gitdir: " + folder + "\n"));
    EXPECT_EQ(CodeOf(checkouts, forged), "checkout_not_allowed") << folder;
  }
}

TEST_F(CheckoutsTest, AFolderThatBorrowsOurGitFolderIsNoWorkTreeOfOurs) {
  const std::string borrowed = dir.path() + "/borrowed";
  ASSERT_TRUE(os::MakeDirs(borrowed));
  ASSERT_EQ(symlink((repo.path() + "/.git").c_str(), (borrowed + "/.git").c_str()), 0);
  Checkouts checkouts(world, repo.path(), {});
  EXPECT_EQ(CodeOf(checkouts, borrowed), "checkout_not_allowed");
  EXPECT_FALSE(checkouts.MayTell(borrowed));
  // Dots and links in a path lead to where they lead.
  ASSERT_TRUE(os::MakeDirs(repo.path() + "/sub"));
  EXPECT_EQ(CodeOf(checkouts, repo.path() + "/sub/.."), "");
  const std::string away = std::filesystem::relative(other.path(), repo.path()).string();
  ASSERT_TRUE(away.starts_with("../"));
  EXPECT_EQ(CodeOf(checkouts, repo.path() + "/" + away), "checkout_not_allowed");
  EXPECT_EQ(CodeOf(checkouts, repo.path() + "/" + std::string(1, '\0')), "bad_path");
}

TEST_F(CheckoutsTest, APipelineLiesInItsCheckout) {
  ASSERT_TRUE(os::WriteFileAtomic(repo.path() + "/odu.json", "{}"));
  ASSERT_TRUE(os::WriteFileAtomic(dir.path() + "/odu.json", "{}"));
  ASSERT_EQ(symlink((dir.path() + "/odu.json").c_str(), (repo.path() + "/link.json").c_str()), 0);
  for (const std::string& file :
       {std::string(), std::string("odu.json"), std::string("sub/../only/in/the/commit.json"),
        repo.path() + "/odu.json"}) {
    EXPECT_TRUE(CheckInside(repo.path(), file)) << file;
  }
  for (const std::string& file :
       {dir.path() + "/odu.json", std::string("link.json"), std::string("../x.json"),
        std::string("sub/../../x.json"), repo.path() + "x.json", std::string("/etc/passwd")}) {
    EXPECT_EQ(CheckInside(repo.path(), file).error().code(), "outside_checkout") << file;
  }
}

TEST_F(CheckoutsTest, AFolderThatWasAllowedIsAllowedWithWhatIsBelowIt) {
  Checkouts checkouts(world, repo.path(), {std::filesystem::path(other.path()).parent_path()});
  EXPECT_EQ(CodeOf(checkouts, other.path()), "");
  Checkouts exact(world, dir.path(), {other.path()});
  EXPECT_EQ(CodeOf(exact, other.path()), "");
  EXPECT_EQ(CodeOf(exact, ""), "not_a_repository");
  Checkouts near(world, dir.path(), {other.path().substr(0, other.path().size() - 1)});
  EXPECT_EQ(CodeOf(near, other.path()), "checkout_not_allowed");
}

}  // namespace
}  // namespace odu::agent
