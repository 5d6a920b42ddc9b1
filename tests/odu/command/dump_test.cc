#include "odu/command/dump.h"

#include <gtest/gtest.h>

#include "support/git_repo.h"
#include "support/temp_dir.h"

namespace odu::command {
namespace {

PlanCall CallIn(const std::string& directory) {
  PlanCall call;
  call.cwd = directory;
  call.environment = os::Environment::Current();
  return call;
}

TEST(Dump, ReadsTheJustfileAboveWithoutGit) {
  support::TempDir dir;
  dir.Write("justfile",
            "[metadata(\"ci\")]\nci: test\n\ntest: build\n  echo test\n\nbuild:\n  echo build\n");
  dir.Write("sub/file", "");
  const auto dump = Dump(CallIn(dir / "sub"));
  ASSERT_TRUE(dump.has_value()) << dump.error().message();
  EXPECT_EQ(*dump,
            "{\n"
            "  \"name\": \"ci\",\n"
            "  \"tasks\": [\n"
            "    {\n"
            "      \"id\": \"build\",\n"
            "      \"name\": \"build\",\n"
            "      \"command\": \"just --no-deps build\",\n"
            "      \"needs\": []\n"
            "    },\n"
            "    {\n"
            "      \"id\": \"test\",\n"
            "      \"name\": \"test\",\n"
            "      \"command\": \"just --no-deps test\",\n"
            "      \"needs\": [\n"
            "        \"build\"\n"
            "      ]\n"
            "    }\n"
            "  ],\n"
            "  \"pruned\": []\n"
            "}\n");
  const auto graph = Graph(CallIn(dir.path()));
  ASSERT_TRUE(graph.has_value());
  EXPECT_EQ(*graph, "flowchart TD\n    build[\"build\"]\n    test[\"test\"]\n    build --> test\n");
}

TEST(Dump, InACheckoutItIsThePipelineOfItsToplevelAsForRun) {
  const support::GitRepo repo;
  repo.Write("justfile", "[metadata(\"ci\")]\nci: top\n\ntop:\n  echo top\n");
  repo.Write("sub/justfile", "[metadata(\"ci\")]\nci: nested\n\nnested:\n  echo nested\n");
  repo.Write("sub/odu.json", R"({"tasks":[{"id":"task","command":"true"}]})");
  PlanCall call = CallIn(repo.path() + "/sub");
  const auto dump = Dump(call);
  ASSERT_TRUE(dump.has_value()) << dump.error().message();
  EXPECT_NE(dump->find("\"id\": \"top\""), std::string::npos) << *dump;
  EXPECT_EQ(dump->find("nested"), std::string::npos) << *dump;
  EXPECT_EQ(*Graph(call), "flowchart TD\n    top[\"top\"]\n");

  // A file that is named counts from where the caller stands.
  call.pipeline_file = "odu.json";
  EXPECT_EQ(*Graph(call), "flowchart TD\n    task[\"task\"]\n");
  call.root = "top";
  call.pipeline_file.clear();
  EXPECT_EQ(*Graph(call), "flowchart TD\n    top[\"top\"]\n");
}

TEST(Dump, WhatIsOnlyInAFolderOfACheckoutIsNoPipelineOfIt) {
  const support::GitRepo repo;
  repo.Write("sub/justfile", "[metadata(\"ci\")]\nci: nested\n\nnested:\n  echo nested\n");
  const auto dump = Dump(CallIn(repo.path() + "/sub"));
  ASSERT_FALSE(dump.has_value());
  EXPECT_EQ(dump.error().code(), "no_pipeline");
  EXPECT_NE(dump.error().message().find("'" + repo.path() + "'"), std::string::npos)
      << dump.error().message();
}

TEST(Dump, AMissingJustIsNamedWithTheRemedy) {
  support::TempDir dir;
  dir.Write("justfile", "[metadata(\"ci\")]\nci:\n  echo hi\n");
  PlanCall call = CallIn(dir.path());
  call.environment = os::Environment({"PATH=/nonexistent", "HOME=/"});
  const auto dump = Dump(call);
  ASSERT_FALSE(dump.has_value());
  EXPECT_EQ(dump.error().code(), "just_missing") << dump.error().message();
  EXPECT_EQ(dump.error().ExitCode(), 3);
}

TEST(Dump, APlatformThatIsNoneIsRefused) {
  support::TempDir dir;
  dir.Write("justfile", "[metadata(\"ci\")]\nci:\n  echo hi\n");
  PlanCall call = CallIn(dir.path());
  call.platform = "toaster";
  const auto dump = Dump(call);
  ASSERT_FALSE(dump.has_value());
  EXPECT_EQ(dump.error().ExitCode(), 2);
}

}  // namespace
}  // namespace odu::command
