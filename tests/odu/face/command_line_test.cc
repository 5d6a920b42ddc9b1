#include "odu/face/command_line.h"

#include <gtest/gtest.h>

#include "odu/face/error_text.h"

namespace odu::face {
namespace {

using Words = std::vector<std::string>;

/// The error of a command line as it is printed; "fine" when there is none.
std::string Complaint(const Words& words) {
  const auto parsed = ParseCommandLine(words);
  if (parsed) {
    return "fine";
  }
  EXPECT_EQ(parsed.error().ExitCode(), 2);
  return ErrorText(parsed.error());
}

TEST(CommandLine, ReadsEveryOptionOfARun) {
  const auto parsed = ParseCommandLine(Words{"run",
                                             "build@x86_64-linux",
                                             "--platform",
                                             "x86_64-linux",
                                             "--platform=aarch64-darwin",
                                             "--host",
                                             "x86_64-linux=localhost",
                                             "--root",
                                             "ci::all",
                                             "--pipeline",
                                             "p.json",
                                             "--no-deps",
                                             "--no-strict",
                                             "--no-snapshot",
                                             "--no-post",
                                             "--progress",
                                             "json=2",
                                             "-j",
                                             "4",
                                             "--queue",
                                             "--detach",
                                             "ci::lint"});
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message();
  EXPECT_EQ(parsed->command, FindCommand("run"));
  EXPECT_EQ(parsed->arguments, (Words{"build@x86_64-linux", "ci::lint"}));
  EXPECT_EQ(parsed->Values("--platform"), (Words{"x86_64-linux", "aarch64-darwin"}));
  EXPECT_EQ(parsed->Values("--host"), Words{"x86_64-linux=localhost"});
  EXPECT_EQ(parsed->Value("--root"), "ci::all");
  EXPECT_EQ(parsed->Value("--pipeline"), "p.json");
  EXPECT_EQ(parsed->Value("--progress"), "json=2");
  EXPECT_EQ(*parsed->Number("--jobs", 1, 10), 4);
  for (const char* name :
       {"--no-deps", "--no-strict", "--no-snapshot", "--no-post", "--queue", "--detach"}) {
    EXPECT_TRUE(parsed->Has(name)) << name;
  }
  EXPECT_FALSE(parsed->Has("--supersede"));
}

TEST(CommandLine, WhatFollowsTwoDashesIsAnArgument) {
  const auto parsed = ParseCommandLine(Words{"run", "--", "--no-deps"});
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->arguments, Words{"--no-deps"});
  EXPECT_FALSE(parsed->Has("--no-deps"));
}

TEST(CommandLine, ANegativeOffsetIsAValue) {
  for (const Words& words :
       {Words{"logs", "build", "--offset", "-100"}, Words{"logs", "build", "--offset=-100"}}) {
    const auto parsed = ParseCommandLine(words);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message();
    EXPECT_EQ(*parsed->Number("--offset", -1000, 1000), -100);
    EXPECT_EQ(parsed->arguments, Words{"build"});
  }
}

TEST(CommandLine, UnknownCommandsAreNamedWithTheNearest) {
  EXPECT_EQ(Complaint({"atach"}), "odu: unknown command 'atach'\n  did you mean 'attach'?\n");
  EXPECT_EQ(Complaint({"frobnicate"}),
            "odu: unknown command 'frobnicate'\n  'odu --help' lists the commands\n");
  EXPECT_EQ(Complaint({}), "odu: it needs a command\n  'odu --help' lists the commands\n");
  EXPECT_EQ(Complaint({"--frob"}),
            "odu: unknown option '--frob'\n  'odu --help' lists the commands\n");
  EXPECT_EQ(Complaint({"a\x1b[2Jb"}),
            "odu: unknown command 'a\\x1b[2Jb'\n  'odu --help' lists the commands\n");
}

TEST(CommandLine, UnknownOptionsAreNamedWithTheNearest) {
  EXPECT_EQ(Complaint({"run", "--no-strct"}),
            "odu: run: unknown option '--no-strct'\n  did you mean '--no-strict'?\n");
  EXPECT_EQ(Complaint({"run", "--xyzzy=1"}),
            "odu: run: unknown option '--xyzzy'\n  'odu run --help' lists its options\n");
  EXPECT_EQ(Complaint({"status", "-z"}),
            "odu: status: unknown option '-z'\n  'odu status --help' lists its options\n");
}

TEST(CommandLine, AMissingOrUnwantedValueIsNamed) {
  EXPECT_EQ(Complaint({"run", "--platform"}),
            "odu: run: '--platform' needs a value (P)\n  'odu run --help' lists its options\n");
  EXPECT_EQ(Complaint({"wait", "--expected-sha", ""}),
            "odu: wait: '--expected-sha' needs a value (SHA), and an empty one was given\n"
            "  'odu wait --help' lists its options\n");
  EXPECT_EQ(Complaint({"run", "--no-deps=yes"}),
            "odu: run: '--no-deps' takes no value\n  'odu run --help' lists its options\n");
  EXPECT_EQ(Complaint({"run", "--root", "a", "--root", "b"}),
            "odu: run: '--root' is given twice\n  'odu run --help' lists its options\n");
}

TEST(CommandLine, ArgumentsAreCounted) {
  EXPECT_EQ(Complaint({"status", "foo"}),
            "odu: status: unexpected argument 'foo'\n  usage: odu status\n");
  EXPECT_EQ(Complaint({"logs"}),
            "odu: logs: it needs <node>\n  'odu logs --help' lists its options\n");
  EXPECT_EQ(Complaint({"logs", "a", "b"}),
            "odu: logs: unexpected argument 'b'\n  usage: odu logs <node>\n");
  EXPECT_EQ(Complaint({"run", ""}),
            "odu: run: an argument is empty\n  'odu run --help' lists its options\n");
}

TEST(CommandLine, WordsThatAreNotKnownAreRefused) {
  EXPECT_EQ(Complaint({"run", "--progress", "yaml"}),
            "odu: run: unknown --progress format 'yaml'\n  'json' and 'json=2' are there\n");
  EXPECT_EQ(Complaint({"status", "-o", "yaml"}),
            "odu: status: unknown output 'yaml'\n  the one other than text is 'json'\n");
  EXPECT_EQ(Complaint({"run", "--supersede", "--queue"}),
            "odu: run: '--supersede' and '--queue' exclude each other\n"
            "  --supersede cancels the run in progress, --queue waits for it\n");
  EXPECT_EQ(Complaint({"serve", "--stop", "--restart"}),
            "odu: serve: '--stop' and '--restart' exclude each other\n"
            "  --restart stops the coordinator, and starts this build's\n");
}

TEST(CommandLine, NumbersAreWholeAndWithinBounds) {
  for (const char* text : {"x", "1.5", "", "99999999999999999999", "0", "11", "3 "}) {
    const auto parsed = ParseCommandLine(Words{"run", std::string("--jobs=") + text});
    if (parsed) {
      const auto number = parsed->Number("--jobs", 1, 10);
      ASSERT_FALSE(number.has_value()) << text;
      EXPECT_EQ(number.error().code(), "bad_number");
    }
  }
  EXPECT_EQ(*ParseCommandLine(Words{"run"})->Number("--jobs", 1, 10), std::nullopt);
}

TEST(CommandLine, HelpIsThereForEveryCommand) {
  for (const CommandSpec& command : Commands()) {
    for (const Words& words :
         {Words{std::string(command.name), "--help"}, Words{std::string(command.name), "-h"},
          Words{"help", std::string(command.name)}}) {
      const auto parsed = ParseCommandLine(words);
      ASSERT_TRUE(parsed.has_value()) << command.name;
      EXPECT_TRUE(parsed->help) << command.name;
      EXPECT_EQ(parsed->command, FindCommand(command.name));
    }
  }
  for (const char* word : {"--help", "-h", "help"}) {
    EXPECT_TRUE(ParseCommandLine(Words{word})->help);
  }
  EXPECT_TRUE(ParseCommandLine(Words{"--version"})->version);
}

TEST(CommandLine, ErrorsAreJsonWhereJsonWasAskedFor) {
  EXPECT_TRUE(WantsJsonErrors(Words{"status", "-o", "json"}));
  EXPECT_TRUE(WantsJsonErrors(Words{"status", "--output=json", "--bad"}));
  EXPECT_TRUE(WantsJsonErrors(Words{"run", "--progress", "json=2"}));
  EXPECT_TRUE(WantsJsonErrors(Words{"run", "--progress=json"}));
  EXPECT_TRUE(WantsJsonErrors(Words{"wait"}));
  EXPECT_FALSE(WantsJsonErrors(Words{"status"}));
  EXPECT_FALSE(WantsJsonErrors(Words{"status", "-o"}));
  EXPECT_FALSE(WantsJsonErrors(Words{}));
}

TEST(CommandLine, AnOptionIsNotTakenForTheValueOfAnother) {
  EXPECT_EQ(Complaint({"run", "--pipeline", "--no-strict"}),
            "odu: run: '--pipeline' needs a value (FILE), and '--no-strict' is an option\n"
            "  give one; if it is meant so: --pipeline=--no-strict\n");
  EXPECT_EQ(Complaint({"run", "--root", "-d"}),
            "odu: run: '--root' needs a value (NAMEPATH), and '-d' is an option\n"
            "  give one; if it is meant so: --root=-d\n");
  EXPECT_TRUE(Complaint({"run", "-j", "--queue"}).starts_with("odu: run: '--jobs' needs a value"));
  EXPECT_EQ(Complaint({"run", "--pipeline=--no-strict"}), "fine");
  EXPECT_EQ(Complaint({"logs", "a", "--offset", "-5"}), "fine");
  EXPECT_EQ(Complaint({"run", "--", "--pipeline", "--no-strict"}), "fine");
  EXPECT_EQ(Complaint({"run", "--pipeline", "./--no-strict"}), "fine");
}

}  // namespace
}  // namespace odu::face
