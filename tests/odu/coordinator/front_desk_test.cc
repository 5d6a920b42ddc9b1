#include "odu/coordinator/front_desk.h"

#include <gtest/gtest.h>

#include <csignal>

#include "odu/coordinator/served_checkout.h"
#include "odu/model/lane_folder.h"
#include "os/file_lock.h"
#include "os/file_system.h"
#include "os/unix_socket.h"

namespace odu::coordinator {
namespace {

using model::NodeStatus;
using model::Verdict;

const std::string kHere(model::ThisPlatform());

TEST(FrontDesk, ARunGoesFromRequestToVerdict) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"one","command":"echo first"},
                    {"id":"two","command":"cat one.txt; exit 3"},
                    {"id":"three","command":"true","needs":["two"]})");
  checkout.repo.Commit();
  ServedCheckout served(checkout);
  const auto reply = served.Start();
  EXPECT_EQ(reply.ref, checkout.repo.Git({"rev-parse", "HEAD"}).substr(0, 7) + "#1");
  const auto next = served.Settle();
  EXPECT_TRUE(next.settled);
  EXPECT_EQ(next.verdict, Verdict::kFailed);
  EXPECT_EQ(next.failed, std::vector<std::string>{"two@" + kHere});
  EXPECT_EQ(next.skipped, std::vector<std::string>{"three@" + kHere});
  EXPECT_TRUE(served.Until([&] { return served.run.verdict == Verdict::kFailed; }));
  EXPECT_TRUE(served.run.open);
  EXPECT_EQ(served.nodes.size(), 4);
  EXPECT_EQ(served.Log("one").value(), "first\n");
  EXPECT_EQ(served.Log("three").value(), "[odu] skipped: two failed\n");
}

TEST(FrontDesk, ARepeatedRequestStartsNothing) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  const auto request = ServedCheckout::Request();
  const auto first = served.Start(request);
  const auto second = served.Start(request);
  EXPECT_FALSE(first.replayed);
  EXPECT_TRUE(second.replayed);
  EXPECT_EQ(first.run_id, second.run_id);
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
  EXPECT_EQ(ledger::ReadEntries(served.world.checkout)->size(), 1);
}

TEST(FrontDesk, ASecondRunIsToldOfTheFirst) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"long","command":"sleep 300"})");
  ServedCheckout served(checkout);
  const auto first = served.Start();
  const auto refused = served.Call(OduSurface::kRunStart, ServedCheckout::Request());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), "run_in_progress");
  EXPECT_EQ(refused.error().ExitCode(), 3);
  EXPECT_NE(refused.error().message().find(first.ref), std::string::npos);
}

TEST(FrontDesk, ASupersedingRunReplacesTheFirst) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"long","command":"test -e go || { touch looked; sleep 300; }"})");
  ServedCheckout served(checkout);
  const auto first = served.Start();
  // A running node's shell may not have looked for the file yet: it says so.
  ASSERT_TRUE(served.Until([&] { return os::Exists(checkout.repo.path() + "/looked"); }));
  checkout.repo.Write("go", "");
  auto request = ServedCheckout::Request();
  request.when_busy = model::WhenBusy::kSupersede;
  const auto second = served.Start(request);
  EXPECT_NE(first.run_id, second.run_id);
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
  model::NextRequest old;
  old.run_id = first.run_id;
  EXPECT_EQ(served.Call(OduSurface::kRunNext, old)->verdict, Verdict::kCancelled);
}

TEST(FrontDesk, WhoStartsOrRerunsBringsAnSshAgentForAllLanes) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  const support::TempDir dir;
  const auto first = os::ListenAt(dir / "first");
  const auto second = os::ListenAt(dir / "second");
  ASSERT_TRUE(first && second);
  auto request = ServedCheckout::Request();
  std::erase_if(request.env, [](const auto& entry) { return entry.starts_with("SSH_AUTH_SOCK="); });
  request.env.push_back("SSH_AUTH_SOCK=" + (dir / "first"));
  served.Start(request);
  EXPECT_EQ(served.world.ssh_agents->Newest(), dir / "first");
  served.Settle();
  model::NodesRequest again;
  again.request_id = model::NewRunId(served.clock.WallMs());
  again.targets = {"one"};
  again.env = request.env;
  again.env.back() = "SSH_AUTH_SOCK=" + (dir / "second");
  EXPECT_TRUE(served.Call(OduSurface::kNodeRerun, again));
  EXPECT_EQ(served.world.ssh_agents->Newest(), dir / "second");
  served.Settle();
}

TEST(FrontDesk, AQueuedRunWaitsItsTurn) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"gate","command":"while ! test -e go; do sleep 0.05; done"})");
  ServedCheckout served(checkout);
  const auto first = served.Start();
  auto request = ServedCheckout::Request();
  request.when_busy = model::WhenBusy::kQueue;
  std::optional<base::Result<model::RunStartReply>> second;
  served.tasks.Spawn("queued", [&]() -> boost::asio::awaitable<void> {
    second = co_await served.client->Call(OduSurface::kRunStart, request);
  });
  ASSERT_TRUE(served.Until([&] { return served.StatusOf("gate") == NodeStatus::kRunning; }));
  EXPECT_FALSE(second.has_value());
  checkout.repo.Write("go", "");
  ASSERT_TRUE(served.Until([&] { return second.has_value(); }));
  ASSERT_TRUE(second->has_value());
  EXPECT_NE((*second)->run_id, first.run_id);
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
}

TEST(FrontDesk, ARefusedRunLeavesNothingBehind) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  const auto refusal = [&](const model::RunStartRequest& request) {
    const auto reply = served.Call(OduSurface::kRunStart, request);
    return reply ? "(none)" : reply.error().code();
  };
  auto request = ServedCheckout::Request();
  request.scope.selectors = {"nowhere"};
  EXPECT_EQ(refusal(request), "unknown_node");
  request = ServedCheckout::Request();
  request.hosts.clear();
  EXPECT_EQ(refusal(request), "no_hosts");
  request.hosts[kHere] = "elsewhere";
  request.scope.no_snapshot = true;
  EXPECT_EQ(refusal(request), "remote_in_place");
  request = ServedCheckout::Request();
  request.expected_sha = "0000000";
  EXPECT_EQ(refusal(request), "checkout_moved");
  request = ServedCheckout::Request();
  request.request_id = "no spaces";
  EXPECT_EQ(refusal(request), "bad_request");
  request = ServedCheckout::Request();
  request.scope.no_strict = false;
  checkout.repo.Write("new file", "");
  EXPECT_EQ(refusal(request), "dirty_tree");
  EXPECT_EQ(ledger::ReadEntries(served.world.checkout)->size(), 0);
  EXPECT_FALSE(os::Exists(served.world.home.state + "/runs"));
}

TEST(FrontDesk, ARerunIsTheNextAttemptOfAnOpenRun) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"flaky","command":"test -e fixed"},
                    {"id":"after","command":"true","needs":["flaky"]},
                    {"id":"other","command":"echo x >> others"})");
  ServedCheckout served(checkout);
  const auto first = served.Start();
  EXPECT_EQ(served.Settle().verdict, Verdict::kFailed);
  checkout.repo.Write("fixed", "");
  const auto again = served.Rerun({"flaky"});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->run_id, first.run_id);
  EXPECT_FALSE(again->linked);
  EXPECT_EQ(again->nodes.size(), 2);
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
  ASSERT_TRUE(served.Until([&] { return served.run.revision == 1; }));
  EXPECT_EQ(served.nodes["flaky@" + kHere].attempt, 2);
  EXPECT_EQ(served.nodes["other@" + kHere].attempt, 1);
}

TEST(FrontDesk, ARerunOfAClosedRunIsALinkedRunOfTheSameCommit) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"one","command":"true"},{"id":"two","command":"true"})");
  ServedCheckout served(checkout);
  const auto first = served.Start();
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
  const auto again = served.Rerun({"two"});
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_TRUE(again->linked);
  EXPECT_NE(again->run_id, first.run_id);
  const auto next = served.Settle();
  EXPECT_EQ(next.verdict, Verdict::kPassed);
  EXPECT_EQ(next.run_id, again->run_id);
  const auto header = ledger::ReadHeader(ledger::FolderOf(served.world.home.state, again->run_id));
  EXPECT_EQ(header->linked_from, first.run_id);
  EXPECT_EQ(header->expected.size(), 2);
}

TEST(FrontDesk, ALinkedRunGetsTheEnvironmentOfWhoAsksForIt) {
  TestCheckout checkout;
  checkout.Tasks(
      R"({"id":"env","command":"echo $MINE ${GH_TOKEN:-none} ${MCP_KEY:-none}; umask"})");
  checkout.state.Write("hosts.json",
                       "{\"" + kHere + R"(": {"host": "localhost", "pass_env": ["MCP_KEY"]}})");
  std::string ref;
  {
    ServedCheckout first(checkout, 1);
    auto request = ServedCheckout::Request();
    request.hosts.clear();
    for (const std::string& entry :
         {"ODU_HOSTS=" + (checkout.state / "hosts.json"), std::string("MINE=first"),
          std::string("GH_TOKEN=no"), std::string("MCP_KEY=k1")}) {
      request.env.push_back(entry);
    }
    ref = first.Start(request).ref;
    EXPECT_EQ(first.Settle().verdict, Verdict::kPassed);
    const std::shared_ptr<LiveRun> run = first.coordinator->run();
    ASSERT_TRUE(first.Until([&] { return run->closed(); }));
    EXPECT_EQ(first.Log("env").value(), "first none k1\n0022\n");
    // Without a word of its own it is the earlier caller's.
    ASSERT_TRUE(first.Rerun({"env"}));
    EXPECT_EQ(first.Settle().verdict, Verdict::kPassed);
    EXPECT_EQ(first.Log("env").value(), "first none k1\n0022\n");
    const std::shared_ptr<LiveRun> again = first.coordinator->run();
    ASSERT_TRUE(first.Until([&] { return again->closed(); }));
    ref = again->header().ref;
  }
  ServedCheckout second(checkout, 2);
  model::NodesRequest request;
  request.request_id = model::NewRunId(second.clock.WallMs());
  request.targets = {"env"};
  request.env = ServedCheckout::Request().env;
  for (const char* entry : {"MINE=second", "GH_TOKEN=no", "MCP_KEY=k2"}) {
    request.env.emplace_back(entry);
  }
  request.umask = 027;
  const auto linked = second.Call(OduSurface::kNodeRerun, request);
  ASSERT_TRUE(linked) << linked.error().message();
  EXPECT_TRUE(linked->linked);
  EXPECT_EQ(linked->because, "run " + ref + " is closed");
  EXPECT_EQ(second.Settle().verdict, Verdict::kPassed);
  EXPECT_EQ(second.Log("env").value(), "second none k2\n0027\n");
}

TEST(FrontDesk, ALinkedRunSaysThatTheLaneIsGoneWhenItIsThat) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"red","command":"exit 1"})");
  ServedCheckout served(checkout);
  const auto first = served.Start();
  EXPECT_EQ(served.Settle().verdict, Verdict::kFailed);
  const model::LaneFolder lane(ledger::FolderOf(served.world.home.state, first.run_id).lane(kHere));
  ASSERT_TRUE(os::SendSignal(os::HolderOf(lane.lock()).value(), SIGKILL));
  ASSERT_TRUE(served.Until([&] { return served.lanes[kHere].state == "failed"; }));
  const auto again = served.Rerun({"red"});
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_TRUE(again->linked);
  EXPECT_EQ(again->because, "a lane of run " + first.ref + " is gone");
}

TEST(FrontDesk, ACancelledRunIsCancelledAndACancelOfNothingSaysSo) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"long","command":"sleep 300"})");
  ServedCheckout served(checkout);
  const auto nothing = served.Cancel();
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code(), "no_run");
  served.Start();
  ASSERT_TRUE(served.Until([&] { return served.StatusOf("long") == NodeStatus::kRunning; }));
  EXPECT_TRUE(served.Cancel());
  EXPECT_EQ(served.Settle().verdict, Verdict::kCancelled);
}

TEST(FrontDesk, TheWaitEndsAtTheFirstRedAndGoesOnAfterItsCursor) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"bad","command":"exit 1"},
                    {"id":"gate","command":"while ! test -e go; do sleep 0.05; done"})");
  ServedCheckout served(checkout);
  served.Start();
  model::NextRequest request;
  const auto red = served.Call(OduSurface::kRunNext, request);
  ASSERT_TRUE(red);
  EXPECT_TRUE(red->fail_fast);
  EXPECT_FALSE(red->settled);
  EXPECT_EQ(red->failed, std::vector<std::string>{"bad@" + kHere});
  request.after = red->cursor;
  request.deadline_ms = 0;
  EXPECT_TRUE(served.Call(OduSurface::kRunNext, request)->timed_out);
  request.after = "somebody.1";
  EXPECT_EQ(served.Call(OduSurface::kRunNext, request).error().code(), "bad_cursor");
  checkout.repo.Write("go", "");
  EXPECT_EQ(served.Settle().verdict, Verdict::kFailed);
}

TEST(FrontDesk, ALogIsFollowedFromBeforeItsNodeBeginsToItsEnd) {
  TestCheckout checkout;
  checkout.Tasks(
      R"({"id":"gate","command":"while ! test -e go; do sleep 0.05; done"},
         {"id":"talks","command":"echo a; sleep 0.1; echo b","needs":["gate"]})");
  ServedCheckout served(checkout);
  served.Start();
  ASSERT_TRUE(served.Until([&] { return served.StatusOf("gate") == NodeStatus::kRunning; }));
  served.tasks.Spawn("go", [&]() -> boost::asio::awaitable<void> {
    checkout.repo.Write("go", "");
    co_return;
  });
  EXPECT_EQ(served.Log("talks").value(), "a\nb\n");
  EXPECT_EQ(served.Log("talks", 7).error().code(), "no_log");
  EXPECT_FALSE(served.Log("nobody"));
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
}

}  // namespace
}  // namespace odu::coordinator
