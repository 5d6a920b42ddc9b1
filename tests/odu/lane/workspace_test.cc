#include "odu/lane/workspace.h"

#include <gtest/gtest.h>

#include "os/environment.h"
#include "os/file_system.h"
#include "support/git_repo.h"

namespace odu::lane {
namespace {

/// A workspace made with a git that needs no event loop.
class Made {
 public:
  Made() : runner(os::Environment(support::GitRepo::CleanEnvironment())) {
    source.mode = model::SourceMode::kWorktree;
    source.repository = repo.path();
    source.workspace = dir / "below/work";
    repo.Write("file", "one\n");
    source.sha = repo.Commit();
  }
  base::Result<void> Make(bool again = false) {
    lines.clear();
    return git::Blocking(MakeWorkspace(
        runner, source, again, [this](std::string_view line) { lines.emplace_back(line); }));
  }
  base::Result<void> Remove() { return git::Blocking(RemoveWorkspace(runner, source)); }

  support::TempDir dir;
  support::GitRepo repo;
  git::BlockingRunner runner;
  model::LaneSource source;
  std::vector<std::string> lines;
};

TEST(Workspace, InPlaceIsTheLiveTreeAndNothingIsMadeOrRemoved) {
  Made made;
  made.source.mode = model::SourceMode::kInPlace;
  ASSERT_TRUE(made.Make());
  EXPECT_EQ(made.lines, std::vector<std::string>{"[odu] using the live tree " + made.repo.path()});
  EXPECT_EQ(WorkspaceOf(made.source), made.repo.path());
  ASSERT_TRUE(made.Remove());
  EXPECT_TRUE(os::Exists(made.repo.path() + "/file"));
}

TEST(Workspace, ALiveTreeThatIsGoneIsTold) {
  Made made;
  made.source.mode = model::SourceMode::kInPlace;
  made.source.repository = made.dir / "gone";
  ASSERT_FALSE(made.Make());
  ASSERT_FALSE(made.lines.empty());
  EXPECT_TRUE(made.lines[0].starts_with("[odu] _ci-setup failed: "));
}

TEST(Workspace, AWorkTreeOfTheCommitIsMadeAndRemovedWithWhateverItHolds) {
  Made made;
  ASSERT_TRUE(made.Make());
  EXPECT_EQ(os::ReadFile(made.source.workspace + "/file", 100), "one\n");
  EXPECT_EQ(made.lines.back(), "[odu] using the work tree " + made.source.workspace);
  made.dir.Write("below/work/left over", "x");
  ASSERT_TRUE(made.Remove());
  EXPECT_FALSE(os::Exists(made.source.workspace));
  EXPECT_EQ(made.repo.Git({"worktree", "list"}).find("work"), std::string::npos);
}

TEST(Workspace, AnotherAttemptStartsFromAFreshTree) {
  Made made;
  ASSERT_TRUE(made.Make());
  made.dir.Write("below/work/file", "spoilt");
  EXPECT_FALSE(made.Make());
  ASSERT_TRUE(made.Make(true));
  EXPECT_EQ(os::ReadFile(made.source.workspace + "/file", 100), "one\n");
}

TEST(Workspace, ACommitThatIsNotThereIsTold) {
  Made made;
  made.source.sha = std::string(40, 'a');
  ASSERT_FALSE(made.Make());
  EXPECT_FALSE(os::Exists(made.source.workspace));
}

}  // namespace
}  // namespace odu::lane
