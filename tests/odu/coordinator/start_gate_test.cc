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
  const std::string hosts = checkout.state.Write("hosts.json", R"({"aarch64-darwin":"a-mac"})");
  auto request = Strict();
  request.hosts.clear();
  request.env.push_back("ODU_HOSTS=" + hosts);
  const auto draft = Draft(served, request);
  ASSERT_TRUE(draft) << draft.error().message();
  EXPECT_EQ(draft->hosts[0].platform, "aarch64-darwin");
}

TEST(StartGate, ThisMachineIsNoHostForAnotherSystemUnlessThatLaneIsLeftOut) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  auto request = Strict();
  request.hosts["riscv64-linux"] = "localhost";
  const auto refused = Draft(served, request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), "wrong_system");
  EXPECT_NE(refused.error().message().find("host 'localhost' is "), std::string::npos);
  request.scope.selectors = {"@" + std::string(model::ThisPlatform())};
  EXPECT_TRUE(Draft(served, request));
}

TEST(StartGate, AFarLaneIsRefusedInPlaceOnlyWhenItIsLeftAfterTheSelection) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  auto request = Strict();
  request.hosts["riscv64-linux"] = "far-away";
  EXPECT_TRUE(Draft(served, request));
  request.scope.no_snapshot = true;
  EXPECT_EQ(Draft(served, request).error().code(), "remote_in_place");
  request.scope.selectors = {"@" + std::string(model::ThisPlatform())};
  EXPECT_TRUE(Draft(served, request));
}

TEST(StartGate, StatusesNeedAForgeThatIsKnownUnlessNoneArePosted) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  auto posting = Strict();
  posting.scope.no_post = false;
  const auto none = Draft(served, posting);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), "no_forge");
  EXPECT_EQ(none.error().ExitCode(), 2);
  EXPECT_EQ(none.error().message(), "run: there is no remote 'origin' to post commit statuses to");
  EXPECT_EQ(none.error().hint(), "pass --no-post for non-GitHub strict runs");

  checkout.repo.Git({"remote", "add", "origin", "git@forge.example.org:octo/demo.git"});
  EXPECT_EQ(Draft(served, posting).error().code(), "no_forge");
  EXPECT_TRUE(Draft(served, Strict()));
  auto in_place = posting;
  in_place.scope.no_strict = true;
  EXPECT_TRUE(Draft(served, in_place));
  in_place.scope.no_strict = false;
  in_place.scope.no_snapshot = true;
  EXPECT_TRUE(Draft(served, in_place));

  posting.env.push_back("GITHUB_API_URL=https://forge.example.org/api/v3");
  EXPECT_TRUE(Draft(served, posting));
  posting.env.pop_back();
  checkout.repo.Git({"remote", "set-url", "origin", "https://github.com/octo/demo"});
  EXPECT_TRUE(Draft(served, posting));
}

TEST(StartGate, TheForgeIsAskedForAfterTheSelectionAndBeforeFarLanes) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  auto request = Strict();
  request.scope.no_post = false;
  request.hosts["riscv64-linux"] = "far-away";
  EXPECT_EQ(Draft(served, request).error().code(), "no_forge");
  request.scope.selectors = {"nowhere"};
  EXPECT_EQ(Draft(served, request).error().code(), "unknown_node");
}

}  // namespace
}  // namespace odu::coordinator
