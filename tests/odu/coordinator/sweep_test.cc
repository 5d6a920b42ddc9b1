#include "odu/coordinator/sweep.h"

#include <gtest/gtest.h>

#include "odu/coordinator/served_checkout.h"

namespace odu::coordinator {
namespace {

constexpr int64_t kNow = 1'800'000'000'000;

model::RunSummary Summary(std::string id, std::optional<model::Verdict> verdict,
                          int64_t age_ms = 0) {
  model::RunSummary run;
  run.run_id = std::move(id);
  run.verdict = verdict;
  run.finished_at = kNow - age_ms;
  return run;
}

TEST(Sweep, KeepsTheNewestRedTreesForADay) {
  constexpr auto kRed = model::Verdict::kFailed;
  const std::vector<model::RunSummary> runs{Summary("live", std::nullopt),
                                            Summary("r1", kRed),
                                            Summary("green", model::Verdict::kPassed),
                                            Summary("r2", kRed),
                                            Summary("old", kRed, int64_t{25} * 3600 * 1000),
                                            Summary("r4", kRed)};
  EXPECT_FALSE(IsStale("live", runs, kNow));
  EXPECT_FALSE(IsStale("r1", runs, kNow));
  EXPECT_FALSE(IsStale("r2", runs, kNow));
  EXPECT_TRUE(IsStale("green", runs, kNow));
  EXPECT_TRUE(IsStale("old", runs, kNow));
  EXPECT_TRUE(IsStale("r4", runs, kNow));
  EXPECT_TRUE(IsStale("unheard of", runs, kNow));
}

TEST(Sweep, RemovesATreeThatNoRunKnows) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  const std::string stale =
      served.world.home.cache + "/work/" + model::NewRunId(1) + "/x86_64-linux";
  checkout.repo.Git({"worktree", "add", "--detach", "--lock", stale, "HEAD"});
  const std::string foreign = checkout.state / "foreign";
  checkout.repo.Git({"worktree", "add", "--detach", foreign, "HEAD"});
  served.loop.Run(SweepWorkTrees(served.world));
  EXPECT_FALSE(os::Exists(stale));
  EXPECT_TRUE(os::Exists(foreign));
}

}  // namespace
}  // namespace odu::coordinator
