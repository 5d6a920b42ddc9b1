#include "odu/face/wait.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <optional>

#include "async/task_group.h"
#include "served_checkout.h"

namespace odu::face {
namespace {

TEST(Wait, PrintsTheAnswerAsOneLine) {
  ServedCheckout served;
  served.Open();
  model::NextRequest asked;
  served.next = [&](const model::NextRequest& request) {
    asked = request;
    model::NextReply reply;
    reply.run = "7f59054#2";
    reply.run_id = "01K9TESTRUN00000000000000";
    reply.settled = true;
    reply.verdict = model::Verdict::kFailed;
    reply.failed = {"ci::lint@x86_64-linux"};
    reply.duration_ms = 5000;
    reply.cursor = "c1";
    reply.scope.selectors = {"lint"};
    reply.scope.no_deps = true;
    return reply;
  };
  WaitCall call;
  call.request.settle = true;
  call.request.expected_sha = "7f59";
  call.timeout_ms = 60'000;
  const auto exit = served.loop.Run(Wait(served.context, call));
  ASSERT_TRUE(exit.has_value()) << exit.error().message();
  EXPECT_EQ(*exit, 1);
  EXPECT_EQ(
      served.captured.Out(),
      R"({"run":"7f59054#2","run_id":"01K9TESTRUN00000000000000","settled":true,)"
      R"("passed":false,"verdict":"failed","fail_fast":false,"timed_out":false,)"
      R"("failed":["ci::lint@x86_64-linux"],"errored":[],"cancelled":[],"skipped":[],"flaky":[],"tree_changed":false,)"
      R"("duration_ms":5000,"cursor":"c1","unposted":[],)"
      R"("scope":{"selectors":["lint"],"platforms":[],"root":"","pipeline_file":"",)"
      R"("no_deps":true,"no_strict":false,"no_snapshot":false,"no_post":false}})"
      "\n");
  EXPECT_TRUE(asked.settle);
  EXPECT_EQ(asked.expected_sha, "7f59");
  ASSERT_TRUE(asked.deadline_ms.has_value());
  EXPECT_LE(*asked.deadline_ms, 60'000);
  EXPECT_GT(*asked.deadline_ms, 0);
}

TEST(Wait, EveryAnswerHasItsExitCode) {
  model::NextReply reply;
  reply.settled = true;
  reply.verdict = model::Verdict::kPassed;
  EXPECT_EQ(ExitCodeOf(reply), 0);
  reply.verdict = model::Verdict::kCancelled;
  EXPECT_EQ(ExitCodeOf(reply), 1);
  reply.verdict = model::Verdict::kIncomplete;
  EXPECT_EQ(ExitCodeOf(reply), 3);
  reply = model::NextReply();
  reply.fail_fast = true;
  reply.failed = {"a@x86_64-linux"};
  EXPECT_EQ(ExitCodeOf(reply), 1);
  reply = model::NextReply();
  reply.timed_out = true;
  EXPECT_EQ(ExitCodeOf(reply), 4);
}

TEST(Wait, WithoutACoordinatorThereIsNothingToWaitFor) {
  ServedCheckout served;
  const auto exit = served.loop.Run(Wait(served.context, WaitCall()));
  ASSERT_FALSE(exit.has_value());
  EXPECT_EQ(exit.error().code(), "not_running");
  EXPECT_EQ(served.captured.Out(), "");
}

TEST(Wait, ARefusalIsPassedOn) {
  ServedCheckout served;
  served.Open();
  served.next = [](const model::NextRequest&) -> base::Result<model::NextReply> {
    return base::Fail(base::ErrorKind::kRefused, "bad_cursor", "the cursor is of another run");
  };
  const auto exit = served.loop.Run(Wait(served.context, WaitCall()));
  ASSERT_FALSE(exit.has_value());
  EXPECT_EQ(exit.error().code(), "bad_cursor");
}

TEST(Wait, InterruptedItSaysSoAndLeavesTheRun) {
  ServedCheckout served;
  served.Open();
  bool asked = false;
  served.never_answers = true;
  served.next = [&](const model::NextRequest&) {
    asked = true;
    return model::NextReply();
  };
  std::optional<base::Result<int>> exit;
  async::TaskGroup tasks(served.loop.executor());
  tasks.Spawn("wait", [&]() -> boost::asio::awaitable<void> {
    exit = co_await Wait(served.context, WaitCall());
  });
  ASSERT_TRUE(served.loop.RunUntil([&] { return asked; }));
  EXPECT_FALSE(exit.has_value());
  raise(SIGINT);
  ASSERT_TRUE(served.loop.RunUntil([&] { return exit.has_value(); }));
  ASSERT_FALSE(exit->has_value());
  EXPECT_EQ(exit->error().code(), "interrupted");
  EXPECT_EQ(exit->error().hint(), "the run goes on");
  EXPECT_EQ(exit->error().ExitCode(), 130);
}

}  // namespace
}  // namespace odu::face
