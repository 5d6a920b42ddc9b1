#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <string>

#include "base/sha256.h"
#include "os/file_system.h"
#include "support/checkout_fixture.h"

/// Recipes that print, or do, what nobody should: the verdict is right and every byte is kept.
namespace odu {
namespace {

using support::CliResult;
using support::Eventually;
using support::Program;

class BadOutput : public support::CheckoutFixture {
 protected:
  /// A pipeline of one recipe, `node`, with this body.
  std::string OneRecipe(const std::string& body) const {
    return Justfile("[metadata(\"ci\")]\nci: node\nnode:\n" + body);
  }
};

TEST_F(BadOutput, AnEndlessLineIsKeptByteForByte) {
  // 200 MB without a newline, and what the recipe itself thought they were.
  const std::string sha = Justfile(
      "set shell := [\"bash\", \"-c\"]\n[metadata(\"ci\")]\nci: node\nnode:\n"
      "  @head -c 200000000 /dev/urandom | tr '\\n' ' ' | tee >(sha256sum > " +
      Mark("sum") + ")\n");
  const CliResult said = Run();
  ASSERT_EQ(said.exit_code, 0) << said;
  ASSERT_TRUE(Eventually([&] { return ReadMark("sum").size() >= 64; }));
  const std::string log = os::ReadFile(CiLog(sha, "node"), size_t{1} << 30).value();
  EXPECT_EQ(log.size(), 200000000U);
  const std::string sum = ReadMark("sum").substr(0, 64);
  EXPECT_EQ(base::Sha256Hex(log), sum);
  // The same through the face, also from its middle.
  const CliResult tail = Odu({"logs", "--offset", "199999990", "node"});
  EXPECT_EQ(tail.stdout_text, log.substr(199999990));
  EXPECT_EQ(tail.stderr_text, "");
  EXPECT_EQ(tail.exit_code, 0);
}

TEST_F(BadOutput, BytesThatAreNoTextArriveAsTheyAre) {
  OneRecipe("  @printf 'a\\000b\\377\\376\\303(\\r\\n\\342\\202'\n");
  const std::string bytes("a\0b\377\376\303(\r\n\342\202", 11);
  EXPECT_EQ(Run().exit_code, 0);
  EXPECT_EQ(Odu({"logs", "node"}), (CliResult{0, bytes, ""}));
  EXPECT_EQ(Odu({"logs", "-f", "node"}), (CliResult{0, bytes, ""}));
  EXPECT_EQ(Odu({"logs", "--raw", "node"}), (CliResult{0, bytes, ""}));
}

TEST_F(BadOutput, AFollowerOfALiveLogGetsBytesThatAreNoTextToo) {
  const std::string go = Mark("go");
  OneRecipe("  @printf 'a\\000b\\377'; until [ -e " + go +
            " ]; do sleep 0.02; done; printf '\\376\\303(\\n'\n");
  const auto run = Start(RunWords());
  ASSERT_TRUE(UntilNode("node", "running"));
  const auto follower = Start({"logs", "-f", "node"});
  const std::string head("a\0b\377", 4);
  ASSERT_TRUE(Eventually([&] { return follower->Out() == head; })) << follower->Out();
  PutMark("go");
  EXPECT_EQ(follower->Wait(), (CliResult{0, head + "\376\303(\n", ""}));
  EXPECT_EQ(run->Wait().exit_code, 0);
}

size_t Times(std::string_view text, std::string_view part) {
  size_t times = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++times;
  }
  return times;
}

TEST_F(BadOutput, ATerminalIsShownOrdersAndDoesNotObeyThem) {
  const std::string orders = "\033]52;c;aGk=\007\033]0;owned\007\033P+q\033\\\033[2J\033[?1049h";
  OneRecipe(
      "  @printf '\\033]52;c;aGk=\\007\\033]0;owned\\007\\033P+q\\033\\\\\\033[2J\\033[?1049h'; "
      "exit "
      "4\n");
  for (const auto& words : {RunWords(), std::vector<std::string>{"logs", "node"}}) {
    const auto on_terminal = Start(words, Program::Place::kTerminal);
    const CliResult said = on_terminal->Wait();
    EXPECT_EQ(said.exit_code, words.front() == "run" ? 1 : 0) << said;
    EXPECT_EQ(said.stdout_text.find("\033]52"), std::string::npos) << said;
    EXPECT_EQ(said.stdout_text.find("\033]0"), std::string::npos) << said;
    EXPECT_EQ(said.stdout_text.find("\033P"), std::string::npos);
    // A run's full screen is taken and cleared once, by odu itself.
    const size_t own = words.front() == "run" ? 1 : 0;
    EXPECT_EQ(Times(said.stdout_text, "\033[2J"), own) << said;
    EXPECT_EQ(Times(said.stdout_text, "\033[?1049h"), own) << said;
    EXPECT_NE(said.stdout_text.find("52;c;aGk="), std::string::npos);
  }
  const CliResult piped = Odu({"logs", "node"});
  EXPECT_TRUE(piped.stdout_text.starts_with(orders)) << piped;
  EXPECT_EQ(piped.stderr_text, "");
}

TEST_F(BadOutput, NamesThatWouldGiveATerminalOrdersAreShown) {
  Write("odu.json",
        "{\"tasks\":[{\"id\":\"a\",\"command\":[\"\\u001b]0;owned\\u0007\"],"
        "\"needs\":[]}]}");
  Commit();
  const auto on_terminal = Start(RunWords(), Program::Place::kTerminal);
  const CliResult said = on_terminal->Wait();
  EXPECT_EQ(said.exit_code, 1) << said;
  EXPECT_EQ(said.stdout_text.find("\033]0"), std::string::npos);
}

TEST_F(BadOutput, ARecipeKilledByASignalSaysWhich) {
  // just itself is killed: the recipe's shell ends its parent.
  OneRecipe("  @echo before; kill -KILL $PPID; sleep 100\n");
  const CliResult said = Run();
  EXPECT_EQ(said.exit_code, 1) << said;
  EXPECT_NE(said.stdout_text.find("✗ failed  node@" + Here()), std::string::npos) << said;
  EXPECT_NE(said.stderr_text.find("0 errored"), std::string::npos) << said;
  EXPECT_EQ(StatusOfNode("node"), "failed");
  EXPECT_EQ(ReasonOfNode("node"), "signal 9");
  EXPECT_EQ(Odu({"logs", "node"}).stdout_text, "before\n");
  EXPECT_TRUE(RecipeProcesses().empty());
}

TEST_F(BadOutput, GitCleanInPlaceTakesTheDoorAwayAndItComesBack) {
  const std::string go = Mark("go");
  OneRecipe("  @git clean -fdxq; echo cleaned; touch " + Mark("cleaned") + "; until [ -e " + go +
            " ]; do sleep 0.02; done\n");
  const auto run = Start(RunWords({"--no-strict"}));
  ASSERT_TRUE(UntilMark("cleaned"));
  EXPECT_TRUE(Eventually([&] { return os::Exists(repo() + "/.ci/odu.sock"); }));
  EXPECT_EQ(StatusOfNode("node"), "running");
  PutMark("go");
  const CliResult said = run->Wait();
  EXPECT_EQ(said.exit_code, 0) << said;
  EXPECT_NE(said.stderr_text.find("2 ok · 0 failed · 0 errored · 0 skipped — OK"),
            std::string::npos)
      << said;
  EXPECT_EQ(Odu({"logs", "node"}), (CliResult{0, "cleaned\n", ""}));
  const std::string sha = Git({"rev-parse", "HEAD"}).stdout_text;
  EXPECT_TRUE(os::Exists(CiLog(sha, "node"))) << "the names of logs come back with the summary";
  EXPECT_EQ(Git({"status", "--porcelain"}).stdout_text, "");
}

TEST_F(BadOutput, AFullDiskFailsTheNodeAndTheCoordinatorLives) {
  const std::string disk = root_ / "disk";
  static_cast<void>(os::MakeDirs(disk).value());
  if (mount("none", disk.c_str(), "tmpfs", 0, "size=24m") != 0) {
    GTEST_SKIP() << "may not mount a file system";
  }
  environment_ = {"ODU_STATE_DIR=" + disk};
  state_ = disk;
  Justfile(
      "[metadata(\"ci\")]\nci: node after other\nnode:\n  @yes\nafter: node\n  @echo no\n"
      "other:\n  @echo other\n");
  const CliResult said = Run();
  EXPECT_EQ(said.exit_code, 1) << said;
  EXPECT_EQ(ReasonOfNode("node"), "disk full");
  EXPECT_EQ(StatusOfNode("after"), "skipped");
  EXPECT_EQ(Odu({"status"}).exit_code, 0);
  EXPECT_TRUE(RecipeProcesses().empty());
  // Nothing has been freed: it ends as before, and says so.
  EXPECT_EQ(Odu({"rerun", "node"}).exit_code, 0);
  const CliResult again = Odu({"wait", "--settle", "--timeout", "60"});
  EXPECT_EQ(again.exit_code, 1) << again;
  EXPECT_EQ(ReasonOfNode("node"), "disk full");
  EXPECT_EQ(Odu({"serve", "--stop"}).exit_code, 0);
  // The lane of the red run goes with its coordinator here: its folder is about to be unmounted.
  for (const pid_t pid : Processes()) {
    kill(pid, SIGTERM);
  }
  EXPECT_TRUE(Eventually([&] { return Processes().empty(); }));
  EXPECT_EQ(umount2(disk.c_str(), MNT_DETACH), 0);
}

}  // namespace
}  // namespace odu
