#include "odu/cli/care.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "odu/face/captured_console.h"
#include "odu/ledger/stored_ledger.h"

namespace odu::cli {
namespace {

class CareTest : public testing::Test {
 protected:
  struct Said {
    std::string out;
    int exit_code = 0;
  };
  Said Call(Exit (*command)(const Caller&), const std::vector<std::string>& words) {
    auto invocation = face::ParseCommandLine(words);
    face::CapturedConsole console;
    const Caller caller{std::move(*invocation), environment_, "/", console.console()};
    const Exit exit = command(caller);
    return {exit ? console.Out() : exit.error().message(), exit ? *exit : exit.error().ExitCode()};
  }

  ledger::StoredLedger ledger_;
  support::TempDir cache_;
  os::Environment environment_{{"HOME=" + ledger_.state(), "ODU_STATE_DIR=" + ledger_.state(),
                                "ODU_CACHE_DIR=" + cache_.path()}};
};

TEST_F(CareTest, PruneRemovesByAgeAndSaysSo) {
  const std::string run_id = ledger_.Run(1000, {{"build"}});
  const Said would = Call(Prune, {"prune", "--dry-run"});
  EXPECT_EQ(would.exit_code, 0);
  EXPECT_NE(would.out.find("would remove 1 run"), std::string::npos) << would.out;
  EXPECT_TRUE(os::Exists(ledger::FolderOf(ledger_.state(), run_id).path));
  const Said json = Call(Prune, {"prune", "--keep", "1d", "-o", "json"});
  EXPECT_NE(json.out.find(run_id), std::string::npos) << json.out;
  EXPECT_FALSE(os::Exists(ledger::FolderOf(ledger_.state(), run_id).path));
  EXPECT_EQ(Call(Prune, {"prune", "--keep", "soon"}).exit_code, 2);
  EXPECT_EQ(Call(Prune, {"prune", "--quota", "much"}).exit_code, 2);
}

TEST_F(CareTest, TheDoctorsExitCodeSaysWhetherAllIsWell) {
  ledger_.Run(1000, {{"build"}});
  ASSERT_EQ(chmod(ledger_.state().c_str(), 0700), 0);
  EXPECT_EQ(Call(Doctor, {"doctor"}).exit_code, 0) << Call(Doctor, {"doctor"}).out;
  ASSERT_TRUE(os::WriteFileAtomic(ledger::IndexFile(ledger_.state()), "nonsense").has_value());
  const Said sick = Call(Doctor, {"doctor", "-o", "json"});
  EXPECT_EQ(sick.exit_code, 3);
  EXPECT_NE(sick.out.find("\"about\":\"index\""), std::string::npos) << sick.out;
  ASSERT_TRUE(os::WriteFileAtomic(ledger::IndexFile(ledger_.state()), "nonsense").has_value());
  EXPECT_EQ(Call(Doctor, {"doctor", "--fix"}).exit_code, 0);
  EXPECT_EQ(Call(Doctor, {"doctor"}).exit_code, 0);
}

}  // namespace
}  // namespace odu::cli
