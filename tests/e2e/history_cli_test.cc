#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/json.h"
#include "os/file_system.h"
#include "support/checkout_fixture.h"

/// Runs that were, asked for and run again by the real program.
namespace odu {
namespace {

using support::CliResult;

class HistoryCli : public support::CheckoutFixture {
 protected:
  /// Red until there is the mark "good".
  std::string Moody() const {
    return Justfile("[metadata(\"ci\")]\nci: moody steady after\nmoody:\n  @test -e " +
                    Mark("good") + "\nsteady:\n  @true\nafter: moody\n  @echo after >> " +
                    Mark("after") + "\n");
  }
  static bool Has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }
};

TEST_F(HistoryCli, FlakyIsAWordInTheVerdict) {
  Moody();
  EXPECT_EQ(Run().exit_code, 1);
  PutMark("good");
  EXPECT_EQ(Odu({"rerun", "moody"}).exit_code, 0);
  const std::string moody = "\"flaky\":[\"moody@" + Here() + "\"]";
  const CliResult waited = Odu({"wait", "--settle"});
  EXPECT_EQ(waited.exit_code, 0);
  EXPECT_TRUE(Has(waited.stdout_text, moody)) << waited;
  const CliResult status = Odu({"status", "-o", "json"});
  EXPECT_TRUE(Has(status.stdout_text, moody)) << status;
  const CliResult shown = Odu({"show", "-o", "json"});
  EXPECT_TRUE(Has(shown.stdout_text, "\"flaky\":true")) << shown;
  EXPECT_TRUE(Has(Odu({"show"}).stdout_text, "flaky"));
  EXPECT_TRUE(Has(Odu({"flakes"}).stdout_text, "moody@" + Here()));
  // The next run of the commit says so where it says that it passed.
  ASSERT_EQ(Odu({"serve", "--stop"}).exit_code, 0);
  const CliResult again = Run();
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_FALSE(Has(again.stderr_text, "flaky")) << again;
}

TEST_F(HistoryCli, ARunThatIsGreenAfterARedOneOfItsCommitIsFlakyInItsSummary) {
  Moody();
  EXPECT_EQ(Run().exit_code, 1);
  PutMark("good");
  const CliResult again = Run();
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_TRUE(Has(again.stderr_text, "  flaky\n")) << again;
  EXPECT_TRUE(Has(again.stderr_text, "1 flaky — OK (FLAKY)\n")) << again;
}

TEST_F(HistoryCli, ARerunOfANamedRunIsANewOneOfItsNodesAndWhatDependsOnThem) {
  const std::string sha = Moody();
  PutMark("good");
  EXPECT_EQ(Run().exit_code, 0);
  EXPECT_EQ(Run({"steady"}).exit_code, 0);
  const std::string ref = sha.substr(0, 7);
  const CliResult rerun = Odu({"rerun", "--run", ref + "#1", "moody"});
  EXPECT_EQ(rerun.exit_code, 0) << rerun;
  EXPECT_TRUE(Has(rerun.stdout_text, "run " + ref + "#3")) << rerun;
  EXPECT_TRUE(Has(rerun.stdout_text, "after@")) << rerun;
  EXPECT_FALSE(Has(rerun.stdout_text, "steady@")) << rerun;
  EXPECT_EQ(Odu({"wait", "--settle"}).exit_code, 0);
  EXPECT_EQ(ReadMark("after"), "after\nafter\n");
}

TEST_F(HistoryCli, ARequestThatIsRepeatedIsCarriedOutOnceAndAConflictIsRefused) {
  const std::string sha = Moody();
  PutMark("good");
  const std::vector<std::string> words = RunWords({"--detach", "--request-id", "mine"});
  const CliResult first = Odu(words);
  EXPECT_EQ(first.exit_code, 0) << first;
  EXPECT_EQ(Odu({"wait", "--settle"}).exit_code, 0);
  // Also after its coordinator.
  ASSERT_EQ(Odu({"serve", "--stop"}).exit_code, 0);
  EXPECT_EQ(Odu(words).stdout_text, first.stdout_text);
  EXPECT_EQ(RunFolders().size(), 1U);
  const CliResult other = Odu(RunWords({"--detach", "--request-id", "mine", "steady"}));
  EXPECT_EQ(other.exit_code, 2) << other;
  EXPECT_TRUE(Has(other.stderr_text, "request_id 'mine'")) << other;
  EXPECT_EQ(RunFolders().size(), 1U);
}

TEST_F(HistoryCli, ARunNameThatMeansNothingOrTwoThingsNeverExitsZero) {
  Moody();
  PutMark("good");
  EXPECT_EQ(Run().exit_code, 0);
  EXPECT_EQ(Run().exit_code, 0);
  // Two ids of the same time begin alike.
  const std::string id = NewestRun().substr(NewestRun().rfind('/') + 1);
  for (const std::string& name :
       {std::string("nothing"), std::string("0000000#9"), id.substr(0, 4)}) {
    for (const auto& words : {std::vector<std::string>{"show", name},
                              {"logs", "--run", name, "moody"},
                              {"rerun", "--run", name, "moody"},
                              {"diff", name, "latest"},
                              {"diff", "latest", name}}) {
      const CliResult said = Odu(words);
      EXPECT_NE(said.exit_code, 0) << name << said;
      EXPECT_EQ(said.stdout_text, "") << name;
      EXPECT_TRUE(said.stderr_text.starts_with("odu: ")) << said;
    }
  }
  EXPECT_EQ(RunFolders().size(), 2U);
}

}  // namespace
}  // namespace odu
