#include "odu/plan/sources.h"

#include <gtest/gtest.h>

#include "odu/plan/just_repo.h"

namespace odu::plan {
namespace {

/// `shown module` of each file.
std::string Files(const Sources& sources) {
  std::string out;
  for (const Source& source : sources.files()) {
    out += source.shown + " " + source.module + "\n";
  }
  return out;
}

TEST(ReadSources, FollowsImportsAndModules) {
  JustRepo repo("import 'i/one.just'\nmod a\nmod b 'x/y.just'\nmod c 'dir'\nmod? none\n");
  repo.Write("i/one.just", "import? 'missing.just'\nimport '../two.just'\nmod d\n");
  repo.Write("two.just", "r:\n");
  repo.Write("i/d.just", "r:\n");
  repo.Write("a/justfile", "mod deep\n");
  repo.Write("a/deep/mod.just", "r:\n");
  repo.Write("x/y.just", "r:\n");
  repo.Write("dir/.justfile", "r:\n");
  EXPECT_EQ(Files(repo.ReadAll()),
            "justfile \ni/one.just \na/justfile a\nx/y.just b\ndir/.justfile c\ntwo.just \n"
            "i/d.just d\na/deep/mod.just a::deep\n");
}

TEST(ReadSources, EndsOnFilesThatLeadToThemselves) {
  JustRepo repo("import 'justfile'\nmod a\n");
  repo.Write("a.just", "mod a 'a.just'\nimport 'a.just'\nmod b '../justfile'\n");
  EXPECT_EQ(Files(repo.ReadAll()), "justfile \na.just a\n");
}

TEST(ReadSources, RefusesTooManyFiles) {
  // Each file holds two modules of the next: 2^n without a bound.
  const auto read = [](const std::string& path) -> base::Result<std::optional<std::string>> {
    const int level = std::stoi(path.substr(path.rfind('/') + 1));
    return std::optional<std::string>(
        fmt::format("mod a '{0}.just'\nmod b '{0}.just'\n", level + 1));
  };
  const auto sources = ReadSources("/x/0.just", read);
  ASSERT_FALSE(sources);
  EXPECT_EQ(Shown(sources.error()),
            "too_large: plan: the justfile imports more than 2000 files or 64 MiB\n  \n");
}

TEST(Sources, FindTheVariantOfASystem) {
  JustRepo repo("[linux]\na:\n[macos]\na: b\nb:\nmod m\n");
  repo.Write("m.just", "a:\n");
  const Sources sources = repo.ReadAll();
  EXPECT_EQ(sources.VariantsOf("a").size(), 2U);
  EXPECT_EQ(sources.SiteOf("a", "macos")->recipe->dependencies.size(), 1U);
  EXPECT_FALSE(sources.SiteOf("a", "windows"));
  EXPECT_TRUE(sources.SiteOf("m::a", "windows"));
  EXPECT_TRUE(sources.DependOnSystem());
  EXPECT_EQ(
      sources.PrunedOn("x86_64-windows"),
      (std::vector<model::PrunedRecipe>{{"a", "x86_64-windows", "only for linux and macos"}}));
  EXPECT_TRUE(sources.PrunedOn("aarch64-darwin").empty());
}

Source SourceWith(std::string text) {
  Source source;
  source.shown = "justfile";
  source.text = std::move(text);
  return source;
}

TEST(AtPlace, ShowsTheLineAndPointsAtIt) {
  EXPECT_EQ(AtPlace(SourceWith("a\nbc: de f\n"), {6, 8}, "wrong"),
            "justfile:2:5: wrong\nbc: de f\n    ^^");
}

TEST(AtPlace, CountsCharactersAndKeepsTabs) {
  EXPECT_EQ(AtPlace(SourceWith("\t\xC3\xBC: x"), {5, 6}, "wrong"),
            "justfile:1:5: wrong\n\t\xC3\xBC: x\n\t   ^");
}

TEST(AtPlace, StaysInsideTheText) {
  EXPECT_EQ(AtPlace(SourceWith("ab"), {7, 9}, "wrong"), "justfile:1:3: wrong\nab\n  ^");
  EXPECT_EQ(AtPlace(SourceWith(""), {0, 0}, "wrong"), "justfile:1:1: wrong\n\n^");
  EXPECT_EQ(AtPlace(SourceWith("a\n'''\nb\n"), {2, 9}, "wrong"), "justfile:2:1: wrong\n'''\n^^^");
}

TEST(AtPlace, LeavesOutALineThatFillsTheScreen) {
  EXPECT_EQ(AtPlace(SourceWith(std::string(5000, 'x')), {0, 3}, "wrong"), "justfile:1:1: wrong");
}

TEST(AtRecipe, SaysNoPlaceThatItDoesNotKnow) {
  EXPECT_EQ(AtRecipe(Sources(), "a", "linux", "wrong"), "plan: wrong");
}

}  // namespace
}  // namespace odu::plan
