#include "odu/command/shell.h"

#include <gtest/gtest.h>

#include "odu/command/checkout.h"
#include "odu/ledger/checkout_folder.h"
#include "odu/ledger/journal.h"
#include "odu/ledger/run_folder.h"
#include "odu/model/run_id.h"
#include "os/file_system.h"
#include "support/git_repo.h"
#include "support/temp_dir.h"

namespace odu::command {
namespace {

constexpr std::string_view kSha = "26d2c2d0000000000000000000000000000000aa";

class ShellTest : public testing::Test {
 protected:
  ShellTest() {
    call_.cwd = repo_.path();
    call_.environment = os::Environment(
        {"HOME=" + state_.path(), "ODU_STATE_DIR=" + state_.path(), "SHELL=/bin/dash", "MINE=1"});
    call_.node = "build";
    lane_.platform = "i686-linux";
    lane_.host = "localhost";
    lane_.workspace = state_ / "tree";
  }
  /// A run with that lane, still open.
  void Run() {
    const auto checkout = FindCheckout(call_.cwd, call_.environment);
    ASSERT_TRUE(checkout);
    ASSERT_TRUE(os::MakeDirs(checkout->folder));
    ledger::RunHeader header;
    header.run_id = model::NewRunId(1000);
    const auto entry = ledger::MintRun(ledger::CheckoutFolderOf(checkout->home.state, checkout->id),
                                       header.run_id, kSha, 1000);
    header.seq = entry->seq;
    header.ref = ledger::RefOf(kSha, header.seq);
    header.sha = kSha;
    header.checkout = checkout->toplevel;
    header.checkout_id = checkout->id;
    header.started_at = 1000;
    header.expected = {"_ci-setup@i686-linux", "build@i686-linux"};
    header.lanes = {lane_};
    run_id_ = header.run_id;
    const auto folder = ledger::CreateRun(checkout->home.state, header, {call_.environment});
    ASSERT_TRUE(folder) << folder.error().message();
    ledger::RequestLine request;
    request.request.request_id = "r";
    auto journal = ledger::Journal::Create(folder->journal(), 1000, request);
    ASSERT_TRUE(journal && journal->Flush());
  }

  support::GitRepo repo_;
  support::TempDir state_;
  ShellCall call_;
  ledger::RunLane lane_;
  std::string run_id_;
};

TEST_F(ShellTest, HereItIsTheCallersShellInTheTreeBehindWhatRecipesAreEnteredThrough) {
  lane_.enter = {"nix", "develop", "-c"};
  Run();
  ASSERT_TRUE(os::MakeDirs(lane_.workspace));
  const auto plan = PlanShell(call_);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->argv, (std::vector<std::string>{"nix", "develop", "-c", "/bin/dash"}));
  EXPECT_EQ(plan->directory, lane_.workspace);
  const os::Environment environment(plan->environment);
  EXPECT_EQ(environment.Get("MINE"), "1");
  EXPECT_EQ(environment.Get("ODU_NODE"), "build@i686-linux");
  EXPECT_FALSE(environment.Get("ODU_ATTEMPT_ID"));
}

TEST_F(ShellTest, WithoutARunOrATreeThereIsNone) {
  EXPECT_EQ(PlanShell(call_).error().code(), "no_run");
  Run();
  EXPECT_EQ(PlanShell(call_).error().code(), "no_workspace");
}

TEST_F(ShellTest, OnAnotherMachineNothingOfTheUsersIsShellText) {
  lane_.remote = true;
  lane_.host = "me@ant";
  lane_.enter = {"env", "A=b c; *"};
  Run();
  const auto plan = PlanShell(call_);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->argv.at(plan->argv.size() - 2), "me@ant");
  const std::string& body = plan->argv.back();
  EXPECT_NE(body.find("exec \"env\" \"A=b c; *\" \"${SHELL:-/bin/sh}\""), std::string::npos)
      << body;
  EXPECT_NE(body.find("w=\"$d\"/work/\"" + run_id_ + ".i686-linux\""), std::string::npos) << body;
}

TEST_F(ShellTest, AWordThatLoginShellsReadDifferentlyIsRefused) {
  lane_.remote = true;
  lane_.host = "ant";
  lane_.enter = {"sh", "-c", "$(evil)"};
  Run();
  EXPECT_EQ(PlanShell(call_).error().code(), "unsafe_text");
}

TEST_F(ShellTest, AHostBehindACommandHasNoTerminal) {
  lane_.remote = true;
  lane_.command = {"kubectl", "exec"};
  Run();
  EXPECT_EQ(PlanShell(call_).error().code(), "no_terminal");
}

}  // namespace
}  // namespace odu::command
