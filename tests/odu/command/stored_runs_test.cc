#include "odu/command/stored_runs.h"

#include <gtest/gtest.h>

#include "odu/ledger/journal.h"
#include "odu/ledger/log_store.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/run_id.h"
#include "os/file_system.h"
#include "support/git_repo.h"
#include "support/temp_dir.h"

namespace odu::command {
namespace {

constexpr std::string_view kSha = "26d2c2d0000000000000000000000000000000aa";

/// A checkout with an empty state folder.
class StoredRunsTest : public testing::Test {
 protected:
  StoredRunsTest()
      : environment_({"HOME=" + state_.path(), "ODU_STATE_DIR=" + state_.path()}),
        checkout_(*FindCheckout(repo_.path(), environment_)) {
    EXPECT_TRUE(os::MakeDirs(checkout_.folder).has_value());
  }

  /// A run of two nodes whose journal has its first line alone.
  ledger::RunFolder Unfinished() {
    ledger::RunHeader header;
    header.run_id = model::NewRunId(1000 + runs_++);
    const auto entry = ledger::MintRun(ledger::CheckoutFolderOf(checkout_.home.state, checkout_.id),
                                       header.run_id, kSha, 1000);
    header.seq = entry->seq;
    header.ref = ledger::RefOf(kSha, header.seq);
    header.sha = kSha;
    header.checkout = checkout_.toplevel;
    header.checkout_id = checkout_.id;
    header.started_at = 1000;
    header.expected = {"_ci-setup@x86_64-linux", "build@x86_64-linux"};
    auto folder = ledger::CreateRun(checkout_.home.state, header, {environment_});
    EXPECT_TRUE(folder.has_value()) << folder.error().message();
    ledger::RequestLine request;
    request.request.request_id = "r";
    auto journal = ledger::Journal::Create(folder->journal(), 1000, request);
    EXPECT_TRUE(journal.has_value());
    EXPECT_TRUE(journal->Flush().has_value());
    return *folder;
  }

  void Close(const ledger::RunFolder& folder) {
    auto journal = ledger::Journal::Adopt(folder.journal());
    ledger::SettledLine settled;
    settled.verdict = model::Verdict::kFailed;
    ledger::ClosedLine closed;
    closed.verdict = model::Verdict::kFailed;
    EXPECT_TRUE(journal->Append(2000, settled).has_value());
    EXPECT_TRUE(journal->Append(3000, closed).has_value());
    EXPECT_TRUE(journal->Flush().has_value());
  }

  void WriteLog(const ledger::RunFolder& folder, int attempt, std::string_view bytes) {
    const std::string path = ledger::LogFileOf(folder, "x86_64-linux", "build", attempt);
    EXPECT_TRUE(os::MakeDirs(path.substr(0, path.rfind('/'))).has_value());
    EXPECT_TRUE(os::WriteFileAtomic(path, bytes).has_value());
  }

  support::GitRepo repo_;
  support::TempDir state_;
  os::Environment environment_;
  Checkout checkout_;
  int64_t runs_ = 0;
};

TEST_F(StoredRunsTest, WithoutARunThereIsNothingToAdoptAndNoLast) {
  EXPECT_FALSE(*NeedsAdoption(checkout_));
  EXPECT_EQ(*IdleRun(checkout_), model::Run());
  EXPECT_TRUE(StoredRuns(checkout_, 10)->runs.empty());
  EXPECT_EQ(FindLog(checkout_, "", "build", 0).error().code(), "no_run");
}

TEST_F(StoredRunsTest, ARunWithoutItsLastLineNeedsAdoption) {
  const auto folder = Unfinished();
  EXPECT_TRUE(*NeedsAdoption(checkout_));
  Close(folder);
  EXPECT_FALSE(*NeedsAdoption(checkout_));
  const auto idle = IdleRun(checkout_);
  ASSERT_TRUE(idle.has_value());
  EXPECT_EQ(idle->run_id, std::nullopt);
  EXPECT_EQ(idle->last_ref, "26d2c2d#1");
  EXPECT_EQ(idle->last_verdict, model::Verdict::kFailed);
}

TEST_F(StoredRunsTest, ALogIsFoundByRunNodeAndAttempt) {
  const auto first = Unfinished();
  WriteLog(first, 1, "old\n");
  WriteLog(first, 2, "newer\n");
  Close(first);
  const auto newest = FindLog(checkout_, "", "build", 0);
  ASSERT_TRUE(newest.has_value()) << newest.error().message();
  EXPECT_EQ(newest->attempt, 2);
  EXPECT_EQ(newest->node, "build@x86_64-linux");
  EXPECT_EQ(newest->size, 6U);
  EXPECT_EQ(FindLog(checkout_, "26d2c2d#1", "build@x86_64-linux", 1)->size, 4U);
  EXPECT_EQ(FindLog(checkout_, "", "build", 3).error().code(), "no_attempt");
  EXPECT_EQ(FindLog(checkout_, "", "_ci-setup", 0).error().code(), "no_log");
  EXPECT_EQ(FindLog(checkout_, "", "biuld", 0).error().ExitCode(), 2);
  EXPECT_EQ(FindLog(checkout_, "fffffff#1", "build", 0).error().code(), "no_run");

  const auto second = Unfinished();
  EXPECT_EQ(FindLog(checkout_, "", "build", 0).error().code(), "no_log");
  EXPECT_EQ(AllStoredRuns(environment_, 10)->runs.size(), 2U);
}

TEST_F(StoredRunsTest, AWaitIsAnsweredOfTheNewestRun) {
  EXPECT_EQ(StoredNext(checkout_, {}).error().code(), "no_run");
  Close(Unfinished());
  const auto folder = Unfinished();
  Close(folder);
  const auto reply = StoredNext(checkout_, {});
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_TRUE(folder.path.ends_with(reply->run_id));
  EXPECT_TRUE(reply->settled);
  EXPECT_EQ(reply->verdict, model::Verdict::kFailed);
  model::NextRequest request;
  request.expected_sha = "0000000";
  EXPECT_EQ(StoredNext(checkout_, request).error().code(), "checkout_moved");
}

}  // namespace
}  // namespace odu::command
