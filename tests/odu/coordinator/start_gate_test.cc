#include "odu/coordinator/start_gate.h"

#include <gtest/gtest.h>

#include "odu/coordinator/served_checkout.h"

namespace odu::coordinator {
namespace {

base::Result<RunDraft> Draft(ServedCheckout& served, model::RunStartRequest request) {
  return served.loop.Run(DraftRun(served.world, std::move(request)));
}

model::RunStartRequest Strict() {
  auto request = ServedCheckout::Request();
  request.scope.no_strict = false;
  return request;
}

TEST(StartGate, ACleanTreeIsPinnedToItsCommit) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  const auto draft = Draft(served, Strict());
  ASSERT_TRUE(draft) << draft.error().message();
  EXPECT_FALSE(draft->in_place);
  EXPECT_FALSE(draft->dirty);
  EXPECT_EQ(draft->repository.sha, checkout.repo.Git({"rev-parse", "HEAD"}));
  ASSERT_EQ(draft->pipeline.lanes.size(), 1);
  EXPECT_EQ(draft->hosts.size(), 1);
}

TEST(StartGate, ADirtyTreeIsRefusedWithItsFilesAndAllowedInPlaceWithItsContent) {
  TestCheckout checkout;
  for (int i = 0; i < 12; ++i) {
    checkout.repo.Write("f" + std::to_string(i), "");
  }
  ServedCheckout served(checkout);
  const auto refused = Draft(served, Strict());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(),
            "run: the work tree has changes in 12 files: 'f0', 'f1', 'f10', 'f11', 'f2', 'f3', "
            "'f4', 'f5', 'f6', 'f7' and 2 more");
  EXPECT_EQ(refused.error().ExitCode(), 2);
  const auto allowed = Draft(served, ServedCheckout::Request());
  ASSERT_TRUE(allowed);
  EXPECT_TRUE(allowed->dirty);
  EXPECT_TRUE(allowed->content_id.has_value());
}

TEST(StartGate, AWrongPlanIsToldBeforeMissingHosts) {
  TestCheckout checkout;
  checkout.repo.Write("odu.json", "{");
  checkout.repo.Commit();
  ServedCheckout served(checkout);
  auto request = Strict();
  request.hosts.clear();
  EXPECT_EQ(Draft(served, request).error().code(), "bad_json");
}

TEST(StartGate, HostsComeFromTheCallersEnvironment) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  const std::string hosts = checkout.state.Write("hosts.json", R"({"aarch64-darwin":"localhost"})");
  auto request = Strict();
  request.hosts.clear();
  request.env.push_back("ODU_HOSTS=" + hosts);
  const auto draft = Draft(served, request);
  ASSERT_TRUE(draft) << draft.error().message();
  EXPECT_EQ(draft->hosts[0].platform, "aarch64-darwin");
}

TEST(StartGate, AFarLaneIsRefusedOnlyWhenItIsLeftAfterTheSelection) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  auto request = Strict();
  request.hosts["riscv64-linux"] = "far-away";
  EXPECT_EQ(Draft(served, request).error().code(), "remote_not_supported");
  request.scope.selectors = {"@" + std::string(model::ThisPlatform())};
  EXPECT_TRUE(Draft(served, request));
}

}  // namespace
}  // namespace odu::coordinator
