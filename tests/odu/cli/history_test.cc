#include "odu/cli/history.h"

#include <gtest/gtest.h>

#include "odu/command/checkout.h"
#include "odu/face/captured_console.h"
#include "odu/ledger/stored_ledger.h"
#include "support/git_repo.h"

namespace odu::cli {
namespace {

using model::NodeStatus;
using model::Verdict;
using Words = std::vector<std::string>;

/// Commands run in a checkout whose runs are made up.
class HistoryTest : public testing::Test {
 protected:
  struct Said {
    std::string out;
    std::string err;
    std::string code;  ///< of the error; empty for none
    int exit_code = 0;
  };
  Said Call(Exit (*command)(const Caller&), const Words& words) {
    auto invocation = face::ParseCommandLine(words);
    if (!invocation) {
      return {"", "", invocation.error().code(), invocation.error().ExitCode()};
    }
    face::CapturedConsole console;
    const Caller caller{std::move(*invocation), environment_, repo_.path(), console.console()};
    const Exit exit = command(caller);
    return {console.Out(), console.Err(), exit ? "" : exit.error().code(),
            exit ? *exit : exit.error().ExitCode()};
  }
  std::string Make(int64_t time, const std::vector<ledger::MadeAttempt>& attempts,
                   Verdict verdict) {
    return ledger_.Run(time, attempts, verdict, ledger::kSha, checkout_id_);
  }

  support::GitRepo repo_;
  ledger::StoredLedger ledger_;
  os::Environment environment_{{"HOME=" + ledger_.state(), "ODU_STATE_DIR=" + ledger_.state()}};
  std::string checkout_id_ = command::FindCheckout(repo_.path(), environment_)->id;
};

TEST_F(HistoryTest, WithoutRunsEveryCommandSaysSo) {
  EXPECT_EQ(Call(Runs, {"runs"}).out, "no runs yet\n");
  EXPECT_EQ(Call(Flakes, {"flakes"}).out, "no flaky nodes\n");
  EXPECT_EQ(Call(Show, {"show"}).code, "no_run");
  EXPECT_EQ(Call(Show, {"show"}).exit_code, 3);
  EXPECT_EQ(Call(Diff, {"diff", "26d2c2d#1", "latest"}).code, "no_run");
}

TEST_F(HistoryTest, RunsAreListedFilteredAndAsJson) {
  Make(1000, {{"build", NodeStatus::kFailed}}, Verdict::kFailed);
  Make(2000, {{"build"}, {"test"}}, Verdict::kPassed);
  const Said all = Call(Runs, {"runs"});
  EXPECT_LT(all.out.find("26d2c2d#2"), all.out.find("26d2c2d#1"));
  EXPECT_EQ(all.err, "");
  const Said failed = Call(Runs, {"runs", "--failed", "--node", "build"});
  EXPECT_NE(failed.out.find("26d2c2d#1"), std::string::npos);
  EXPECT_EQ(failed.out.find("26d2c2d#2"), std::string::npos);
  const Said json = Call(Runs, {"runs", "-o", "json", "--limit", "1"});
  EXPECT_TRUE(json.out.starts_with("{\"run_id\":")) << json.out;
  EXPECT_EQ(Call(Runs, {"runs", "--since", "1d"}).out, "no run fits what was asked for\n");
  EXPECT_EQ(Call(Runs, {"runs", "--since", "yesterday"}).exit_code, 2);
  EXPECT_EQ(Call(Runs, {"runs", "--node", "nobody"}).exit_code, 2);
}

TEST_F(HistoryTest, ShowDiffAndFlakesNameRunsAlike) {
  const std::string first = Make(1000, {{"build", NodeStatus::kFailed}}, Verdict::kFailed);
  const std::string second = Make(2000, {{"build"}}, Verdict::kPassed);
  EXPECT_NE(Call(Show, {"show", first}).out.find("failed"), std::string::npos);
  EXPECT_NE(Call(Show, {"show", "26d2c2d#2"}).out.find(second), std::string::npos);
  EXPECT_NE(Call(Show, {"show", "-o", "json"}).out.find("\"verdict\":\"passed\""),
            std::string::npos);
  const Said diff = Call(Diff, {"diff", first, "latest"});
  EXPECT_NE(diff.out.find("! build@x86_64-linux failed -> ok"), std::string::npos) << diff.out;
  const Said flakes = Call(Flakes, {"flakes", "-o", "json"});
  EXPECT_NE(flakes.out.find("\"node\":\"build@x86_64-linux\""), std::string::npos) << flakes.out;
  EXPECT_EQ(Call(Diff, {"diff", first}).exit_code, 2);
}

TEST_F(HistoryTest, TheNewestRunsSlowNodesAreNamed) {
  face::CapturedConsole console;
  const Caller caller{{}, environment_, repo_.path(), console.console()};
  EXPECT_EQ(SlowNodes(caller, std::chrono::minutes(1)), "");
  for (int i = 0; i < 3; ++i) {
    Make(1000 + i, {{"build", NodeStatus::kOk, 1, 2000}}, Verdict::kPassed);
  }
  EXPECT_EQ(SlowNodes(caller, std::chrono::minutes(1)), "");
  Make(2000, {{"build", NodeStatus::kOk, 1, 9000}}, Verdict::kPassed);
  EXPECT_EQ(SlowNodes(caller, std::chrono::minutes(1)),
            "SLOW  build@x86_64-linux  9s, usually 2s\n");
}

}  // namespace
}  // namespace odu::cli
