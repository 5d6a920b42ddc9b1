#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "base/json.h"
#include "os/file_system.h"
#include "support/checkout_fixture.h"

/// What stays of a run's logs, whatever happens in the checkout.
namespace odu {
namespace {

using support::CliResult;

class KeptLogs : public support::CheckoutFixture {
 protected:
  std::string LogIn(const std::string& run_folder, const std::string& name, int attempt) const {
    return run_folder + "/lanes/" + Here() + "/logs/" + name + "." + std::to_string(attempt) +
           ".log";
  }
};

TEST_F(KeptLogs, AreSealedAndOutliveGitCleanAndTheirWorkTree) {
  const std::string sha = Justfile("[metadata(\"ci\")]\nci: count\ncount:\n  @seq 1 5000\n");
  ASSERT_EQ(Run().exit_code, 0);
  std::string printed;
  for (int i = 1; i <= 5000; ++i) {
    printed += std::to_string(i) + "\n";
  }
  const std::string first = LogIn(NewestRun(), "count", 1);
  struct stat status{};
  ASSERT_EQ(stat(first.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0444U);
  Git({"clean", "-fdxq"});
  Git({"worktree", "prune"});
  EXPECT_EQ(Odu({"logs", "count"}), (CliResult{0, printed, ""}));
  EXPECT_EQ(os::ReadFile(first, size_t{1} << 20), printed);
}

TEST_F(KeptLogs, OneThatWasChangedAfterwardsIsNamedByTheDoctor) {
  Justfile("[metadata(\"ci\")]\nci: red skipped\nred:\n  @echo alpha; false\nskipped: red\n");
  ASSERT_EQ(Run().exit_code, 1);
  EXPECT_EQ(Odu({"doctor", "--logs"}).exit_code, 0) << Odu({"doctor", "--logs"});
  const std::string log = LogIn(NewestRun(), "red", 1);
  std::string text = *os::ReadFile(log, size_t{1} << 20);
  ASSERT_TRUE(text.starts_with("alpha\n")) << text;
  text.replace(0, 5, "gamma");
  ASSERT_TRUE(os::WriteFileAtomic(log, text).has_value());
  EXPECT_EQ(Odu({"doctor"}).exit_code, 0);
  const CliResult found = Odu({"doctor", "--logs"});
  EXPECT_EQ(found.exit_code, 3) << found;
  EXPECT_NE(found.stdout_text.find("the log of red@" + Here() +
                                   ", attempt 1, is not what its node wrote"),
            std::string::npos)
      << found;
}

TEST_F(KeptLogs, ANodeThatCutsTheLogOfAnotherMakesNoVerdictLie) {
  Justfile(
      "[metadata(\"ci\")]\nci: told cutter\n"
      "told:\n  @echo one; touch " +
      Mark("told") + "; until [ -e " + Mark("cut") +
      " ]; do sleep 0.01; done; echo two\n"
      "cutter:\n  @until [ -s " +
      repo() + "/.ci/*/" + Here() + "/told.log ]; do sleep 0.01; done; truncate -s 0 " + repo() +
      "/.ci/*/" + Here() + "/told.log; touch " + Mark("cut") + "\n");
  const CliResult run = Run();
  EXPECT_EQ(run.exit_code, 3) << run;
  const CliResult shown = Odu({"show", "-o", "json"});
  const auto report = base::ParseJson(shown.stdout_text, "show");
  ASSERT_TRUE(report) << shown;
  for (const auto& node : report->at("nodes").as_array()) {
    const bool cut = node.at("name").as_string() == "told@" + Here();
    EXPECT_EQ(node.at("status").as_string(), "ok") << shown;
    EXPECT_EQ(node.at("log_complete").as_bool(), !cut) << shown;
    EXPECT_EQ(node.at("reason").as_string(), cut ? "its log was changed by another process" : "");
  }
}

TEST_F(KeptLogs, TheNameInTheCheckoutIsTheNewestAttempts) {
  const std::string sha = Justfile(
      "[metadata(\"ci\")]\nci: flake\nflake:\n  @echo try $ODU_ATTEMPT of $ODU_RUN; test -e " +
      Mark("good") + "\n");
  EXPECT_EQ(Run().exit_code, 1);
  const std::string ref = sha.substr(0, 7);
  const auto named = [&] { return os::ReadFile(CiLog(sha, "flake"), 1000).value_or("(none)"); };
  EXPECT_TRUE(named().starts_with("try 1 of " + ref + "#1\n")) << named();
  PutMark("good");
  EXPECT_EQ(Odu({"rerun", "flake"}).exit_code, 0);
  EXPECT_EQ(Odu({"wait", "--settle"}).exit_code, 0);
  EXPECT_EQ(named(), "try 2 of " + ref + "#1\n");
  // Both are there.
  EXPECT_TRUE(os::ReadFile(LogIn(NewestRun(), "flake", 1), 1000)->starts_with("try 1 of"));
  EXPECT_EQ(Odu({"logs", "--attempt", "2", "flake"}).stdout_text, "try 2 of " + ref + "#1\n");
  EXPECT_EQ(Run().exit_code, 0);
  EXPECT_EQ(named(), "try 1 of " + ref + "#2\n");
  EXPECT_EQ(Odu({"logs", "--run", ref + "#1", "flake"}).stdout_text, "try 2 of " + ref + "#1\n");
}

}  // namespace
}  // namespace odu
