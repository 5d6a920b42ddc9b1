#include "odu/plan/foreign_view.h"

#include <gtest/gtest.h>

#include "odu/plan/just_repo.h"

namespace odu::plan {
namespace {

TEST(ForeignView, PointsImportsAndModulesAtTheCopies) {
  JustRepo repo("import 'a.just'\nmod b\nmod? c 'x/c.just'\nmod? missing\n[linux]\nr:\n");
  repo.Write("a.just", "[macos]\nr:\n");
  repo.Write("b.just", "import? 'nope.just'\n");
  repo.Write("x/c.just", "r:\n");
  const Sources sources = repo.ReadAll();
  EXPECT_EQ(TextOfCopy(sources, 0, "macos", "/t"),
            "import \"/t/odu-1.just\"\nmod b \"/t/odu-2.just\"\nmod? c \"/t/odu-3.just\"\n"
            "mod? missing\n[windows]\nr:\n");
  EXPECT_EQ(TextOfCopy(sources, 1, "macos", "/t"), "\nr:\n");
  EXPECT_EQ(TextOfCopy(sources, 2, "macos", "/t"), "import? 'nope.just'\n");
}

TEST(ForeignView, IsWhatJustReadsAndIsGoneAfterwards) {
  JustRepo repo("mod m\n[macos]\nmac:\n[linux]\nlinux:\n");
  repo.Write("m.just", "import 'deep/i.just'\n");
  repo.Write("deep/i.just", "[macos]\nlint:\n[linux]\nlint: x\nx:\n");
  std::string folder;
  {
    const auto view = ForeignView::Make(repo.ReadAll(), "macos");
    ASSERT_TRUE(view);
    folder = view->folder();
    const auto outcome = RunRealJust({DumpCommand(view->justfile()), folder});
    ASSERT_EQ(outcome->exit_code, 0) << outcome->errors;
    const auto dump = ParseDump(outcome->output);
    ASSERT_TRUE(dump);
    std::string names;
    for (const Recipe& recipe : dump->recipes) {
      names += fmt::format("{}/{} ", recipe.namepath, recipe.dependencies.size());
    }
    EXPECT_EQ(names, "mac/0 m::lint/0 m::x/0 ");
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(ForeignView, ReadsPathsWithQuotesInThem) {
  JustRepo repo("import 'it\"s/a.just'\nmod m \"it's.just\"\n[macos]\nr:\n");
  repo.Write("it\"s/a.just", "a:\n");
  repo.Write("it's.just", "b:\n");
  const auto view = ForeignView::Make(repo.ReadAll(), "macos");
  ASSERT_TRUE(view);
  const auto outcome = RunRealJust({DumpCommand(view->justfile()), view->folder()});
  EXPECT_EQ(outcome->exit_code, 0) << outcome->errors;
}

TEST(ForeignView, NamesTheOriginalsInWhatJustSays) {
  JustRepo repo("mod a\n[macos]\nr:\n");
  repo.Write("a.just", "r:\n");
  const auto view = ForeignView::Make(repo.ReadAll(), "macos");
  ASSERT_TRUE(view);
  EXPECT_EQ(view->WithOriginalNames("odu-1.just:3: x, " + view->folder() + "/odu-0.just:1"),
            "a.just:3: x, justfile:1");
}

}  // namespace
}  // namespace odu::plan
