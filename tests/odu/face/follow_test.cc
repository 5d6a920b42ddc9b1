#include "odu/face/follow.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "odu/face/pipe_watcher.h"
#include "sample_view.h"
#include "served_checkout.h"

namespace odu::face {
namespace {

using model::NodeStatus;

/// A follower of a served run, in a task of its own.
class Following {
 public:
  Following(ServedCheckout& served, FollowOptions options, LineFormat format = LineFormat::kPlain)
      : served_(served),
        signals_(served.loop.executor(), {SIGUSR1, SIGINT}),
        watcher_(served.captured.console(), served.clock, format, true),
        follower_(served.context, watcher_, signals_, std::move(options)),
        tasks_(served.loop.executor()) {
    tasks_.Spawn("follow", [this]() -> boost::asio::awaitable<void> {
      auto client = co_await Reach(served_.context, Start::kNever);
      end_ = co_await follower_.Run(std::move(*client));
    });
  }

  bool ended() const { return end_.has_value(); }
  const base::Result<FollowEnd>& End() {
    EXPECT_TRUE(served_.loop.RunUntil([this] { return ended(); }));
    return *end_;
  }
  bool UntilOut(std::string_view text) {
    return served_.loop.RunUntil(
        [&] { return served_.captured.Out().find(text) != std::string::npos; });
  }
  bool UntilErr(std::string_view text) {
    return served_.loop.RunUntil(
        [&] { return served_.captured.Err().find(text) != std::string::npos; });
  }

 private:
  ServedCheckout& served_;
  os::SignalSource signals_;
  PipeWatcher watcher_;
  Follower follower_;
  std::optional<base::Result<FollowEnd>> end_;
  async::TaskGroup tasks_;
};

model::Run RunWith(int expected) {
  model::Run run = SampleView().run;
  run.expected = expected;
  return run;
}

FollowOptions OptionsFor(const model::Run& run, bool owns = true) {
  FollowOptions options;
  options.run_id = *run.run_id;
  options.owns_run = owns;
  return options;
}

void Put(ServedCheckout& served, const model::Node& node) {
  served.nodes.Put(node.name, node);
}

void Settle(ServedCheckout& served, model::Run run, model::Verdict verdict) {
  run.phase = model::RunPhase::kSettled;
  run.verdict = verdict;
  run.settled_at = run.started_at + 9000;
  served.run.Set(run);
}

TEST(Follow, TellsEachTransitionAndEndsWithTheVerdict) {
  ServedCheckout served;
  served.Open();
  const model::Run run = RunWith(2);
  served.run.Set(run);
  Put(served, SampleNode("a", NodeStatus::kPending, 0));
  Put(served, SampleNode("b", NodeStatus::kPending, 1));
  Following following(served, OptionsFor(run));
  ASSERT_TRUE(
      following.UntilOut("odu · ci @ 7f59054+dirty · run 7f59054#2 (hosts: (no hosts file))\n"));
  Put(served, SampleNode("a", NodeStatus::kRunning, 0, 0));
  ASSERT_TRUE(following.UntilOut("▶ running a@x86_64-linux\n"));
  // Both states of b and the end of a come in one message.
  Put(served, SampleNode("a", NodeStatus::kOk, 0, 0, 2000));
  Put(served, SampleNode("b", NodeStatus::kOk, 1, 2000, 1000));
  Settle(served, run, model::Verdict::kPassed);
  const auto& end = following.End();
  ASSERT_TRUE(end.has_value()) << end.error().message();
  EXPECT_EQ(end->kind, FollowEnd::Kind::kSettled);
  EXPECT_EQ(end->verdict, model::Verdict::kPassed);
  EXPECT_EQ(served.captured.Out(),
            "odu · ci @ 7f59054+dirty · run 7f59054#2 (hosts: (no hosts file))\n"
            "▶ running a@x86_64-linux\n"
            "✔ ok      a@x86_64-linux 2s\n"
            "▶ running b@x86_64-linux\n"
            "✔ ok      b@x86_64-linux 1s\n");
  EXPECT_TRUE(served.captured.Err().ends_with("2 ok · 0 failed · 0 errored · 0 skipped — OK\n"))
      << served.captured.Err();
}

TEST(Follow, WhereAnotherRunIsCurrentOursIsToldOutOfTheStore) {
  ServedCheckout served;
  served.Open();
  model::Run ours = RunWith(1);
  served.context.load_run = [&](const std::string& run_id) -> base::Result<View> {
    View stored;
    stored.run = ours;
    stored.run.run_id = run_id;
    stored.run.phase = model::RunPhase::kSettled;
    stored.run.verdict = model::Verdict::kPassed;
    const model::Node node = SampleNode("good", NodeStatus::kOk, 0, 0, 1000);
    stored.nodes.emplace(node.name, node);
    return stored;
  };
  model::Run other = ours;
  other.run_id = "01K9NEXTRUN00000000000000";
  other.ref = "7f59054#3";
  other.last_run_id = ours.run_id;
  other.last_verdict = model::Verdict::kPassed;
  served.run.Set(other);
  Put(served, SampleNode("bad", NodeStatus::kFailed, 0, 0, 2000));
  Following following(served, OptionsFor(ours));
  const auto& end = following.End();
  ASSERT_TRUE(end.has_value()) << end.error().message();
  EXPECT_EQ(end->verdict, model::Verdict::kPassed);
  EXPECT_EQ(end->view.run.ref, "7f59054#2");
  EXPECT_EQ(served.captured.Out(),
            "odu · ci @ 7f59054+dirty · run 7f59054#2 (hosts: (no hosts file))\n"
            "▶ running good@x86_64-linux\n"
            "✔ ok      good@x86_64-linux 1s\n");
  EXPECT_EQ(served.captured.Err().find("bad@"), std::string::npos) << served.captured.Err();
  EXPECT_TRUE(served.captured.Err().ends_with("1 ok · 0 failed · 0 errored · 0 skipped — OK\n"))
      << served.captured.Err();
}

TEST(Follow, WhatCannotBeReadIsNotMadeUp) {
  ServedCheckout served;
  served.Open();
  const model::Run ours = RunWith(1);
  model::Run other = ours;
  other.run_id = "01K9NEXTRUN00000000000000";
  other.last_run_id = ours.run_id;
  other.last_verdict = model::Verdict::kFailed;
  served.run.Set(other);
  Put(served, SampleNode("bad", NodeStatus::kFailed, 0, 0, 2000));
  Following following(served, OptionsFor(ours));
  const auto& end = following.End();
  ASSERT_TRUE(end.has_value()) << end.error().message();
  EXPECT_EQ(end->verdict, model::Verdict::kFailed);
  EXPECT_TRUE(end->view.nodes.empty());
  EXPECT_EQ(served.captured.Out(), "");
  EXPECT_NE(served.captured.Err().find("can not be told"), std::string::npos)
      << served.captured.Err();
}

TEST(Follow, TheSummaryShowsTheEndOfARedNodesLog) {
  ServedCheckout served;
  served.Open();
  const model::Run run = RunWith(1);
  model::Node red = SampleNode("a", NodeStatus::kFailed, 0, 0, 2000);
  red.reason = "exit 3";
  red.log_bytes = 17;
  auto log = std::make_shared<SampleLog>();
  log->Append("first\nlast words\n");
  log->End();
  served.logs[red.name] = log;
  Put(served, red);
  Settle(served, run, model::Verdict::kFailed);
  Following following(served, OptionsFor(run));
  const auto& end = following.End();
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->verdict, model::Verdict::kFailed);
  EXPECT_NE(served.captured.Err().find("│ last words\n"), std::string::npos)
      << served.captured.Err();
  EXPECT_NE(served.captured.Err().find("log: .ci/7f59054/x86_64-linux/a.log"), std::string::npos);
}

TEST(Follow, AnInterruptCancelsOwnRunsAndASecondAtOnce) {
  ServedCheckout served;
  served.Open();
  const model::Run run = RunWith(1);
  served.run.Set(run);
  Put(served, SampleNode("a", NodeStatus::kRunning, 0, 0));
  std::vector<model::RunCancelRequest> asked;
  served.cancel = [&](const model::RunCancelRequest& request) {
    asked.push_back(request);
    return model::NodesReply{};
  };
  Following following(served, OptionsFor(run));
  ASSERT_TRUE(following.UntilOut("running a"));
  raise(SIGINT);
  ASSERT_TRUE(served.loop.RunUntil([&] { return asked.size() == 1; }));
  EXPECT_EQ(asked[0].run_id, *run.run_id);
  EXPECT_FALSE(asked[0].at_once);
  raise(SIGINT);
  ASSERT_TRUE(served.loop.RunUntil([&] { return asked.size() == 2; }));
  EXPECT_TRUE(asked[1].at_once);
  EXPECT_NE(asked[0].request_id, asked[1].request_id);
  EXPECT_FALSE(following.ended());
  Put(served, SampleNode("a", NodeStatus::kCancelled, 0, 0, 100));
  Settle(served, run, model::Verdict::kCancelled);
  const auto& end = following.End();
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->kind, FollowEnd::Kind::kInterrupted);
  EXPECT_NE(served.captured.Err().find("— CANCELLED"), std::string::npos);
}

TEST(Follow, AnInterruptOfAMereWatcherTouchesNothing) {
  ServedCheckout served;
  served.Open();
  const model::Run run = RunWith(1);
  served.run.Set(run);
  Put(served, SampleNode("a", NodeStatus::kRunning, 0, 0));
  served.cancel = [](const model::RunCancelRequest&) {
    ADD_FAILURE() << "cancelled";
    return model::NodesReply{};
  };
  Following following(served, OptionsFor(run, false));
  ASSERT_TRUE(following.UntilOut("running a"));
  raise(SIGINT);
  EXPECT_EQ(following.End()->kind, FollowEnd::Kind::kLeft);
}

TEST(Follow, WithoutARunItEndsWithThePlanAndTheRuns) {
  ServedCheckout served;
  served.Open();
  model::PlannedPipeline pipeline;
  pipeline.name = "ci";
  pipeline.nodes = {model::PlannedNode{"a@x86_64-linux", {}}};
  served.pipeline.Set(pipeline);
  Following following(served, FollowOptions());
  const auto& end = following.End();
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->kind, FollowEnd::Kind::kIdle);
  EXPECT_EQ(end->idle.pipeline, pipeline);
}

TEST(Follow, ARunThatWasReplacedIsAskedForItsVerdict) {
  ServedCheckout served;
  served.Open();
  const model::Run run = RunWith(1);
  served.run.Set(run);
  Put(served, SampleNode("a", NodeStatus::kRunning, 0, 0));
  served.next = [&](const model::NextRequest& request) {
    EXPECT_EQ(request.run_id, *run.run_id);
    EXPECT_TRUE(request.settle);
    model::NextReply reply;
    reply.settled = true;
    reply.verdict = model::Verdict::kCancelled;
    return reply;
  };
  Following following(served, OptionsFor(run));
  ASSERT_TRUE(following.UntilOut("running a"));
  model::Run other = run;
  other.run_id = "01K9OTHER000000000000000000";
  served.run.Set(other);
  const auto& end = following.End();
  ASSERT_TRUE(end.has_value()) << end.error().message();
  EXPECT_EQ(end->verdict, model::Verdict::kCancelled);
}

TEST(Follow, NoticesGoToStderr) {
  ServedCheckout served;
  served.Open();
  const model::Run run = RunWith(1);
  served.run.Set(run);
  Put(served, SampleNode("a", NodeStatus::kRunning, 0, 0));
  Following following(served, OptionsFor(run));
  ASSERT_TRUE(following.UntilOut("running a"));
  served.notices.Emit(model::Notice{model::NoticeLevel::kInfo, "host x86_64-linux", "reconnected"});
  ASSERT_TRUE(following.UntilErr("[host x86_64-linux] reconnected\n"));
  Put(served, SampleNode("a", NodeStatus::kOk, 0, 0, 10));
  Settle(served, run, model::Verdict::kPassed);
  following.End();
}

}  // namespace
}  // namespace odu::face
