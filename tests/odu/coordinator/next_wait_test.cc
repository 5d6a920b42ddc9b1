#include "odu/coordinator/next_wait.h"

#include <gtest/gtest.h>

#include "odu/coordinator/served_checkout.h"
#include "odu/ledger/stored_next.h"

namespace odu::coordinator {
namespace {

using model::Verdict;

TEST(NextWait, AStoredRunGetsTheSameAnswerAsTheLiveOne) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"red","command":"exit 3"},{"id":"after","command":"true","needs":["red"]},
                    {"id":"beside","command":"true"})");
  ServedCheckout served(checkout);
  served.Start();
  const model::NextReply live = served.Settle();
  EXPECT_EQ(live.verdict, Verdict::kFailed);
  const std::shared_ptr<LiveRun> run = served.coordinator->run();
  const auto record = ledger::ReadRun(run->folder());
  ASSERT_TRUE(record);
  model::NextRequest request;
  const auto stored = ledger::StoredNext(*record, request);
  ASSERT_TRUE(stored) << stored.error().message();
  EXPECT_EQ(surface::Encoded(*stored), surface::Encoded(live));
  request.after = live.cursor;
  EXPECT_TRUE(ledger::StoredNext(*record, request));
  request.after = run->header().run_id + ".99";
  EXPECT_EQ(ledger::StoredNext(*record, request).error().code(), "bad_cursor");
}

TEST(NextWait, WithoutARunInProgressTheNewestOneIsAnswered) {
  TestCheckout checkout;
  std::string run_id;
  {
    ServedCheckout first(checkout);
    run_id = first.Start().run_id;
    EXPECT_EQ(first.Settle().verdict, Verdict::kPassed);
    const std::shared_ptr<LiveRun> run = first.coordinator->run();
    ASSERT_TRUE(first.Until([&] { return run->closed(); }));
  }
  ServedCheckout second(checkout, 2);
  ASSERT_EQ(second.coordinator->run(), nullptr);
  const auto reply = second.Call(OduSurface::kRunNext, model::NextRequest());
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->run_id, run_id);
  EXPECT_TRUE(reply->passed);
  model::NextRequest moved;
  moved.expected_sha = "0000000";
  EXPECT_EQ(second.Call(OduSurface::kRunNext, moved).error().code(), "checkout_moved");
}

}  // namespace
}  // namespace odu::coordinator
