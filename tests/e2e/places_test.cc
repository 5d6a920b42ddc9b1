#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "os/file_system.h"
#include "support/checkout_fixture.h"

/// Checkouts of every kind, and homes of every name.
namespace odu {
namespace {

using support::CliResult;
using support::Eventually;
using support::Program;

constexpr std::string_view kGreen = "[metadata(\"ci\")]\nci: build\nbuild:\n  @cat input\n";

class Places : public support::CheckoutFixture {
 protected:
  /// A commit whose one node prints the file `input`.
  std::string Green(const std::string& words = "pinned\n") const {
    Write("input", words);
    return Justfile(kGreen);
  }
  void ExpectGreen(const std::vector<std::string>& more = {}) const {
    const CliResult said = Run(more);
    EXPECT_EQ(said.exit_code, 0) << said;
    EXPECT_NE(said.stderr_text.find("2 ok · 0 failed · 0 errored · 0 skipped — OK"),
              std::string::npos)
        << said;
    EXPECT_EQ(Odu({"logs", "build"}), (CliResult{0, "pinned\n", ""}));
    EXPECT_EQ(Odu({"status"}).exit_code, 0);
  }
};

TEST_F(Places, AStrictRunUsesItsCommitWhateverHappensToTheWorkTree) {
  Write("input", "pinned\n");
  const std::string sha =
      Justfile("[metadata(\"ci\")]\nci: build\nwait:\n  @touch " + Mark("waits") + "; until [ -e " +
               Mark("go") + " ]; do sleep 0.02; done\nbuild: wait\n  @cat input\n");
  const auto run = Start(RunWords());
  ASSERT_TRUE(UntilMark("waits"));
  Write("input", "changed\n");
  Write("justfile", "broken {{");
  Commit();
  PutMark("go");
  const CliResult said = run->Wait();
  EXPECT_EQ(said.exit_code, 0) << said;
  EXPECT_NE(said.stderr_text.find("── ci run summary @ " + sha.substr(0, 7) + " ──"),
            std::string::npos)
      << said;
  EXPECT_EQ(Odu({"logs", "build"}), (CliResult{0, "pinned\n", ""}));
}

TEST_F(Places, ARunInPlaceSaysThatItsTreeChanged) {
  Write("input", "pinned\n");
  Justfile("[metadata(\"ci\")]\nci: build\nbuild:\n  @cat input; echo more >> input\n");
  const CliResult said = Run({"--no-strict"});
  EXPECT_EQ(said.exit_code, 0) << said;
  EXPECT_NE(said.stderr_text.find("the work tree changed while it ran"), std::string::npos) << said;
  const CliResult again = Run({"--no-strict"});
  EXPECT_NE(again.stderr_text.find("+dirty ──"), std::string::npos) << again;
}

TEST_F(Places, AnImportOfAnUnusualNameIsFoundInTheCommit) {
  Write("ci/recipes.inc", "build:\n  @cat input\n");
  Write("input", "pinned\n");
  Justfile("import 'ci/recipes.inc'\n[metadata(\"ci\")]\nci: build\n");
  ExpectGreen();
}

TEST_F(Places, ASubmoduleIsThere) {
  const std::string outer = repo();
  UseRepository(root_ / "library");
  Write("input", "pinned\n");
  Commit();
  UseRepository(outer);
  Git({"submodule", "--quiet", "add", root_ / "library", "lib"});
  Justfile("[metadata(\"ci\")]\nci: build\nbuild:\n  @cat lib/input\n");
  ExpectGreen();
  ExpectGreen();
}

TEST_F(Places, AWorktreeOfAWorktreeIsACheckoutOfItsOwn) {
  Green();
  const std::string first = repo();
  Git({"worktree", "add", "--quiet", "--detach", root_ / "second"});
  UseRepository(root_ / "second");
  Git({"worktree", "add", "--quiet", "--detach", root_ / "third"});
  UseRepository(root_ / "third");
  ExpectGreen();
  const CliResult elsewhere = support::RunCli([&] {
    support::CliCall call = Call({"status", "-o", "json"});
    call.directory = first;
    return call;
  }());
  EXPECT_NE(elsewhere.stdout_text.find("\"run\":null"), std::string::npos) << elsewhere;
}

TEST_F(Places, ADetachedHeadIsACommitLikeAnyOther) {
  const std::string sha = Green();
  Write("input", "later\n");
  Commit();
  Git({"checkout", "--quiet", "--detach", sha});
  ExpectGreen();
}

TEST_F(Places, EveryCommandWorksFromASubdirectory) {
  Write("deep/er/file", "x");
  Green();
  directory_ = repo() + "/deep/er";
  ExpectGreen();
  EXPECT_EQ(Odu({"runs"}).exit_code, 0);
  EXPECT_EQ(Odu({"dump"}).exit_code, 0);
  EXPECT_EQ(Odu({"wait", "--settle"}).exit_code, 0);
  EXPECT_TRUE(os::Exists(repo() + "/.ci/odu.sock"));
  EXPECT_FALSE(os::Exists(directory_ + "/.ci"));
}

TEST_F(Places, AHomeAndACheckoutWithSpacesAndUnicodeWork) {
  home_ = root_ / "hömé of 'Ada' $HOME";
  state_ = home_ + "/.local/state/odu";
  static_cast<void>(os::MakeDirs(home_).value());
  UseRepository(root_ / "répo with \"spaces\" 名");
  Green();
  ExpectGreen();
  ExpectGreen({"--no-strict"});
}

TEST_F(Places, ACheckoutAndAHomeDeeperThanASocketPathWork) {
  std::string deep = root_.path();
  for (int i = 0; i < 12; ++i) {
    deep += "/a-rather-long-folder-name-" + std::to_string(i);
  }
  home_ = deep + "/home";
  state_ = home_ + "/.local/state/odu";
  static_cast<void>(os::MakeDirs(home_).value());
  UseRepository(deep + "/repo");
  Green();
  ExpectGreen();
}

TEST_F(Places, ACheckoutThatIsRemovedEndsItsRunAndItsCoordinator) {
  Justfile("[metadata(\"ci\")]\nci: long\nlong:\n  @touch " + Mark("runs") + "; sleep 1000\n");
  const auto run = Start(RunWords());
  ASSERT_TRUE(UntilMark("runs"));
  static_cast<void>(os::RemoveTree(repo()).value());
  const CliResult said = run->Wait();
  EXPECT_NE(said.exit_code, 0) << said;
  EXPECT_TRUE(Eventually([&] { return Processes().empty(); }));
  UseRepository(repo());
}

TEST_F(Places, ACheckoutThatMovesIsAnotherOne) {
  Green();
  ExpectGreen();
  const std::string moved = root_ / "moved";
  ASSERT_EQ(rename(repo().c_str(), moved.c_str()), 0);
  ASSERT_TRUE(Eventually([&] { return CoordinatorPid() == 0; }));
  UseRepository(moved);
  ExpectGreen();
}

}  // namespace
}  // namespace odu
