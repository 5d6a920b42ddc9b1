#include "mcp/watch_list.h"

#include <gtest/gtest.h>

#include <string>

#include "mcp/peer.h"
#include "mcp/sample_tools.h"
#include "support/fake_clock.h"
#include "support/loop.h"

namespace mcp {
namespace {

class WatchListTest : public testing::Test {
 protected:
  WatchListTest() : server(loop.executor(), clock, ServerInfo{"s", "", "1", "", "", "", false, 9}) {
    server.SetResources(resources);
    resources.texts["note://a"] = "{}";
  }
  void Advance(int64_t ms) { loop.Advance(clock, std::chrono::milliseconds(ms)); }

  support::Loop loop;
  support::FakeClock clock;
  SampleResources resources;
  Server server;
};

constexpr std::string_view kUpdated = "notifications/resources/updated";

TEST_F(WatchListTest, AChangeIsToldAtOnceAndManyAtMostTenTimesASecond) {
  Peer peer(loop, server);
  peer.Initialize();
  peer.Call("resources/subscribe", R"({"uri":"note://a"})");
  resources.Change("note://a");
  loop.RunUntilIdle();
  ASSERT_EQ(peer.Notified(kUpdated).size(), 1u);
  EXPECT_EQ(peer.Notified(kUpdated)[0].at("uri"), "note://a");
  for (int i = 0; i < 100; ++i) {
    resources.Change("note://a");
    Advance(10);
  }
  EXPECT_GE(peer.Notified(kUpdated).size(), 10u);
  EXPECT_LE(peer.Notified(kUpdated).size(), 11u);
  // The last change is told, too.
  const size_t told = peer.Notified(kUpdated).size();
  resources.Change("note://a");
  Advance(200);
  EXPECT_EQ(peer.Notified(kUpdated).size(), told + 1);
}

TEST_F(WatchListTest, AfterUnsubscribeNothingIsToldAndNothingIsWatched) {
  Peer peer(loop, server);
  peer.Initialize();
  peer.Call("resources/subscribe", R"({"uri":"note://a"})");
  peer.Call("resources/subscribe", R"({"uri":"note://a"})");
  EXPECT_EQ(resources.watches.size(), 1u);
  peer.Call("resources/unsubscribe", R"({"uri":"note://a"})");
  EXPECT_TRUE(resources.watches.empty());
  EXPECT_EQ(CodeOf(peer.Call("resources/subscribe", R"({"uri":"other://a"})")), kInvalidParams);
  EXPECT_EQ(CodeOf(peer.Call("resources/subscribe", "{}")), kInvalidParams);
}

TEST_F(WatchListTest, APeerThatDoesNotReadIsToldOnceItDoes) {
  Peer peer(loop, server);
  peer.Initialize();
  peer.Call("resources/subscribe", R"({"uri":"note://a"})");
  peer.heard().backlog = kFullBacklog + 1;
  for (int i = 0; i < 50; ++i) {
    resources.Change("note://a");
    Advance(100);
  }
  EXPECT_TRUE(peer.Notified(kUpdated).empty());
  peer.heard().backlog = 0;
  Advance(200);
  EXPECT_EQ(peer.Notified(kUpdated).size(), 1u);
}

TEST_F(WatchListTest, SubscriptionsOfOnePeerAreBounded) {
  Peer peer(loop, server);
  peer.Initialize();
  for (size_t i = 0; i < WatchList::kMost; ++i) {
    EXPECT_EQ(CodeOf(peer.Call("resources/subscribe",
                               R"({"uri":"note://)" + std::to_string(i) + R"("})")),
              0);
  }
  EXPECT_EQ(CodeOf(peer.Call("resources/subscribe", R"({"uri":"note://more"})")), kInvalidParams);
}

TEST_F(WatchListTest, TheListsChangeIsTold) {
  Peer peer(loop, server);
  peer.Initialize();
  server.ResourcesChanged();
  loop.RunUntilIdle();
  EXPECT_EQ(peer.Notified("notifications/resources/list_changed").size(), 1u);
}

TEST_F(WatchListTest, AListenIsAcknowledgedFirstAndEveryNoticeNamesIt) {
  Peer peer(loop, server);
  peer.CallModern("subscriptions/listen",
                  R"(,"notifications":{"resourceSubscriptions":["note://a","bad://x"],)"
                  R"("resourcesListChanged":true,"promptsListChanged":true})");
  ASSERT_EQ(peer.heard().texts.size(), 1u);
  const auto acknowledged = peer.Notified("notifications/subscriptions/acknowledged");
  ASSERT_EQ(acknowledged.size(), 1u);
  EXPECT_EQ(base::json::serialize(acknowledged[0].at("notifications")),
            R"({"resourcesListChanged":true,"resourceSubscriptions":["note://a"]})");
  resources.Change("note://a");
  server.ResourcesChanged();
  Advance(200);
  const auto updated = peer.Notified(kUpdated);
  ASSERT_EQ(updated.size(), 1u);
  EXPECT_EQ(updated[0].at("_meta").at("io.modelcontextprotocol/subscriptionId"), 1);
  EXPECT_EQ(peer.Notified("notifications/resources/list_changed").size(), 1u);
  peer.Say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  EXPECT_TRUE(resources.watches.empty());
}

TEST_F(WatchListTest, ResourcesAreListedReadAndCompleted) {
  Peer peer(loop, server);
  peer.Initialize();
  EXPECT_EQ(At(peer.Call("resources/list"), "/result/resources/0/uri"), "note://a");
  EXPECT_EQ(At(peer.Call("resources/templates/list"), "/result/resourceTemplates/0/uriTemplate"),
            "note://{id}");
  EXPECT_EQ(At(peer.Call("resources/read", R"({"uri":"note://a"})"), "/result/contents/0/text"),
            "{}");
  const auto missing = peer.Call("resources/read", R"({"uri":"note://zz"})");
  EXPECT_EQ(CodeOf(missing), kInvalidParams);
  EXPECT_EQ(At(missing, "/error/data/uri"), "note://zz");
  const auto complete = [&](std::string_view begin) {
    return peer.Call("completion/complete", R"({"ref":{"type":"ref/resource","uri":"note://{id}"},)"
                                            R"("argument":{"name":"id","value":")" +
                                                std::string(begin) + R"("}})");
  };
  EXPECT_EQ(At(complete("n14"), "/result/completion/total"), 11);
  EXPECT_EQ(At(complete("n"), "/result/completion/values").as_array().size(), 100u);
  EXPECT_EQ(At(complete("n"), "/result/completion/hasMore"), true);
  EXPECT_EQ(CodeOf(peer.Call("completion/complete", R"({"ref":{"type":"ref/prompt","name":"x"},)"
                                                    R"("argument":{"name":"id","value":""}})")),
            kInvalidParams);
}

}  // namespace
}  // namespace mcp
