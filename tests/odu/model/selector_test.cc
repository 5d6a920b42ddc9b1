#include "odu/model/selector.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace odu::model {
namespace {

const std::vector<std::string> kIds{
    "_ci-setup@aarch64-darwin",  "ci::lint@aarch64-darwin", "test@aarch64-darwin",
    "_ci-setup@x86_64-linux",    "build@x86_64-linux",      "build(debug)@x86_64-linux",
    "ci::e2e@x86_64-linux",      "ci::lint@x86_64-linux",   "docs::e2e@x86_64-linux",
    "web::page(a)@x86_64-linux", "test@x86_64-linux",
};

std::string Shown(const base::Error& error) {
  return fmt::format("{}: {} | {}", error.code(), error.message(), error.hint());
}

std::string All(std::string_view text, const std::vector<std::string>& ids = kIds) {
  const auto found = MatchIds(ids, text);
  return found ? fmt::to_string(fmt::join(*found, " ")) : Shown(found.error());
}

std::string One(std::string_view text, const std::vector<std::string>& ids = kIds) {
  const auto found = MatchOneId(ids, text);
  return found ? *found : Shown(found.error());
}

TEST(ParseSelector, CutsAtTheLastAt) {
  EXPECT_EQ(ParseSelector("a::b@x86_64-linux").value(),
            (Selector{"a::b@x86_64-linux", "a::b", "x86_64-linux"}));
  EXPECT_EQ(ParseSelector("a").value(), (Selector{"a", "a", std::nullopt}));
  EXPECT_EQ(ParseSelector("@x").value(), (Selector{"@x", "", "x"}));
  EXPECT_EQ(Shown(ParseSelector("a@").error()),
            "bad_selector: 'a@' names no node | a selector is 'recipe', 'recipe@platform' or "
            "'@platform'");
  EXPECT_FALSE(ParseSelector(""));
}

TEST(MatchIds, TakesIdsRecipesLeavesAndLanes) {
  EXPECT_EQ(All("test@x86_64-linux"), "test@x86_64-linux");
  EXPECT_EQ(All("test"), "test@aarch64-darwin test@x86_64-linux");
  EXPECT_EQ(All("lint"), "ci::lint@aarch64-darwin ci::lint@x86_64-linux");
  EXPECT_EQ(All("lint@x86_64-linux"), "ci::lint@x86_64-linux");
  EXPECT_EQ(All("build"), "build@x86_64-linux build(debug)@x86_64-linux");
  EXPECT_EQ(All("page"), "web::page(a)@x86_64-linux");
  EXPECT_EQ(All("page(a)"), "web::page(a)@x86_64-linux");
  EXPECT_EQ(All("@aarch64-darwin"),
            "_ci-setup@aarch64-darwin ci::lint@aarch64-darwin test@aarch64-darwin");
  EXPECT_EQ(All("_ci-setup"), "_ci-setup@aarch64-darwin _ci-setup@x86_64-linux");
}

TEST(MatchIds, NeverMatchesHalf) {
  EXPECT_EQ(All("e2e"), "ambiguous_node: 'e2e' matches 2 recipes | it could be ci::e2e, docs::e2e");
  EXPECT_EQ(All("tes"), "unknown_node: 'tes' matches no node | did you mean 'test'?");
  EXPECT_EQ(All("i::lint@x86_64-linux"),
            "unknown_node: 'i::lint@x86_64-linux' matches no node | did you mean "
            "'ci::lint@x86_64-linux'?");
  EXPECT_EQ(All("build@aarch64-darwin"),
            "unknown_node: 'build@aarch64-darwin' matches no node | recipe 'build' exists on "
            "x86_64-linux");
  EXPECT_EQ(All("test@riscv64-linux"),
            "unknown_platform: 'test@riscv64-linux' names a platform that has no lane | there is "
            "aarch64-darwin, x86_64-linux");
  EXPECT_EQ(All("test", {}), "unknown_node: 'test' matches no node | there are no nodes");
  EXPECT_EQ(All("test@x86_64-linux", {}),
            "unknown_platform: 'test@x86_64-linux' names a platform that has no lane | there are "
            "no lanes");
}

TEST(MatchIds, PrefersAWholeNameToAnEnd) {
  const std::vector<std::string> ids{"lint@x86_64-linux", "ci::lint@x86_64-linux"};
  EXPECT_EQ(All("lint", ids), "lint@x86_64-linux");
  EXPECT_EQ(All("ci::lint", ids), "ci::lint@x86_64-linux");
}

TEST(MatchIds, TakesAnyEndAfterAModule) {
  const std::vector<std::string> ids{"a::b::c@x86_64-linux", "d::bc@x86_64-linux"};
  EXPECT_EQ(All("c", ids), "a::b::c@x86_64-linux");
  EXPECT_EQ(All("::c", ids), "a::b::c@x86_64-linux");
  EXPECT_EQ(All("b::c@x86_64-linux", ids), "a::b::c@x86_64-linux");
  EXPECT_EQ(All(":c", ids), "unknown_node: ':c' matches no node | did you mean 'bc'?");
  EXPECT_TRUE(All("::", ids).starts_with("unknown_node: "));
}

TEST(MatchOneId, TakesExactlyOne) {
  EXPECT_EQ(One("lint@aarch64-darwin"), "ci::lint@aarch64-darwin");
  EXPECT_EQ(One("page"), "web::page(a)@x86_64-linux");
  EXPECT_EQ(One("build"), "build@x86_64-linux");
  EXPECT_EQ(One("build@x86_64-linux"), "build@x86_64-linux");
  EXPECT_EQ(One("test"),
            "ambiguous_node: 'test' matches 2 nodes | it could be test@aarch64-darwin, "
            "test@x86_64-linux");
  EXPECT_EQ(One("@x86_64-linux"),
            "ambiguous_node: '@x86_64-linux' matches 8 nodes | it could be _ci-setup@x86_64-linux, "
            "build@x86_64-linux, build(debug)@x86_64-linux, ci::e2e@x86_64-linux, "
            "ci::lint@x86_64-linux and 3 more");
}

TEST(Selector, AWordLikeNoOtherIsAnsweredWithTheNamesThereAre) {
  const std::vector<std::string> ids{"build@x86_64-linux", "test@x86_64-linux"};
  EXPECT_EQ(MatchOneId(ids, "quux").error().hint(), "the recipes are build, test");
  EXPECT_EQ(MatchOneId(std::vector<std::string>{ids[0]}, "quux").error().hint(),
            "the only recipe is build");
  EXPECT_EQ(MatchOneId({}, "quux").error().hint(), "there are no nodes");
}

}  // namespace
}  // namespace odu::model
