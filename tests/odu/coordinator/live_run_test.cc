#include "odu/coordinator/live_run.h"

#include <gtest/gtest.h>

#include "odu/coordinator/served_checkout.h"
#include "support/no_file_grows.h"

namespace odu::coordinator {
namespace {

using model::Verdict;

const std::string kHere(model::ThisPlatform());

TEST(LiveRun, AGreenRunClosesAndLeavesNamesTimingsAndNoEnvironment) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  const auto reply = served.Start();
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
  const std::shared_ptr<LiveRun> run = served.coordinator->run();
  ASSERT_TRUE(served.Until([&] { return run->closed(); }));
  EXPECT_FALSE(os::Exists(run->folder().environment()));
  const std::string ci = checkout.repo.path() + "/.ci/" + run->state().sha7;
  EXPECT_EQ(os::ReadFile(ci + "/" + kHere + "/one.log", 100), "one\n");
  EXPECT_TRUE(os::Exists(ci + "/timings.jsonl"));
  const auto record = ledger::ReadRun(run->folder());
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->end.closed);
  EXPECT_EQ(record->closed->verdict, Verdict::kPassed);
  EXPECT_EQ(record->nodes.at("one@" + kHere), served.nodes["one@" + kHere]);
}

TEST(LiveRun, AStrictRunSeesTheCommitAndItsWorkTreeIsGoneAfterwards) {
  TestCheckout checkout;
  checkout.repo.Write("file", "committed");
  checkout.repo.Write(".gitignore", "/ignored\n");
  checkout.Tasks(R"({"id":"look","command":"cat file; test ! -e ignored; pwd"})");
  checkout.repo.Commit();
  checkout.repo.Write("ignored", "");
  ServedCheckout served(checkout);
  auto request = ServedCheckout::Request();
  request.scope.no_strict = false;
  const auto reply = served.Start(request);
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
  const std::string place = served.world.home.cache + "/work/" + reply.run_id + "/" + kHere;
  EXPECT_EQ(served.Log("look").value(), "committed" + place + "\n");
  const std::shared_ptr<LiveRun> run = served.coordinator->run();
  ASSERT_TRUE(served.Until([&] { return run->closed() && !os::Exists(place); }));
}

TEST(LiveRun, ATreeThatTheRunItselfChangesIsToldInItsVerdict) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"writes","command":"echo x > made"})");
  checkout.repo.Commit();
  ServedCheckout served(checkout);
  served.Start();
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
  EXPECT_TRUE(served.Until([&] { return served.run.tree_changed; }));
}

TEST(LiveRun, ALaneThatCannotBeStartedIsErroredWithTheReason) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  served.world.runner = "/nowhere/odu-runner";
  served.Start();
  const auto next = served.Settle();
  EXPECT_EQ(next.verdict, Verdict::kFailed);
  EXPECT_EQ(next.errored.size(), 2);
  ASSERT_TRUE(served.Until([&] { return served.lanes[kHere].state == "failed"; }));
  EXPECT_EQ(served.nodes["one@" + kHere].reason, "lane did not start");
  EXPECT_NE(served.Log("one")->find("/nowhere/odu-runner"), std::string::npos);
}

TEST(LiveRun, RecipesGetTheCallersEnvironmentAndTheirOwnMarks) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"env","command":"echo $MINE $CI $ODU $GH_TOKEN; umask"})");
  ServedCheckout served(checkout);
  auto request = ServedCheckout::Request();
  request.env.push_back("MINE=yes");
  request.env.push_back("GH_TOKEN=secret");
  request.umask = 027;
  served.Start(request);
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
  EXPECT_EQ(served.Log("env").value(), "yes true 1\n0027\n");
}

TEST(LiveRun, NoTextOfTheRunShowsACredential) {
  TestCheckout checkout;
  ServedCheckout served(checkout);
  served.world.runner = "/nowhere/hunter2/odu-runner";
  checkout.state.Write("hosts.json",
                       "{\"" + kHere + R"(": {"host": "localhost", "pass_env": ["GH_TOKEN"]}})");
  auto request = ServedCheckout::Request();
  request.hosts.clear();
  request.env.push_back("ODU_HOSTS=" + (checkout.state / "hosts.json"));
  request.env.push_back("GH_TOKEN=hunter2");
  served.Start(request);
  EXPECT_EQ(served.Settle().verdict, Verdict::kFailed);
  ASSERT_TRUE(served.Until([&] { return !served.notices.empty(); }));
  EXPECT_NE(served.notices[0].text.find("/nowhere/***/odu-runner"), std::string::npos);
  EXPECT_EQ(served.notices[0].text.find("hunter2"), std::string::npos);
  EXPECT_EQ(served.lanes[kHere].detail.find("hunter2"), std::string::npos);
  EXPECT_EQ(served.Log("one")->find("hunter2"), std::string::npos);
  const auto journal = os::ReadFile(served.coordinator->run()->folder().journal(), size_t{1} << 20);
  EXPECT_EQ(journal->find("hunter2"), std::string::npos);
}

TEST(LiveRun, ItsLastLineWaitsForRoomOnTheDisk) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"red","command":"exit 1"})");
  ServedCheckout served(checkout);
  served.Start();
  EXPECT_EQ(served.Settle().verdict, Verdict::kFailed);
  const std::shared_ptr<LiveRun> run = served.coordinator->run();
  {
    const support::NoFileGrows full;
    run->Close("test");
    ASSERT_TRUE(served.Until([&] { return !served.notices.empty(); }));
    EXPECT_FALSE(run->closed());
  }
  ASSERT_TRUE(served.Until([&] { return run->closed(); }));
  const auto record = ledger::ReadRun(run->folder());
  ASSERT_TRUE(record && record->closed);
  EXPECT_EQ(record->closed->reason, "test");
}

TEST(LiveRun, SaysWhenItWillProbablyHaveSettled) {
  TestCheckout checkout;
  checkout.Tasks(R"({"id":"gate","command":"while ! test -e go; do sleep 0.05; done"})");
  checkout.repo.Write("go", "");
  ServedCheckout served(checkout);
  served.coordinator->OnSessions(1);
  served.Start();
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
  ASSERT_TRUE(os::RemoveTree(checkout.repo.path() + "/go"));
  served.Start();
  ASSERT_TRUE(served.Until([&] { return served.run.eta_at.has_value(); }));
  EXPECT_GE(*served.run.eta_at, served.run.started_at);
  checkout.repo.Write("go", "");
  EXPECT_EQ(served.Settle().verdict, Verdict::kPassed);
  EXPECT_TRUE(served.Until([&] { return served.run.verdict && !served.run.eta_at; }));
}

}  // namespace
}  // namespace odu::coordinator
