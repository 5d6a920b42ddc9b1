#include "odu/command/doctor_trees.h"

#include "doctor_fixture.h"
#include "odu/ledger/run_record.h"
#include "odu/model/run_id.h"
#include "os/file_lock.h"
#include "support/git_repo.h"

namespace odu::command {
namespace {

constexpr int64_t kDay = int64_t{24} * 3600 * 1000;

class DoctorTrees : public DoctorTest {
 protected:
  std::string Tree(const std::string& run_id) {
    std::string path = cache_.path() + "/work/" + run_id + "/x86_64-linux";
    repo_.Commit("one");
    repo_.Git({"worktree", "add", "--detach", "--lock", path, "HEAD"});
    return path;
  }
  std::string Closed(model::Verdict verdict) {
    const std::string run_id = ledger_.Run(1000, {{"build"}}, verdict);
    const ledger::RunFolder folder = ledger::FolderOf(ledger_.state(), run_id);
    EXPECT_TRUE(ledger::WriteSummary(folder, *ledger::ReadSummary(folder)).has_value());
    return run_id;
  }
  support::GitRepo repo_;
};

TEST_F(DoctorTrees, TheRepositoryIsReadFromATreesGitFile) {
  EXPECT_EQ(OwnerOfTree("gitdir: /home/me/work/.git/worktrees/x86_64-linux\n"), "/home/me/work");
  EXPECT_EQ(OwnerOfTree("gitdir: /srv/bare.git/worktrees/a"), "/srv/bare.git");
  for (const char* odd : {"", "gitdir: ", "gitdir: relative/worktrees/a", "gitdir: /a/b", "x"}) {
    EXPECT_EQ(OwnerOfTree(odd), "") << odd;
  }
}

TEST_F(DoctorTrees, TheTreeOfAGreenRunIsRemovedWithGitsRecordOfIt) {
  const std::string path = Tree(Closed(model::Verdict::kPassed));
  ExpectFixed(CheckTrees, "tree");
  EXPECT_FALSE(os::Exists(path));
  EXPECT_EQ(repo_.Git({"worktree", "list", "--porcelain"}).find("x86_64-linux"), std::string::npos);
}

TEST_F(DoctorTrees, ARedRunsTreeStaysForADay) {
  Tree(Closed(model::Verdict::kFailed));
  EXPECT_TRUE(Found(CheckTrees, true).empty());
  now_ms_ = 1000 + 2 * kDay;
  ExpectFixed(CheckTrees, "tree");
}

TEST_F(DoctorTrees, TheTreeOfALaneThatLivesOrOfAnUnfinishedRunStays) {
  const std::string run_id = Closed(model::Verdict::kPassed);
  Tree(run_id);
  const std::string lane = ledger::FolderOf(ledger_.state(), run_id).lane("x86_64-linux");
  ASSERT_TRUE(os::MakeDirs(lane).has_value());
  const auto lock = os::FileLock::TryLock(lane + "/lock");
  Tree(ledger_.Run(2000, {}, std::nullopt));
  now_ms_ = 100 * kDay;
  EXPECT_TRUE(Found(CheckTrees, true).empty());
}

TEST_F(DoctorTrees, TheTreeOfARunThatIsGoneGoesWhenItIsOldEnough) {
  const std::string path = Tree(model::NewRunId(1));
  now_ms_ = os::StatusOf(path)->modified_ms;
  EXPECT_TRUE(Found(CheckTrees, true).empty());
  now_ms_ += 2 * kDay;
  ExpectFixed(CheckTrees, "tree");
}

}  // namespace
}  // namespace odu::command
