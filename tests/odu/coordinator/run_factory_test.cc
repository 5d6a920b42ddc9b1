#include "odu/coordinator/run_factory.h"

#include <gtest/gtest.h>

#include "odu/coordinator/served_checkout.h"

namespace odu::coordinator {
namespace {

RunDraft Draft(ServedCheckout& served) {
  return served.loop.Run(DraftRun(served.world, ServedCheckout::Request())).value();
}

base::Result<RunParts> Make(ServedCheckout& served, model::RunStartRequest request) {
  return served.loop.Run(MakeRun(served.world, Draft(served), std::move(request), {}, ""));
}

TEST(RunFactory, ANewRunIsWrittenDownBeforeAnythingRuns) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  auto request = ServedCheckout::Request();
  request.env.push_back("GH_TOKEN=secret");
  request.started_by = "a\x1btest";
  const auto parts = Make(served, request);
  ASSERT_TRUE(parts) << parts.error().message();
  const auto header = ledger::ReadHeader(parts->folder);
  ASSERT_TRUE(header);
  EXPECT_EQ(*header, parts->header);
  EXPECT_EQ(header->seq, 1);
  EXPECT_EQ(header->expected.size(), 2);
  EXPECT_EQ(header->started_by.find('\x1b'), std::string::npos);
  EXPECT_EQ(os::StatusOf(parts->folder.environment())->mode, 0600);
  const auto environment = ledger::ReadRunEnvironment(parts->folder);
  EXPECT_FALSE(environment->Get("GH_TOKEN"));
  EXPECT_TRUE(environment->Get("PATH"));
  const auto journal = os::ReadFile(parts->folder.journal(), 1 << 20);
  EXPECT_EQ(journal->find("secret"), std::string::npos);
  ASSERT_EQ(parts->lanes.size(), 1);
  EXPECT_EQ(parts->lanes[0].configure.source.mode, model::SourceMode::kInPlace);
  EXPECT_FALSE(parts->lanes[0].adopt);
  EXPECT_EQ(Make(served, request)->header.seq, 2);
}

TEST(RunFactory, AnAdoptedRunHasTheSameLanes) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  const auto made = Make(served, ServedCheckout::Request());
  ASSERT_TRUE(made);
  served.world.epoch = 7;
  const auto adopted = served.loop.Run(AdoptRun(served.world, made->header.run_id, Durations()));
  ASSERT_TRUE(adopted) << adopted.error().message();
  EXPECT_EQ(adopted->header, made->header);
  ASSERT_EQ(adopted->lanes.size(), 1);
  EXPECT_EQ(adopted->lanes[0].configure.epoch, 7);
  EXPECT_EQ(adopted->lanes[0].configure.env, made->lanes[0].configure.env);
  EXPECT_EQ(adopted->lanes[0].configure.plan, made->lanes[0].configure.plan);
  // It never came to be, so it is to be started.
  EXPECT_FALSE(adopted->lanes[0].adopt);
}

}  // namespace
}  // namespace odu::coordinator
