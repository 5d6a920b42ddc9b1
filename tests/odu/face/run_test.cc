#include "odu/face/run.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "sample_view.h"
#include "served_checkout.h"

namespace odu::face {
namespace {

/// Answers run.start with the sample run and publishes it.
void StartsSampleRun(ServedCheckout& served, model::NodeStatus status) {
  served.start = [&served, status](const model::RunStartRequest&) {
    View sample = SampleView();
    sample.run.expected = 1;
    served.nodes.Put("a@x86_64-linux", SampleNode("a", status, 0, 0, 10));
    if (model::IsTerminal(status)) {
      sample.run.phase = model::RunPhase::kSettled;
      sample.run.verdict =
          status == model::NodeStatus::kOk ? model::Verdict::kPassed : model::Verdict::kFailed;
      sample.run.settled_at = kStart + 10;
    }
    served.run.Set(sample.run);
    model::RunStartReply reply;
    reply.run_id = *sample.run.run_id;
    reply.ref = sample.run.ref;
    return reply;
  };
}

RunCall SampleCall() {
  RunCall call;
  call.start.request_id = "request-1";
  call.start.scope.no_post = true;
  return call;
}

TEST(Run, IsGreenWhenTheRunPassed) {
  ServedCheckout served;
  served.Open();
  StartsSampleRun(served, model::NodeStatus::kOk);
  const auto exit = served.loop.Run(face::Run(served.context, SampleCall()));
  ASSERT_TRUE(exit.has_value()) << exit.error().message();
  EXPECT_EQ(*exit, 0);
  EXPECT_EQ(served.captured.Out(),
            "odu · ci @ 7f59054+dirty · run 7f59054#2 (hosts: (no hosts file))\n"
            "▶ running a@x86_64-linux\n✔ ok      a@x86_64-linux 0s\n");
  EXPECT_TRUE(served.captured.Err().starts_with("── ci run summary @ 7f59054+dirty ──\n"));
}

TEST(Run, IsOneWhenANodeIsRed) {
  ServedCheckout served;
  served.Open();
  StartsSampleRun(served, model::NodeStatus::kFailed);
  EXPECT_EQ(*served.loop.Run(face::Run(served.context, SampleCall())), 1);
}

TEST(Run, TheSecondJsonFormatHasAFirstAndALastLine) {
  ServedCheckout served;
  served.Open();
  StartsSampleRun(served, model::NodeStatus::kOk);
  RunCall call = SampleCall();
  call.format = LineFormat::kNdjson2;
  EXPECT_EQ(*served.loop.Run(face::Run(served.context, call)), 0);
  EXPECT_EQ(served.captured.Out(),
            R"({"run":"7f59054#2","run_id":"01K9TESTRUN00000000000000",)"
            R"("sha":"7f59054c0ffee000000000000000000000000000","pipeline":"ci",)"
            R"("nodes":["a@x86_64-linux"]})"
            "\n"
            R"({"node":"a@x86_64-linux","recipe":"a","platform":"x86_64-linux",)"
            R"("status":"running","log":".ci/7f59054/x86_64-linux/a.log","attempt":1,)"
            R"("duration_ms":null,"reason":""})"
            "\n"
            R"({"node":"a@x86_64-linux","recipe":"a","platform":"x86_64-linux",)"
            R"("status":"success","log":".ci/7f59054/x86_64-linux/a.log","attempt":1,)"
            R"("duration_ms":10,"reason":""})"
            "\n"
            R"({"verdict":"passed","run":"7f59054#2","run_id":"01K9TESTRUN00000000000000",)"
            R"("duration_ms":10,"failed":[],"errored":[],"cancelled":[],"skipped":[]})"
            "\n");
}

TEST(Run, DetachedItOnlySaysTheName) {
  ServedCheckout served;
  served.Open();
  StartsSampleRun(served, model::NodeStatus::kRunning);
  RunCall call = SampleCall();
  call.detach = true;
  EXPECT_EQ(*served.loop.Run(face::Run(served.context, call)), 0);
  EXPECT_EQ(served.captured.Out(), "7f59054#2\n");
  EXPECT_EQ(served.captured.Err(), "");
}

TEST(Run, ARefusalIsPassedOnAndNothingIsPrinted) {
  ServedCheckout served;
  served.Open();
  served.start = [](const model::RunStartRequest&) -> base::Result<model::RunStartReply> {
    return base::Fail(base::ErrorKind::kRefused, "dirty_tree",
                      "the work tree has changes in 1 file",
                      "commit or stash them, or run with --no-strict");
  };
  const auto exit = served.loop.Run(face::Run(served.context, SampleCall()));
  ASSERT_FALSE(exit.has_value());
  EXPECT_EQ(exit.error().code(), "dirty_tree");
  EXPECT_EQ(exit.error().ExitCode(), 2);
  EXPECT_EQ(served.captured.Out(), "");
}

TEST(Run, AReaderThatLeavesDoesNotEndTheRun) {
  ServedCheckout served;
  served.Open();
  StartsSampleRun(served, model::NodeStatus::kRunning);
  served.cancel = [](const model::RunCancelRequest&) {
    ADD_FAILURE() << "cancelled";
    return model::NodesReply{};
  };
  signal(SIGPIPE, SIG_IGN);
  auto pipe = os::MakePipe();
  ASSERT_TRUE(pipe.has_value());
  Console::Ends ends;
  ends.out_fd = pipe->write_end.get();
  ends.err_fd = pipe->write_end.get();
  Console console(ends);
  pipe->read_end.Reset();
  FaceContext context{served.context.executor, served.context.clock, served.context.reaper, console,
                      served.context.place};
  EXPECT_EQ(*served.loop.Run(face::Run(context, SampleCall())), 3);
}

TEST(Run, LeftByASecondSignalItSpeaksOfTheRunNotOfTheCall) {
  ServedCheckout served;
  served.Open();
  served.never_answers = true;
  served.start = [](const model::RunStartRequest&) {
    raise(SIGINT);
    raise(SIGINT);
    return model::RunStartReply{};
  };
  RunCall call = SampleCall();
  call.start.when_busy = model::WhenBusy::kQueue;
  const auto exit = served.loop.Run(face::Run(served.context, call));
  ASSERT_FALSE(exit.has_value());
  EXPECT_EQ(exit.error().message(), "interrupted before the run was started");
  EXPECT_EQ(exit.error().ExitCode(), 130);
}

}  // namespace
}  // namespace odu::face
