#include "cli_fixture.h"

/// Every way to be told no, through the real binary: stdout, stderr and the exit code.
namespace odu {
namespace {

using support::CliResult;

class CliErrors : public CliTest {};

TEST_F(CliErrors, WithoutACommandOrWithAnUnknownOne) {
  EXPECT_EQ(Odu({}), (CliResult{2, "",
                                "odu: it needs a command\n"
                                "  'odu --help' lists the commands\n"}));
  EXPECT_EQ(Odu({"atach"}), (CliResult{2, "",
                                       "odu: unknown command 'atach'\n"
                                       "  did you mean 'attach'?\n"}));
}

TEST_F(CliErrors, HelpAndVersionGoToStdout) {
  const CliResult help = Odu({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_TRUE(help.stdout_text.starts_with("odu: a CI runner that you attach to\n"));
  EXPECT_EQ(help.stderr_text, "");
  const CliResult version = Odu({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_TRUE(version.stdout_text.starts_with("odu "));
  EXPECT_EQ(Odu({"run", "--help"}).exit_code, 0);
}

TEST_F(CliErrors, OutsideARepository) {
  support::CliCall call;
  call.argv = {kOdu, "run"};
  call.directory = home_.path();
  call.extra_environment = Environment();
  const CliResult result = support::RunCli(call);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.stdout_text, "");
  EXPECT_EQ(result.stderr_text,
            "odu: run: '" + home_.path() +
                "' is in no git repository\n"
                "  odu runs commits: go into a checkout, or make one with 'git init'\n");
}

TEST_F(CliErrors, ARepositoryWithoutACommit) {
  const CliResult result = Run();
  EXPECT_EQ(result.exit_code, 2) << result;
  EXPECT_EQ(result.stdout_text, "");
}

TEST_F(CliErrors, WithoutConfiguredHostsBothWaysToOptInAreShown) {
  Justfile("[metadata(\"ci\")]\nci:\n  true\n");
  const CliResult result = Odu({"run", "--no-post"});
  EXPECT_EQ(result.exit_code, 2) << result;
  EXPECT_NE(result.stderr_text.find("odu hosts --init"), std::string::npos) << result;
  EXPECT_NE(result.stderr_text.find("--host " + Here() + "=localhost"), std::string::npos);
}

TEST_F(CliErrors, ADirtyTreeIsRefusedAndItsFilesAreListed) {
  Justfile("[metadata(\"ci\")]\nci:\n  true\n");
  repo_.Write("new file", "x");
  const CliResult result = Run();
  EXPECT_EQ(result.exit_code, 2) << result;
  EXPECT_EQ(result.stdout_text, "");
  EXPECT_NE(result.stderr_text.find("1 file"), std::string::npos) << result;
  EXPECT_NE(result.stderr_text.find("new file"), std::string::npos) << result;
  EXPECT_NE(result.stderr_text.find("--no-strict"), std::string::npos) << result;

  const CliResult as_json = Run({"--progress", "json"});
  EXPECT_EQ(as_json.exit_code, 2);
  EXPECT_EQ(as_json.stderr_text, "");
  EXPECT_TRUE(as_json.stdout_text.starts_with("{\"error\":{\"code\":\"dirty_tree\",\"message\":"))
      << as_json;
}

TEST_F(CliErrors, NoJustfile) {
  repo_.Commit();
  const CliResult result = Run();
  EXPECT_EQ(result.exit_code, 2) << result;
}

TEST_F(CliErrors, NoTaggedRecipeAndTwoOfThem) {
  Justfile("a:\n  true\n");
  const CliResult none = Run();
  EXPECT_EQ(none.exit_code, 2) << none;
  EXPECT_NE(none.stderr_text.find("metadata"), std::string::npos) << none;
  Justfile("[metadata(\"ci\")]\na:\n  true\n\n[metadata(\"ci\")]\nb:\n  true\n");
  EXPECT_EQ(Run().exit_code, 2);
}

TEST_F(CliErrors, ASelectorThatMatchesNothing) {
  Justfile("[metadata(\"ci\")]\nci: test\n\ntest:\n  true\n");
  const CliResult result = Run({"tset"});
  EXPECT_EQ(result.exit_code, 2) << result;
  EXPECT_NE(result.stderr_text.find("'test'"), std::string::npos) << result;
}

TEST_F(CliErrors, AnAliasOrTheRootIsAnsweredWithWhatToSayInstead) {
  Justfile("alias quux := test\n[metadata(\"ci\")]\nci: test\n\ntest:\n  true\n");
  EXPECT_EQ(Run({"quux"}), (CliResult{2, "",
                                      "odu: run: 'quux' matches no node\n"
                                      "  the only recipe is test\n"}));
  EXPECT_EQ(Run({"ci"}), (CliResult{2, "",
                                    "odu: run: 'ci' matches no node\n"
                                    "  'ci' is the pipeline and runs nothing itself: 'odu run' "
                                    "without it runs what it needs\n"}));
}

TEST_F(CliErrors, AStdoutThatIsClosedIsNamed) {
  Justfile("[metadata(\"ci\")]\nci:\n  true\n");
  for (const std::string command : {"status", "dump", "runs", "graph"}) {
    support::CliCall call;
    call.argv = {"/bin/sh", "-c", "exec \"$0\" " + command + " <&- >&-", kOdu};
    call.directory = repo_.path();
    call.extra_environment = Environment();
    EXPECT_EQ(support::RunCli(call),
              (CliResult{3, "",
                         "odu: stdout is closed\n"
                         "  leave it open; '>/dev/null' is for output that nobody wants\n"}))
        << command;
  }
}

TEST_F(CliErrors, APipelineFileThatIsNotThereIsNotSoughtInTheCommitOfARunInPlace) {
  Justfile("[metadata(\"ci\")]\nci:\n  true\n");
  const CliResult in_place = Run({"--pipeline", "nope", "--no-strict"});
  EXPECT_EQ(in_place.exit_code, 2);
  EXPECT_EQ(in_place.stderr_text.find("commit"), std::string::npos) << in_place;
  EXPECT_EQ(Run({"--pipeline", "/etc"}).exit_code, 2);
  repo_.Write(".gitignore", "uncommitted.json\n");
  repo_.Commit();
  repo_.Write("uncommitted.json", R"({"tasks": []})");
  const CliResult strict = Run({"--pipeline", "uncommitted.json"});
  EXPECT_EQ(strict.exit_code, 2);
  EXPECT_NE(strict.stderr_text.find("a strict run reads it from the commit"), std::string::npos)
      << strict;
}

TEST_F(CliErrors, WithNothingRunning) {
  Justfile("[metadata(\"ci\")]\nci:\n  true\n");
  EXPECT_EQ(Odu({"status"}), (CliResult{0, "no run in progress\n", ""}));
  EXPECT_EQ(Odu({"status", "-o", "json"}),
            (CliResult{0,
                       "{\"coordinator\":null,\"run\":null,\"lanes\":[],\"nodes\":[],"
                       "\"last\":null,\"unposted\":[]}\n",
                       ""}));
  EXPECT_EQ(Odu({"runs"}), (CliResult{0, "no runs yet\n", ""}));
  EXPECT_EQ(Odu({"cancel"}), (CliResult{3, "",
                                        "odu: cancel: no run in progress in this checkout\n"
                                        "  'odu run' starts one\n"}));
  EXPECT_EQ(Odu({"logs", "ci"}), (CliResult{3, "",
                                            "odu: logs: this checkout has had no run\n"
                                            "  'odu run' starts one\n"}));
  const CliResult wait = Odu({"wait"});
  EXPECT_EQ(wait, (CliResult{3,
                             "{\"error\":{\"code\":\"no_run\",\"message\":"
                             "\"wait: no run in progress in this checkout\","
                             "\"hint\":\"'odu run' starts one\"}}\n",
                             ""}));
  EXPECT_EQ(Odu({"rerun", "ci"}).exit_code, 3);
  const CliResult stop = Odu({"serve", "--stop"});
  // `rerun` has started one.
  EXPECT_EQ(stop.exit_code, 0) << stop;
  EXPECT_EQ(Odu({"serve", "--stop"}).exit_code, 3);
}

TEST_F(CliErrors, HostsInitIsOneOfTheWays) {
  Justfile("[metadata(\"ci\")]\nci:\n  true\n");
  EXPECT_EQ(Odu({"hosts", "--init"}).exit_code, 0);
  EXPECT_EQ(Odu({"hosts", "--init"}).exit_code, 2);
  const CliResult run = Odu({"run", "--no-post"});
  EXPECT_EQ(run.exit_code, 0) << run;
}

TEST_F(CliErrors, ACiThatIsAFileIsNamed) {
  Justfile("[metadata(\"ci\")]\nci:\n  true\n");
  repo_.Write(".gitignore", ".ci\n");
  sha_ = repo_.Commit();
  repo_.Write(".ci", "mine");
  const CliResult result = Run();
  EXPECT_NE(result.exit_code, 0) << result;
  EXPECT_NE(result.stderr_text.find(".ci"), std::string::npos) << result;
}

}  // namespace
}  // namespace odu
