#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "e2e/remote_fixture.h"

/// A run on a host whose own Nix makes the runner, from a cold start: real Nix here and there, the
/// project's flake.
namespace odu {
namespace {

using support::CliResult;

class NixHost : public RemoteFixture {
 protected:
  /// This side's own store, and programs of this test's own with the flake that ships beside them.
  void Programs() {
    const std::string store = root_ / "store";
    ASSERT_TRUE(os::MakeDirs(store, 0700));
    environment_.push_back("NIX_REMOTE=local?root=" + store);
    environment_.emplace_back("NIX_CONFIG=build-users-group =\nsubstituters =\n");
    const CliResult packed = support::RunCli(
        {.argv = {"sh", "-ec",
                  "mkdir \"$2\"; ln \"$1/odu\" \"$2/odu\" 2>/dev/null || cp \"$1/odu\" \"$2/odu\"; "
                  "cp \"$1/odu-runner\" \"$2/odu-runner\"; "
                  "cp \"$(command -v just)\" \"$2/just-$4\"; "
                  "\"$3/script/pack_flake\" \"$2\" \"$4=$2/odu-runner\"",
                  "sh", ODU_BIN_DIR, programs_, ODU_SOURCE_DIR, Here()}});
    ASSERT_EQ(packed.exit_code, 0) << packed;
    before_ = {"sh", "-c", "shift; exec '" + programs_ + "/odu' \"$@\"", "sh"};
  }
  static bool NixIsHere() { return access("/usr/bin/nix", X_OK) == 0; }

  const std::string programs_ = root_ / "programs";
};

TEST_F(NixHost, FromColdItsOwnNixMakesTheRunnerAndALaneRunsInIt) {
  SKIP_WITHOUT_HOSTS();
  if (!NixIsHere()) {
    GTEST_SKIP() << "nix-bin is missing (script/bootstrap --tests)";
  }
  hosts::TestNetwork network;
  // Without a just of its own: that comes by Nix, too.
  hosts::TestHost& ant = network.Add("ant", {.without = {"just"}, .nix = true});
  Programs();
  OneHost("ant");
  const std::string sha = Justfile(
      "[metadata(\"ci\")]\nci: one red\none:\n  @command -v just\nred: one\n  @echo red; exit 3\n");
  const CliResult cold = Odu(Words());
  const std::string story = LogThere(sha, "_ci-setup");
  EXPECT_EQ(cold.exit_code, 1) << cold << story;
  EXPECT_EQ(StatusThere("one"), "ok");
  EXPECT_EQ(StatusThere("red"), "failed");
  EXPECT_TRUE(LogThere(sha, "red").starts_with("red\n")) << LogThere(sha, "red");
  EXPECT_TRUE(LogThere(sha, "one").ends_with("/bin/just\n")) << LogThere(sha, "one");
  EXPECT_TRUE(Has(story, "copying path")) << story;
  EXPECT_TRUE(Has(story, "building '")) << story;
  // Nothing of ours was copied beside Nix, and a collection of garbage leaves it alone.
  EXPECT_EQ(ant.Run({"sh", "-c", "ls ~/.cache/odu/bin 2>/dev/null"}).stdout_text, "");
  const CliResult kept = ant.Run(
      {"sh", "-c", "nix-store --gc >/dev/null 2>&1; readlink -e ~/.cache/odu/nix/odu-runner"});
  EXPECT_TRUE(kept.stdout_text.starts_with("/nix/store/")) << kept;
  CloseRun();

  // Warm: nothing is copied, nothing is made.
  Write("justfile", "[metadata(\"ci\")]\nci: one\none:\n  @echo one\n");
  const std::string next = Commit();
  const CliResult warm = Odu(Words());
  const std::string again = LogThere(next, "_ci-setup");
  EXPECT_EQ(warm.exit_code, 0) << warm << again;
  EXPECT_FALSE(Has(again, "copying path") || Has(again, "building '")) << again;
  CloseRun();
}

TEST_F(NixHost, AFlakeOfTheUsersOwnGoesBeforeTheOneThatShips) {
  SKIP_WITHOUT_HOSTS();
  if (!NixIsHere()) {
    GTEST_SKIP() << "nix-bin is missing (script/bootstrap --tests)";
  }
  hosts::TestNetwork network;
  network.Add("ant", {.nix = true});
  Programs();
  Hosts("{\"" + std::string(kThere) + R"(":{"host":"ant","provision":"nix"}})");
  // It has no runner for that system, and says so.
  static_cast<void>(root_.Write("own/flake.nix",
                                "{ outputs = { self }: { packages.x86_64-linux.odu-runner = throw "
                                "\"none of mine\"; }; }\n"));
  environment_.push_back("ODU_RUNNER_FLAKE=path:" + (root_ / "own"));
  const std::string sha = Justfile("[metadata(\"ci\")]\nci: one\none:\n  @echo one\n");
  const CliResult result = Odu(Words());
  const std::string story = LogThere(sha, "_ci-setup");
  EXPECT_EQ(result.exit_code, 1) << result;
  EXPECT_EQ(StatusThere("_ci-setup"), "errored");
  EXPECT_TRUE(Has(story, "none of mine")) << story;
  CloseRun();
}

}  // namespace
}  // namespace odu
