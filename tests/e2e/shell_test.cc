#include <gtest/gtest.h>

#include <string>

#include "hosts/test_network.h"
#include "os/file_system.h"
#include "support/checkout_fixture.h"

/// `odu shell`: a terminal in a node's work tree, here and on another machine.
namespace odu {
namespace {

using support::CliResult;
using support::Eventually;

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

class Shell : public support::CheckoutFixture {
 protected:
  Shell() { environment_.emplace_back("SHELL=/bin/sh"); }
  void Hosts(const std::string& json) {
    environment_.push_back("ODU_HOSTS=" + root_.Write("hosts.json", json));
  }
  /// `odu <words>` on a terminal, and what is typed there.
  CliResult Typed(const std::string& words, const std::string& typed) const {
    support::CliCall call = Call({});
    const std::string odu = call.argv.front();
    call.argv = {"script", "-qfec", "exec " + odu + " " + words, "/dev/null"};
    call.stdin_text = typed;
    return support::RunCli(call);
  }
};

TEST_F(Shell, OfALiveNodeIsATerminalInItsTreeWithWhatItsRecipeHas) {
  Justfile("[metadata(\"ci\")]\nci: build\nbuild:\n  @pwd > " + Mark("tree") + "; touch " +
           Mark("begun") + "; until [ -e " + Mark("go") + " ]; do sleep 0.02; done\n");
  const auto run = Start(RunWords());
  ASSERT_TRUE(UntilMark("begun"));
  const CliResult shell =
      Typed("shell build", "test -t 0 && test -t 1 && pwd > " + Mark("seen") +
                               "; echo $ODU $CI $ODU_NODE $ODU_ATTEMPT ${ODU_ATTEMPT_ID-none} > " +
                               Mark("environment") + "; exit 7\n");
  EXPECT_EQ(shell.exit_code, 7) << shell;
  EXPECT_EQ(ReadMark("seen"), ReadMark("tree")) << shell;
  EXPECT_EQ(ReadMark("environment"), "1 true build@" + Here() + " 1 none\n");
  PutMark("go");
  EXPECT_EQ(run->Wait().exit_code, 0);
  // The verdict is told before the tree has been removed.
  std::string tree = ReadMark("tree");
  tree.resize(tree.find('\n'));
  ASSERT_TRUE(Eventually([&] { return !os::Exists(tree); })) << tree;
  const CliResult gone = Odu({"shell", "build"});
  EXPECT_EQ(gone.exit_code, 3) << gone;
  EXPECT_TRUE(Has(gone.stderr_text, "there is no work tree of build@" + Here() + " in run "))
      << gone;
  EXPECT_TRUE(Has(gone.stderr_text, "odu rerun")) << gone;
}

TEST_F(Shell, OfARedRunFindsItsTreeAsItWasLeft) {
  Justfile("[metadata(\"ci\")]\nci: build\nbuild:\n  @echo half > made; exit 1\n");
  EXPECT_EQ(Run().exit_code, 1);
  EXPECT_EQ(Odu({"serve", "--stop"}).exit_code, 0);
  const CliResult shell = Typed("shell build", "cat made > " + Mark("seen") + "; exit\n");
  EXPECT_EQ(shell.exit_code, 0) << shell;
  EXPECT_EQ(ReadMark("seen"), "half\n");
  EXPECT_EQ(Odu({"shell", "nothing"}).exit_code, 2);
  EXPECT_EQ(Odu({"shell", "--run", "0000000", "build"}).exit_code, 3);
}

TEST_F(Shell, AHostBehindACommandHasNoTerminalAndSaysSo) {
  EXPECT_TRUE(os::MakeDirs(root_ / "far", 0700));
  Hosts(R"({"i686-linux":{"command":["env","-i","HOME=)" + (root_ / "far") +
        R"(","SHELL=/bin/sh","PATH=/usr/local/bin:/usr/bin:/bin"]}})");
  Justfile("[metadata(\"ci\")]\nci: build\nbuild:\n  @touch " + Mark("begun") + "; until [ -e " +
           Mark("go") + " ]; do sleep 0.02; done\n");
  const auto run = Start({"run", "--no-post"});
  ASSERT_TRUE(UntilMark("begun"));
  const CliResult refused = Odu({"shell", "build"});
  EXPECT_EQ(refused.exit_code, 2) << refused;
  EXPECT_TRUE(Has(refused.stderr_text, "is reached by a command, which brings no terminal"))
      << refused;
  PutMark("go");
  EXPECT_EQ(run->Wait().exit_code, 0);
}

TEST_F(Shell, OverSshItIsATerminalThereInTheLoginEnvironment) {
  SKIP_WITHOUT_HOSTS();
  hosts::TestNetwork network;
  hosts::TestHost& ant = network.Add("ant");
  Hosts(R"({"i686-linux":{"host":"ant","enter":["env","ENTERED=it is"]}})");
  Justfile("[metadata(\"ci\")]\nci: build\nbuild:\n  @pwd > ~/tree; echo half > made; exit 1\n");
  EXPECT_EQ(Odu({"run", "--no-post"}).exit_code, 1);
  const CliResult shell = Typed(
      "shell build@i686-linux",
      "test -t 0 && pwd > ~/seen; echo $ENTERED $ODU_NODE $CI $(hostname) > ~/said; exit 7\n");
  EXPECT_EQ(shell.exit_code, 7) << shell;
  EXPECT_EQ(ant.Run({"cat", "/home/ci/seen"}).stdout_text,
            ant.Run({"cat", "/home/ci/tree"}).stdout_text)
      << shell;
  EXPECT_EQ(ant.Run({"cat", "/home/ci/said"}).stdout_text, "it is build@i686-linux true ant\n");
  // Where the tree has gone, the far side says so.
  static_cast<void>(ant.Run({"sh", "-c", "rm -rf /home/ci/.cache/odu/work/*"}));
  const CliResult gone = Typed("shell build", "");
  EXPECT_EQ(gone.exit_code, 3) << gone;
  EXPECT_TRUE(Has(gone.stdout_text, "odu: shell: there is no work tree of build@i686-linux"))
      << gone;
  static_cast<void>(Odu({"serve", "--stop"}));
}

}  // namespace
}  // namespace odu
