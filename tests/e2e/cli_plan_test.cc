#include <sys/stat.h>

#include <set>

#include "base/json.h"
#include "cli_fixture.h"

/// Which pipeline it is: the same one for every command, wherever in the checkout it is called.
namespace odu {
namespace {

using support::CliResult;
using Names = std::set<std::string>;

constexpr std::string_view kTop =
    "[metadata(\"ci\")]\nci: top\n\nother: elsewhere\n\ntop:\n  @true\n\nelsewhere:\n  @true\n";
constexpr std::string_view kNested = "[metadata(\"ci\")]\nci: nested\n\nnested:\n  @true\n";

class CliPlan : public CliTest {
 protected:
  CliResult OduIn(const std::string& folder, const std::vector<std::string>& arguments) const {
    support::CliCall call;
    call.argv = {kOdu};
    call.argv.insert(call.argv.end(), arguments.begin(), arguments.end());
    call.directory = repo_.path() + folder;
    call.extra_environment = Environment();
    return support::RunCli(call);
  }
  static std::vector<std::string> With(std::vector<std::string> words,
                                       const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  Names Dumped(const std::string& folder, const std::vector<std::string>& more) const {
    const CliResult result = OduIn(folder, With({"dump"}, more));
    EXPECT_EQ(result.exit_code, 0) << result;
    Names names;
    const auto json = base::ParseJson(result.stdout_text, "dump").value();
    for (const auto& task : json.as_object().at("tasks").as_array()) {
      names.emplace(task.as_object().at("id").as_string());
    }
    return names;
  }
  Names Ran(const std::string& folder, const std::vector<std::string>& more) const {
    const CliResult result = OduIn(folder, With(RunWords({"--progress", "json=2"}), more));
    EXPECT_EQ(result.exit_code, 0) << result;
    const std::string first = result.stdout_text.substr(0, result.stdout_text.find('\n'));
    Names names;
    const auto json = base::ParseJson(first, "run").value();
    for (const auto& node : json.as_object().at("nodes").as_array()) {
      const std::string name(node.as_string());
      names.insert(name.substr(0, name.rfind('@')));
    }
    names.erase("_ci-setup");
    return names;
  }
};

TEST_F(CliPlan, DumpShowsWhatRunRunsFromAnyFolder) {
  repo_.Write("sub/justfile", kNested);
  repo_.Write("sub/odu.json", R"({"tasks":[{"id":"task","command":"true"}]})");
  Justfile(kTop);
  const struct {
    std::vector<std::string> words;
    Names nodes;
  } cases[] = {{{}, {"top"}},
               {{"--root", "other"}, {"elsewhere"}},
               {{"--pipeline", "odu.json"}, {"task"}},
               {{"--pipeline", "../sub/odu.json"}, {"task"}}};
  for (const auto& one : cases) {
    EXPECT_EQ(Dumped("/sub", one.words), one.nodes);
    EXPECT_EQ(Ran("/sub", one.words), one.nodes);
  }
  EXPECT_EQ(Dumped("", {}), (Names{"top"}));
  EXPECT_EQ(OduIn("/sub", {"graph"}).stdout_text, "flowchart TD\n    top[\"top\"]\n");
}

TEST_F(CliPlan, WhatRunDoesNotFindDumpDoesNotEither) {
  repo_.Write("sub/justfile", kNested);
  repo_.Commit();
  for (const std::vector<std::string>& words : {std::vector<std::string>{"dump"}, RunWords()}) {
    const CliResult result = OduIn("/sub", words);
    EXPECT_EQ(result.exit_code, 2) << result;
    EXPECT_NE(result.stderr_text.find("no justfile and no odu.json in '" + repo_.path() + "'"),
              std::string::npos)
        << result;
  }
}

TEST_F(CliPlan, AStrictRunThatPostsNeedsAForgeAndSaysWhatItDoesThere) {
  Justfile(kTop);
  const std::vector<std::string> posting{"run", "--host", Here() + "=localhost"};
  const CliResult refused = Odu(posting);
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.stdout_text, "");
  EXPECT_EQ(refused.stderr_text,
            "odu: run: there is no remote 'origin' to post commit statuses to\n"
            "  pass --no-post for non-GitHub strict runs\n");
  repo_.Git({"remote", "add", "origin", "https://me:hunter2@gitlab.com/octo/demo"});
  const CliResult elsewhere = Odu(With(posting, {"--progress", "json"}));
  EXPECT_EQ(elsewhere.exit_code, 2);
  EXPECT_EQ(
      elsewhere.stdout_text,
      R"({"error":{"code":"no_forge","message":"run: the remote 'origin' is at 'gitlab.com', )"
      R"(which odu cannot post commit statuses to",)"
      R"("hint":"pass --no-post for non-GitHub strict runs"}})"
      "\n");
  EXPECT_EQ(Run().exit_code, 0);
  EXPECT_EQ(Odu(With(posting, {"--no-strict"})).exit_code, 0);
  EXPECT_EQ(Odu({"runs"}).stdout_text.find("#3"), std::string::npos) << "a refused run is none";

  repo_.Git({"remote", "set-url", "origin", "git@github.com:octo/demo.git"});
  extra_.insert(extra_.end(), {"GH_TOKEN=", "GITHUB_TOKEN="});
  const CliResult known = Odu(posting);
  EXPECT_EQ(known.exit_code, 0) << known;
  EXPECT_NE(known.stderr_text.find("there is no token for github.com"), std::string::npos) << known;
}

TEST_F(CliPlan, AJustThatHangsEndsWithTheCommandThatAskedIt) {
  repo_.Write("justfile", kTop);
  const std::string fifo = home_ / "pid";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  home_.Write("bin/just", "#!/bin/sh\necho $$ >" + fifo + "\nexec sleep 301\n", 0755);
  extra_ = {"PATH=" + (home_ / "bin") + ":/usr/bin:/bin"};
  for (const std::string command : {"dump", "graph"}) {
    for (const int signal : {SIGINT, SIGTERM}) {
      Background odu = Start({command}, command + std::to_string(signal));
      const auto file = os::OpenFile(fifo, O_RDONLY);
      std::string text(64, '\0');
      text.resize(os::ReadSome(file->get(), text).value());
      const auto just = static_cast<pid_t>(std::stol(text));
      odu.Signal(signal);
      EXPECT_EQ(odu.Wait(), 128 + signal);
      EXPECT_EQ(kill(just, 0), -1) << command;
    }
  }
}

}  // namespace
}  // namespace odu
