#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "base/sha256.h"
#include "os/file_system.h"
#include "support/checkout_fixture.h"

/// What people write by mistake: a sentence that says what, where and what next, a red exit, and
/// nothing half done.
namespace odu {
namespace {

using support::CliResult;

class BadInput : public support::CheckoutFixture {
 protected:
  /// `odu run` refuses with exactly this, and starts nothing.
  void ExpectRefusal(const std::vector<std::string>& more, const std::string& words,
                     int exit_code = 2) const {
    CliResult said = Run(more);
    // A busy machine makes a start slow enough to be spoken of.
    const std::string patience = "[odu] preparing the run\n";
    if (said.stderr_text.starts_with(patience)) {
      said.stderr_text.erase(0, patience.size());
    }
    EXPECT_EQ(said, (CliResult{exit_code, "", words}));
    EXPECT_TRUE(RunFolders().empty());
  }
};

constexpr std::string_view kGreen = "[metadata(\"ci\")]\nci: build\nbuild:\n  @echo built\n";

TEST_F(BadInput, NoJustfileNamesTheCheckout) {
  Commit();
  ExpectRefusal({}, "odu: run: plan: no justfile and no odu.json in '" + repo() +
                        "'\n  tag a recipe of a justfile with [metadata(\"ci\")]: what it needs is "
                        "the pipeline\n");
  EXPECT_EQ(Odu({"dump"}).exit_code, 2);
  EXPECT_EQ(Odu({"graph"}).exit_code, 2);
}

TEST_F(BadInput, TwoTaggedRecipesAreShownWithTheirPlace) {
  Justfile("[metadata(\"ci\")]\na:\n  true\n[metadata(\"ci\")]\nb:\n  true\n");
  ExpectRefusal({},
                "justfile:5:1: 2 recipes are tagged [metadata(\"ci\")], where one must be: 'a', "
                "'b'\nb:\n^\n  take the tag from all but one, or name the one with --root\n");
}

TEST_F(BadInput, NoTaggedRecipeSaysWhatToTag) {
  Justfile("a:\n  true\n");
  ExpectRefusal({},
                "odu: run: plan: no recipe of the justfile is tagged [metadata(\"ci\")]\n  put it "
                "above the recipe whose dependencies are the pipeline, or name that recipe with "
                "--root\n");
}

TEST_F(BadInput, ACycleIsShownAsAPath) {
  Justfile("[metadata(\"ci\")]\na: b\nb: a\n");
  const CliResult just = Run();
  EXPECT_EQ(just.exit_code, 2);
  EXPECT_EQ(just.stdout_text, "");
  EXPECT_NE(just.stderr_text.find("circular dependency `a -> b -> a`"), std::string::npos) << just;
  Write("tasks.json", R"({"tasks":[{"id":"a","command":"true","needs":["b"]},)"
                      R"({"id":"b","command":"true","needs":["a"]}]})");
  Commit();
  ExpectRefusal({"--pipeline", "tasks.json"},
                "odu: run: tasks.json: tasks need each other: a -> b -> a\n"
                "  take one of these needs out\n");
}

TEST_F(BadInput, ARecipeCalledCiSetupIsRefused) {
  Justfile("[metadata(\"ci\")]\nall: _ci-setup\n_ci-setup:\n  true\n");
  ExpectRefusal({},
                "justfile:2:6: recipe '_ci-setup' has the name of the node that prepares a lane\n"
                "all: _ci-setup\n     ^^^^^^^^^\n  rename the recipe\n");
}

TEST_F(BadInput, ABacktickAsArgumentIsRefusedAndNeverRun) {
  Justfile("[metadata(\"ci\")]\nall: (b `touch " + Mark("ran") + "`)\nb x:\n  echo {{x}}\n");
  const CliResult said = Run();
  EXPECT_EQ(said.exit_code, 2);
  EXPECT_EQ(said.stdout_text, "");
  EXPECT_TRUE(said.stderr_text.starts_with(
      "justfile:2:7: recipe 'all' calls 'b' with an argument that is a backtick\n"))
      << said;
  EXPECT_NE(Odu({"dump"}).exit_code, 0);
  EXPECT_NE(Odu({"graph"}).exit_code, 0);
  EXPECT_FALSE(os::Exists(Mark("ran")));
  EXPECT_TRUE(RunFolders().empty());
}

TEST_F(BadInput, ArgumentsOfEveryKindBecomeSafeNames) {
  const std::string sha = Justfile(
      "[metadata(\"ci\")]\nall: (b \"a b\" \"ü/../x\") (b \"..\" \"\") (b \"/etc\" \"a@b\") (b "
      "\"\\n'\\\"$(id)\" \"\")\n"
      "b x y:\n  @printf '%s|%s' {{quote(x)}} {{quote(y)}}\n");
  EXPECT_EQ(Run().exit_code, 0);
  EXPECT_EQ(Odu({"logs", "b(..,)"}), (CliResult{0, "..|", ""}));
  EXPECT_EQ(Odu({"logs", "b(%2Fetc,a%40b)@" + Here()}), (CliResult{0, "/etc|a@b", ""}));
  EXPECT_EQ(Odu({"logs", "b(a%20b,%C3%BC%2F..%2Fx)"}), (CliResult{0, "a b|ü/../x", ""}));
  EXPECT_EQ(Odu({"logs", "b(%0A%27%22%24%28id%29,)"}), (CliResult{0, "\n'\"$(id)|", ""}));
  EXPECT_TRUE(os::Exists(CiLog(sha, "b(%2Fetc,a%40b)")));
}

TEST_F(BadInput, ALongArgumentIsCutAndStaysItsOwnNode) {
  const std::string a(300, 'a');
  Justfile("[metadata(\"ci\")]\nall: (b \"" + a + "1\") (b \"" + a + "2\")\nb x:\n  @echo {{x}}\n");
  const CliResult said = Run();
  EXPECT_EQ(said.exit_code, 0) << said;
  EXPECT_NE(said.stderr_text.find("3 ok · 0 failed"), std::string::npos) << said;
}

TEST_F(BadInput, TaskIdsThatAreNoNamesAreRefused) {
  for (const std::string id : {"../x", "a/b", "..", "ü", "a b", "", "_ci-setup", "a\\u0000b"}) {
    Write("tasks.json", R"({"tasks":[{"id":")" + id + R"(","command":"true","needs":[]}]})");
    Commit();
    const CliResult said = Run({"--pipeline", "tasks.json"});
    EXPECT_EQ(said.exit_code, 2) << id << said;
    EXPECT_EQ(said.stdout_text, "");
    EXPECT_TRUE(said.stderr_text.starts_with("odu: run: tasks.json")) << said;
  }
  EXPECT_TRUE(RunFolders().empty());
}

TEST_F(BadInput, WhatDoesNotExistNeverExitsZero) {
  Justfile(kGreen);
  EXPECT_EQ(Run().exit_code, 0);
  const std::string run = RunFolders().back();
  const std::vector<std::pair<std::vector<std::string>, int>> cases{
      {RunWords({"nosuch"}), 2},
      {RunWords({"build@plan9"}), 2},
      {RunWords({"--platform", "plan9"}), 2},
      {RunWords({"--platform", "riscv64-linux"}), 2},
      {RunWords({"--root", "nosuch"}), 2},
      {RunWords({"--pipeline", "nosuch.json"}), 2},
      {{"run", "--host", "x=y"}, 2},
      {{"run", "--host", "../../x=localhost"}, 2},
      {{"logs", "nosuch"}, 2},
      {{"logs", "-f", "nosuch"}, 2},
      {{"logs", "build@plan9"}, 2},
      {{"logs", "--run", "nosuch", "build"}, 3},
      {{"logs", "--run", "../../../etc", "build"}, 3},
      {{"logs", "--attempt", "7", "build"}, 3},
      {{"rerun", "nosuch"}, 2},
      {{"rerun", "@plan9"}, 2},
      {{"cancel", "nosuch"}, 3},
      {{"cancel"}, 3},
      {{"logs", "_ci-setup@nowhere"}, 2},
      {{"nosuch"}, 2},
  };
  for (const auto& [words, exit_code] : cases) {
    const CliResult said = Odu(words);
    std::string line;
    for (const std::string& word : words) {
      line += " " + word;
    }
    EXPECT_EQ(said.exit_code, exit_code) << line << '\n' << said;
    EXPECT_EQ(said.stdout_text, "") << line;
    EXPECT_FALSE(said.stderr_text.empty()) << line;
  }
  // `wait` answers with one line of JSON, also when it fails.
  const CliResult wait = Odu({"wait", "--expected-sha", std::string(40, '0')});
  EXPECT_EQ(wait.exit_code, 2) << wait;
  EXPECT_TRUE(wait.stdout_text.starts_with("{\"error\":{\"code\":\"checkout_moved\"")) << wait;
  EXPECT_EQ(RunFolders().back(), run) << "something was started";
}

TEST_F(BadInput, ADirtyTreeIsRefusedWithItsFiles) {
  Justfile(kGreen);
  Write("new file", "x");
  ExpectRefusal({},
                "odu: run: the work tree has changes in 1 file: 'new file'\n  commit or stash "
                "them, or run with --no-strict\n");
}

TEST_F(BadInput, ARepositoryWithoutACommitIsToldSo) {
  Write("justfile", kGreen);
  ExpectRefusal({}, "odu: run: the repository at '" + repo() +
                        "' has no commit yet\n  commit something first: a run is a run of a "
                        "commit\n");
}

TEST_F(BadInput, ABareRepositoryIsToldSo) {
  const std::string bare = root_ / "shared.git";
  support::CliCall init;
  init.argv = {"git", "init", "--quiet", "--bare", bare};
  ASSERT_EQ(support::RunCli(init).exit_code, 0);
  directory_ = bare;
  const CliResult said = Run();
  EXPECT_EQ(said,
            (CliResult{2, "",
                       "odu: run: '" + bare +
                           "' is a bare repository: it has no files to run\n  make a checkout "
                           "of it with: git worktree add <path>\n"}));
  EXPECT_EQ(Odu({"status"}).exit_code, 2);
}

TEST_F(BadInput, NoGitRepositoryIsToldSoAndDumpNeedsNone) {
  Write("justfile", kGreen);
  static_cast<void>(os::RemoveTree(repo() + "/.git").value());
  ExpectRefusal({}, "odu: run: '" + repo() +
                        "' is in no git repository\n  odu runs commits: go into a checkout, or "
                        "make one with 'git init'\n");
  EXPECT_EQ(Odu({"status"}).exit_code, 2);
  EXPECT_EQ(Odu({"dump"}).exit_code, 0);
}

/// A PATH that has all but some programs.
TEST_F(BadInput, AMissingJustOrGitIsNamed) {
  Justfile(kGreen);
  for (const std::string missing : {"just", "git"}) {
    const std::string bin = root_ / ("without-" + missing);
    static_cast<void>(os::MakeDirs(bin).value());
    for (const std::string program : {"git", "just", "sh", "bash", "cat"}) {
      for (const std::string from : {"/usr/local/bin/", "/usr/bin/", "/bin/"}) {
        if (program != missing && os::Exists(from + program) && !os::Exists(bin + "/" + program)) {
          ASSERT_EQ(symlink((from + program).c_str(), (bin + "/" + program).c_str()), 0);
        }
      }
    }
    environment_ = {"PATH=" + bin};
    const CliResult said = Run();
    EXPECT_EQ(said.exit_code, 3) << said;
    EXPECT_EQ(said.stdout_text, "");
    EXPECT_NE(said.stderr_text.find(missing), std::string::npos) << said;
    EXPECT_NE(said.stderr_text.find("\n  "), std::string::npos) << "no hint: " << said;
    environment_.clear();
    Odu({"serve", "--stop"});
  }
  EXPECT_TRUE(RunFolders().empty());
}

TEST_F(BadInput, TenThousandRecipesArePlannedAndOneOfThemRuns) {
  std::string text = "[metadata(\"ci\")]\nall:";
  std::string recipes;
  for (int i = 0; i < 10000; ++i) {
    const std::string name = "r" + std::to_string(i);
    text += " " + name;
    recipes += name + ":\n  @echo " + name + "\n";
  }
  Justfile(text + "\n" + recipes);
  const CliResult dump = Odu({"dump"});
  EXPECT_EQ(dump.exit_code, 0);
  EXPECT_NE(dump.stdout_text.find("\"r9999\""), std::string::npos);
  const CliResult said = Run({"r4711"});
  EXPECT_EQ(said.exit_code, 0) << said;
  EXPECT_NE(said.stderr_text.find("2 ok · 0 failed"), std::string::npos) << said;
  EXPECT_EQ(Odu({"logs", "r4711"}), (CliResult{0, "r4711\n", ""}));
}

}  // namespace
}  // namespace odu
