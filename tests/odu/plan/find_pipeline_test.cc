#include "odu/plan/find_pipeline.h"

#include <gtest/gtest.h>

#include "odu/plan/just_repo.h"

namespace odu::plan {
namespace {

std::string Found(const JustRepo& repo, const std::string& folder,
                  const std::string& ceiling = "") {
  const std::string at = folder.empty() ? repo.path() : repo.path() + "/" + folder;
  const auto found = FindPipeline(at, ceiling.empty() ? repo.path() : repo.path() + "/" + ceiling);
  if (!found) {
    return found.error().code();
  }
  return (found->is_justfile ? "just " : "json ") + found->path.substr(repo.path().size() + 1);
}

TEST(FindPipeline, LooksUpwardsInAnyCase) {
  JustRepo repo;
  repo.Write("JustFile", "");
  repo.Write("a/b/x", "");
  repo.Write("a/c/.justfile", "");
  EXPECT_EQ(Found(repo, ""), "just JustFile");
  EXPECT_EQ(Found(repo, "a/b"), "just JustFile");
  EXPECT_EQ(Found(repo, "a/c"), "just a/c/.justfile");
}

TEST(FindPipeline, StopsAtTheCeiling) {
  JustRepo repo;
  repo.Write("justfile", "");
  repo.Write("a/b/x", "");
  EXPECT_EQ(Found(repo, "a/b", "a"), "no_pipeline");
}

TEST(FindPipeline, TakesATaskFileOnlyWithoutAnyJustfile) {
  JustRepo repo;
  repo.Write("a/odu.json", "{}");
  repo.Write("a/justfile/x", "a folder is no justfile");
  EXPECT_EQ(Found(repo, "a"), "json a/odu.json");
  repo.Write("justfile", "");
  EXPECT_EQ(Found(repo, "a"), "just justfile");
}

TEST(FindPipeline, NamesTwoJustfilesInOneFolder) {
  JustRepo repo;
  repo.Write("justfile", "");
  repo.Write(".justfile", "");
  const auto found = FindPipeline(repo.path(), repo.path());
  ASSERT_FALSE(found);
  EXPECT_EQ(Shown(found.error()),
            fmt::format("two_justfiles: plan: '{0}/.justfile' and '{0}/justfile' are both "
                        "justfiles\n  keep one of them\n",
                        repo.path()));
}

TEST(FindPipeline, SaysWhereItLooked) {
  JustRepo repo;
  repo.Write("a/x", "");
  const auto found = FindPipeline(repo.path() + "/a", repo.path());
  ASSERT_FALSE(found);
  EXPECT_EQ(
      Shown(found.error()),
      fmt::format("no_pipeline: plan: no justfile and no odu.json in '{}/a' or above it\n"
                  "  tag a recipe of a justfile with [metadata(\"ci\")]: what it needs is the "
                  "pipeline\n",
                  repo.path()));
}

}  // namespace
}  // namespace odu::plan
