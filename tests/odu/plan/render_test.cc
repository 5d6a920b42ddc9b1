#include "odu/plan/render.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "odu/plan/just_repo.h"
#include "odu/plan/task_file.h"

namespace odu::plan {
namespace {

/// Compares with tests/golden/plan/<name>; ODU_UPDATE_GOLDEN=1 writes it instead.
void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = ODU_SOURCE_DIR "/tests/golden/plan/" + name;
  if (std::getenv("ODU_UPDATE_GOLDEN")) {
    std::ofstream(path, std::ios::binary) << text;
  }
  std::ifstream in(path, std::ios::binary);
  EXPECT_EQ(text, std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()))
      << path;
}

/// One justfile that has all that a plan knows of.
class RenderTest : public testing::Test {
 protected:
  RenderTest()
      : repo_(R"(
version := "1." + "2"
mod docs
[metadata("ci")]
ci: (build "debug") (build "it's released") test docs::site && report
build mode: install
  echo {{mode}}
install:
  echo
test: (build "debug") && clean
  echo
clean:
report: (publish version)
publish what:
  echo
[macos]
sign:
  echo
)") {
    repo_.Write("docs.just", "site: (page '--draft') end\npage *flags:\n  echo\nend:\n");
    auto plan = repo_.Load();
    EXPECT_TRUE(plan) << plan.error().message();
    plan_ = *std::move(plan);
  }

  JustRepo repo_;
  model::Pipeline plan_;
};

TEST_F(RenderTest, DumpsAsTheGoldenFileSays) {
  ExpectGolden("dump.json", RenderDump(plan_, plan_.lanes[0]));
}

TEST_F(RenderTest, DrawsAsTheGoldenFileSays) {
  ExpectGolden("graph.mmd", RenderGraph(plan_.lanes[0]));
}

TEST_F(RenderTest, DumpsWhatATaskFileMayHold) {
  const auto nodes = ParseTaskFile(RenderDump(plan_, plan_.lanes[0]), "odu.json");
  ASSERT_TRUE(nodes) << nodes.error().message();
  EXPECT_EQ(Shown(model::LanePlan{"", *nodes}), Shown(plan_.lanes[0]));
}

TEST(RenderDump, IsEmptyForAnEmptyPlan) {
  EXPECT_EQ(RenderDump({"ci", {}, {}}, {"x86_64-linux", {}}),
            "{\n  \"name\": \"ci\",\n  \"tasks\": [],\n  \"pruned\": []\n}\n");
}

TEST(RenderDump, KeepsTheFormOfACommand) {
  const std::string text =
      R"({"tasks": [{"id": "a", "command": "echo 'x' > y"}, {"id": "b", "command": ["x", "y z"]}]})";
  const auto nodes = ParseTaskFile(text, "odu.json");
  ASSERT_TRUE(nodes);
  const std::string dump = RenderDump({"odu.json", {}, {}}, {"x86_64-linux", *nodes});
  EXPECT_EQ(ParseTaskFile(dump, "odu.json").value(), *nodes);
}

TEST(RenderGraph, TellsIdsApartThatLookAlike) {
  const model::LanePlan lane{
      "x86_64-linux",
      {{"a-b", "a-b", {"x"}, {}}, {"a_b", "a_b", {"x"}, {"a-b"}}, {"end", "end", {"x"}, {"a_b"}}}};
  EXPECT_EQ(RenderGraph(lane),
            "flowchart TD\n    a_b[\"a-b\"]\n    a_b_2[\"a_b\"]\n    end_2[\"end\"]\n"
            "    a_b --> a_b_2\n    a_b_2 --> end_2\n");
}

TEST(ShellLine, QuotesWhatAShellWouldTouch) {
  EXPECT_EQ(ShellLine(std::vector<std::string>{"just", "--no-deps", "m::a", "", "it's", "$x", "~",
                                               "a=b"}),
            "just --no-deps m::a '' 'it'\\''s' '$x' '~' a=b");
}

}  // namespace
}  // namespace odu::plan
