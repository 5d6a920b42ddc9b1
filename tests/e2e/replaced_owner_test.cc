#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>

#include "os/file_system.h"
#include "os/process.h"
#include "support/checkout_fixture.h"

/// A coordinator that was stopped for so long that somebody took its place.
namespace odu {
namespace {

using support::CliResult;
using support::Eventually;

class ReplacedOwner : public support::CheckoutFixture {
 protected:
  /// Every file of the run with its bytes: what a coordinator could write into.
  std::map<std::string, std::string> RunFiles() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(NewestRun())) {
      if (entry.is_regular_file()) {
        files[entry.path()] = os::ReadFile(entry.path(), size_t{64} << 20).value_or("(unreadable)");
      }
    }
    return files;
  }
  std::string CheckoutState() const {
    return std::filesystem::directory_iterator(state_ + "/checkouts")->path();
  }
  static bool Lives(pid_t pid) {
    const auto status = os::StatusOfProcess(pid);
    return status && status->state != 'Z';
  }
};

TEST_F(ReplacedOwner, ACoordinatorThatWakesAfterItWasReplacedWritesAndCommandsNothing) {
  const std::string sha = Justfile("[metadata(\"ci\")]\nci: one two\none:\n  @echo one >> " +
                                   Mark("witness") + "; until [ -e " + Mark("go") +
                                   " ]; do sleep 0.02; done; echo done\ntwo: one\n  @echo two >> " +
                                   Mark("witness") + "\n");
  ASSERT_EQ(Run({"--detach"}).exit_code, 0);
  ASSERT_TRUE(UntilNode("one", "running"));
  const pid_t old = CoordinatorPid();
  ASSERT_EQ(kill(old, SIGSTOP), 0);
  // Somebody tidies up by hand what it holds.
  ASSERT_EQ(unlink((CheckoutState() + "/lock").c_str()), 0);
  ASSERT_EQ(unlink((repo() + "/.ci/odu.sock").c_str()), 0);
  const CliResult status = Odu({"status"});
  EXPECT_EQ(status.exit_code, 0) << status;
  EXPECT_NE(CoordinatorPid(), old);
  PutMark("go");
  EXPECT_EQ(Odu({"wait", "--settle"}).exit_code, 0);
  ASSERT_TRUE(Eventually([this] {
    const auto journal = os::ReadFile(NewestRun() + "/journal.ndjson", size_t{1} << 20);
    return journal && journal->find("{\"t\":\"closed\"") != std::string::npos &&
           os::Exists(NewestRun() + "/summary.json");
  }));
  ASSERT_TRUE(Eventually([this] { return LanePid() == 0; }));
  const auto before = RunFiles();
  ASSERT_EQ(kill(old, SIGCONT), 0);
  // It notices by itself, and goes.
  EXPECT_TRUE(Eventually([old] { return !Lives(old); }));
  EXPECT_EQ(RunFiles(), before);
  EXPECT_EQ(RunFolders().size(), 1U);
  EXPECT_EQ(ReadMark("witness"), "one\ntwo\n");
  EXPECT_EQ(os::ReadFile(CiLog(sha, "one"), 1000), "done\n");
  const CliResult after = Odu({"status"});
  EXPECT_EQ(after.exit_code, 0) << after;
  const auto diary = os::ReadFile(CheckoutState() + "/coordinator.log", size_t{1} << 20);
  EXPECT_NE(diary.value_or("").find("its lock was taken away"), std::string::npos);
}

}  // namespace
}  // namespace odu
