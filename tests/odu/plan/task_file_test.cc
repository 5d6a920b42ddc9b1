#include "odu/plan/task_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "odu/plan/just_repo.h"

namespace odu::plan {
namespace {

std::string Read(std::string_view text) {
  const auto nodes = ParseTaskFile(text, "odu.json");
  if (!nodes) {
    return Shown(nodes.error());
  }
  return Shown(model::LanePlan{"", *nodes});
}

constexpr std::string_view kForm =
    "  a task file is {\"tasks\": [{\"id\": \"test\", \"command\": \"make test\", \"needs\": "
    "[\"build\"]}]}\n";

std::string BadFile(std::string_view what) {
  return fmt::format("bad_task_file: odu.json: {}\n{}", what, kForm);
}

TEST(ParseTaskFile, ReadsCommandsAsShellLinesOrAsArguments) {
  const auto nodes = ParseTaskFile(
      R"json({"tasks": [{"id": "b::c(1)", "command": ["make", "x y"], "needs": ["a", "a"]},
                    {"id": "a", "command": "echo $HOME"}]
})json",
      "odu.json");
  ASSERT_TRUE(nodes);
  EXPECT_EQ(*nodes, (std::vector<model::PlanNode>{
                        {"a", "a", {"/bin/sh", "-c", "echo $HOME"}, {}},
                        {"b::c(1)", "b::c(1)", {"make", "x y"}, {"a"}},
                    }));
}

TEST(ParseTaskFile, TakesAnEmptyList) {
  EXPECT_EQ(Read(R"({"tasks": []})"), "");
}

TEST(ParseTaskFile, SaysWhatItWants) {
  EXPECT_EQ(Read("[]"), BadFile("must be an object with the key 'tasks'"));
  EXPECT_EQ(Read("{}"), BadFile("'tasks' must be an array of tasks"));
  EXPECT_EQ(Read(R"({"tasks": {}})"), BadFile("'tasks' must be an array of tasks"));
  EXPECT_EQ(Read(R"({"tasks": [1]})"), BadFile("task 1 must be an object"));
  EXPECT_EQ(Read(R"({"tasks": [{"command": "x"}]})"), BadFile("task 1 needs a string 'id'"));
  EXPECT_EQ(Read(R"({"tasks": [{"id": "a"}]})"),
            BadFile("task 'a': 'command' must be a string or an array of strings"));
  EXPECT_EQ(Read(R"({"tasks": [{"id": "a", "command": []}]})"),
            BadFile("task 'a': 'command' must be a string or an array of strings"));
  EXPECT_EQ(Read(R"({"tasks": [{"id": "a", "command": ["x", 1]}]})"),
            BadFile("task 'a': 'command' must be a string or an array of strings"));
  EXPECT_EQ(Read(R"({"tasks": [{"id": "a", "command": ["", "x"]}]})"),
            BadFile("task 'a': 'command' names no program"));
  EXPECT_EQ(Read(R"({"tasks": [{"id": "a", "command": "x\u0000y"}]})"),
            BadFile("task 'a': 'command' holds a NUL byte"));
  EXPECT_EQ(Read(R"({"tasks": [{"id": "a", "command": "x", "needs": "b"}]})"),
            BadFile("task 'a': 'needs' must be an array of ids"));
}

TEST(ParseTaskFile, NamesAnUnknownKey) {
  EXPECT_EQ(Read(R"({"task": []})"),
            "bad_task_file: odu.json: the object has the unknown key 'task'\n"
            "  did you mean 'tasks'?\n");
  EXPECT_EQ(Read(R"({"tasks": [{"id": "a", "command": "x", "need": ["b"]}]})"),
            "bad_task_file: odu.json: task 'a' has the unknown key 'need'\n"
            "  did you mean 'needs'?\n");
}

TEST(ParseTaskFile, RefusesIdsThatAreNoFileNames) {
  constexpr std::string_view kHint =
      "\n  an id is 1 to 200 of A-Z a-z 0-9 . _ : ( ) % + = , ~ -, and no segment between '::' is "
      "empty, '.' or '..'\n";
  const auto read = [](std::string_view id) {
    return Read(fmt::format(R"({{"tasks": [{{"id": "{}", "command": "x"}}]}})", id));
  };
  EXPECT_EQ(read("a/b"),
            fmt::format("bad_id: odu.json: task 1: id 'a/b' has the byte '/'{}", kHint));
  EXPECT_EQ(read(""), fmt::format("bad_id: odu.json: task 1: id '' is empty{}", kHint));
  EXPECT_EQ(read(".."),
            fmt::format("bad_id: odu.json: task 1: id '..' has the segment '..'{}", kHint));
  EXPECT_EQ(read("a@b"),
            fmt::format("bad_id: odu.json: task 1: id 'a@b' has the byte '@'{}", kHint));
  EXPECT_EQ(read("_ci-setup"),
            "reserved_name: odu.json: task '_ci-setup' has the name of the node that prepares a "
            "lane\n  rename the task\n");
}

TEST(ParseTaskFile, NamesDuplicatesUnknownNeedsAndCycles) {
  EXPECT_EQ(Read(R"({"tasks": [{"id": "a", "command": "x"}, {"id": "a", "command": "y"}]})"),
            "duplicate_id: odu.json: two tasks have the id 'a'\n"
            "  give one of them another id\n");
  EXPECT_EQ(Read(R"({"tasks": [{"id": "build", "command": "x"},
                               {"id": "check", "command": "y", "needs": ["biuld"]}]})"),
            "unknown_need: odu.json: task 'check' needs 'biuld', which does not exist\n"
            "  did you mean 'build'?\n");
  EXPECT_EQ(Read(R"({"tasks": [{"id": "a", "command": "x", "needs": ["b"]},
                               {"id": "b", "command": "y", "needs": ["a"]}]})"),
            "cycle: odu.json: tasks need each other: a -> b -> a\n"
            "  take one of these needs out\n");
}

TEST(ParseTaskFile, SaysWhereTheJsonEnds) {
  const auto nodes = ParseTaskFile("{\n  \"tasks\": [\n", "odu.json");
  ASSERT_FALSE(nodes);
  EXPECT_EQ(nodes.error().code(), "bad_json");
  EXPECT_TRUE(nodes.error().message().starts_with("odu.json:3:1: ")) << nodes.error().message();
}

TEST(ParseTaskFile, ReadsTenThousandTasks) {
  std::string text = R"({"tasks": [{"id": "t0", "command": "true"})";
  for (int i = 1; i < 10'000; ++i) {
    text += fmt::format(R"(,{{"id":"t{}","command":"true","needs":["t{}"]}})", i, i - 1);
  }
  const auto nodes = ParseTaskFile(text + "]}", "odu.json");
  ASSERT_TRUE(nodes);
  EXPECT_EQ(nodes->back().id, "t9999");
}

TEST(ParseTaskFile, EveryRefusalSaysWhatToDo) {
  for (const std::string_view text :
       {R"({"tasks": [{"id": "a", "command": "x", "needs": ["b"]},
                      {"id": "b", "command": "x", "needs": ["a"]}]})",
        R"({"tasks": [{"id": "a", "command": "x"}, {"id": "a", "command": "x"}]})",
        R"({"tasks": [{"id": "a", "command": "x", "needs": ["quux"]}]})",
        R"({"tasks": [], "quux": 1})", R"({"tasks": [{"id": "a", "quuxquux": 1}]})"}) {
    const auto nodes = ParseTaskFile(text, "odu.json");
    ASSERT_FALSE(nodes) << text;
    EXPECT_NE(nodes.error().hint(), "") << nodes.error().message();
  }
  EXPECT_EQ(ParseTaskFile(R"({"tasks": [{"id": "a", "command": "x", "needs": ["bb"]},
                                        {"id": "b", "command": "x"}]})",
                          "odu.json")
                .error()
                .hint(),
            "did you mean 'b'?");
}

}  // namespace
}  // namespace odu::plan
