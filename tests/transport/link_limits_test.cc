// What a peer that breaks the rules, floods, stops or vanishes may cost: itself, and nothing else.
#include <gtest/gtest.h>

#include "support/feed_reader.h"
#include "surface/json_rpc.h"
#include "surface/value_limit.h"
#include "transport/framing.h"
#include "transport/link_law.h"

namespace transport {
namespace {

using support::Gauge;
using support::Item;
using support::Sample;
using support::Text;

class LinkLimits : public LawFixture {
 protected:
  /// A client that is well must go on talking whatever another one does.
  void ExpectServed() {
    if (!well_) {
      well_ = Connect();
    }
    const auto reply = loop_.Run(well_->Call(Sample::echo, Text{"still here"}));
    EXPECT_TRUE(reply) << reply.error().message();
  }

  std::unique_ptr<surface::Client> well_;
};
INSTANTIATE_TEST_SUITE_P(Every, LinkLimits, EveryLink(), ParamName);

std::string Request(int id, std::string_view method, std::string_view params = "{}") {
  std::string line;
  surface::AppendRequest(line, surface::RpcId(int64_t{id}), method, params);
  return line;
}

std::string CodeOf(const base::json::object& line) {
  const auto* error = line.if_contains("error");
  return error == nullptr ? "" : std::string(error->at("data").at("code").as_string());
}

TEST_P(LinkLimits, GarbageIsAnsweredAndTheLinkGoesOn) {
  const auto peer = ConnectPeer();
  peer->Read();
  const std::vector<std::pair<std::string, int>> cases = {
      {"garbage", -32700},
      {"{\"jsonrpc\":\"2.0\",\"id\":1", -32700},
      {"\x01\xff\xfe", -32700},
      {"[]", -32600},
      {"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"echo\"}", -32600},
      {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"nothing\"}", -32601},
      {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":[]}", -32602},
      {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"surface.subscribe\"}", -32602},
      {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"surface.unsubscribe\"}", -32602},
      {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"surface.hello\",\"params\":{\"contract\":3}}",
       -32602},
  };
  for (const auto& [line, code] : cases) {
    const size_t before = peer->lines().size();
    peer->Send(line + "\n");
    ASSERT_EQ(peer->lines().size(), before + 1) << line;
    EXPECT_EQ(peer->lines().back().at("error").at("code").as_int64(), code) << line;
  }
  peer->Send("\n\r\n" + Request(7, "echo", R"({"text":"on"})"));
  EXPECT_EQ(peer->lines().back().at("result").at("text").as_string(), "on");
  EXPECT_FALSE(peer->ended());
}

TEST_P(LinkLimits, WhatNeedsNoAnswerGetsNone) {
  const auto peer = ConnectPeer();
  peer->Read();
  peer->Send(R"({"jsonrpc":"2.0","method":"echo","params":{"text":"x"}})"
             "\n"
             R"({"jsonrpc":"2.0","id":1,"result":{}})"
             "\n"
             R"({"jsonrpc":"2.0","id":1,"error":{}})"
             "\n");
  EXPECT_TRUE(peer->lines().empty());
  EXPECT_FALSE(peer->ended());
}

TEST_P(LinkLimits, NestingAHundredThousandDeepIsRefusedAndTheLinkGoesOn) {
  const auto peer = ConnectPeer();
  peer->Read();
  peer->Send(std::string(100000, '[') + "\n");
  ASSERT_EQ(peer->lines().size(), 1U);
  EXPECT_EQ(CodeOf(peer->lines()[0]), "bad_json");
  peer->Send(R"({"jsonrpc":"2.0","id":1,"method":"echo","params":{"text":)" +
             std::string(100000, '{') + "\n");
  ASSERT_EQ(peer->lines().size(), 2U);
  EXPECT_EQ(CodeOf(peer->lines()[1]), "bad_json");
  ExpectServed();
}

TEST_P(LinkLimits, ALineThatIsTooLongIsToldAndEndsTheLink) {
  const auto peer = ConnectPeer();
  peer->Read();
  peer->Send(std::string(kMaxLineBytes + 100, 'x'));
  ASSERT_EQ(peer->lines().size(), 2U);
  EXPECT_EQ(CodeOf(peer->lines()[0]), "line_too_long");
  EXPECT_EQ(peer->lines()[1].at("method").as_string(), "surface.closing");
  EXPECT_TRUE(peer->ended());
  EXPECT_EQ(server_.server().sessions(), 0U);
  ExpectServed();
}

TEST_P(LinkLimits, AValueThatNoMessageCarriesIsRefusedWhereItIsSetAndTheLinkGoesOn) {
  const auto client = Connect();
  std::string newest;
  std::map<std::string, size_t> sizes;
  client->Subscribe(Sample::gauge, std::function<void(const Gauge&)>(
                                       [&](const Gauge& gauge) { newest = gauge.text; }));
  surface::CollectionHandler<Item> handler;
  handler.on_upsert = [&](const std::string& key, const Item& item) {
    sizes[key] = item.text.size();
  };
  handler.on_snapshot = [&](const std::map<std::string, Item>& items, bool) {
    for (const auto& [key, item] : items) {
      sizes[key] = item.text.size();
    }
  };
  client->Subscribe(Sample::items, std::move(handler));
  const size_t most = surface::kMaxValueBytes - 100;
  const std::string large(most, 'x');
  EXPECT_TRUE(server_.gauge.Set(Gauge{.text = "small"}));
  const auto cell = server_.gauge.Set(Gauge{.text = large + std::string(200, 'x')});
  const auto item = server_.items.Put("a", Item{1, large + std::string(200, 'x')});
  ASSERT_FALSE(cell);
  EXPECT_EQ(cell.error().code(), "value_too_large");
  ASSERT_FALSE(item);
  EXPECT_EQ(item.error().code(), "value_too_large");
  EXPECT_EQ(server_.items.state().size(), 0U);
  loop_.RunUntilIdle();
  EXPECT_EQ(newest, "small");
  // What just fits comes through, also as the last one of a part that is nearly full.
  EXPECT_TRUE(server_.gauge.Set(Gauge{.text = large}));
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(server_.items.Put("a" + std::to_string(i), Item{i, std::string(2500, 'x')}));
  }
  EXPECT_TRUE(server_.items.Put("large", Item{1, large}));
  loop_.RunUntilIdle();
  EXPECT_EQ(newest.size(), most);
  EXPECT_EQ(sizes["large"], most);
  const auto late = Connect();
  size_t items = 0;
  surface::CollectionHandler<Item> counting;
  counting.on_snapshot = [&](const std::map<std::string, Item>& all, bool) { items = all.size(); };
  late->Subscribe(Sample::items, std::move(counting));
  loop_.RunUntilIdle();
  EXPECT_EQ(items, 101U);
}

TEST_P(LinkLimits, AnAnswerThatNoMessageCarriesIsAnErrorToItsCallerAlone) {
  const auto client = Connect();
  const auto reply = loop_.Run(client->Call(Sample::echo, Text{std::string(7 << 20, 'x')}));
  EXPECT_TRUE(reply);
  const auto refused =
      loop_.Run(client->Call(Sample::echo, Text{std::string(surface::kMaxValueBytes + 1000, 'x')}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), "value_too_large");
  ExpectServed();
  EXPECT_FALSE(client->closed());
}

TEST_P(LinkLimits, HalfAFrameIsNoMessage) {
  const auto peer = ConnectPeer();
  const std::string whole = Request(1, "hold");
  peer->Send(whole.substr(0, whole.size() - 1));
  EXPECT_EQ(server_.held(), 0);
  peer->Close();
  EXPECT_EQ(server_.held(), 0);
  EXPECT_EQ(server_.server().sessions(), 0U);
}

TEST_P(LinkLimits, BytesMayComeOneByOne) {
  const auto peer = ConnectPeer();
  peer->Read();
  for (const char byte : Request(1, "echo", R"({"text":"né"})")) {
    peer->Send(std::string(1, byte));
  }
  ASSERT_EQ(peer->lines().size(), 1U);
  EXPECT_EQ(peer->lines()[0].at("result").at("text").as_string(), "né");
}

TEST_P(LinkLimits, SubscriptionsOfOneClientAreBounded) {
  const auto peer = ConnectPeer();
  peer->Read();
  const size_t limit = surface::ServerLimits().subscriptions_per_session;
  for (size_t i = 0; i <= limit; ++i) {
    peer->Send(Request(static_cast<int>(i), "surface.subscribe", R"({"member":"news"})"));
  }
  ASSERT_EQ(peer->lines().size(), limit + 1);
  EXPECT_EQ(CodeOf(peer->lines().back()), "too_many_subscriptions");
  peer->Send(Request(1000, "surface.unsubscribe", R"({"subscription":1})"));
  peer->Send(Request(1001, "surface.subscribe", R"({"member":"news"})"));
  EXPECT_TRUE(peer->lines().back().contains("result"));
  ExpectServed();
}

TEST_P(LinkLimits, CallsOfOneClientAreBounded) {
  const auto peer = ConnectPeer();
  peer->Read();
  const size_t limit = surface::ServerLimits().calls_per_session;
  for (size_t i = 0; i <= limit; ++i) {
    peer->Send(Request(static_cast<int>(i), "hold"));
  }
  EXPECT_EQ(server_.held(), static_cast<int>(limit));
  ASSERT_EQ(peer->lines().size(), 1U);
  EXPECT_EQ(CodeOf(peer->lines()[0]), "too_many_calls");
  EXPECT_EQ(peer->lines()[0].at("id").as_int64(), static_cast<int64_t>(limit));
  ExpectServed();
  server_.Release();
  loop_.RunUntilIdle();
  EXPECT_EQ(peer->lines().size(), 2U);
  peer->Send(Request(1000, "echo", R"({"text":"room again"})"));
  EXPECT_EQ(peer->lines().size(), 3U);
  peer->Close();
  EXPECT_EQ(server_.held(), 0);
}

TEST_P(LinkLimits, ConnectionsOverTheLimitAreToldWhy) {
  support::SampleServer small(loop_.executor(), surface::ServerLimits{.sessions = 2});
  std::vector<std::unique_ptr<surface::Client>> clients;
  std::optional<base::Error> refusal;
  for (int i = 0; i < 3; ++i) {
    auto [server_end, client_end] = links_.Make();
    small.Serve(std::move(server_end));
    auto client = loop_.Run(
        surface::Client::Connect<Sample>(loop_.executor(), std::move(client_end), "test"));
    if (client) {
      clients.push_back(std::move(*client));
    } else {
      refusal = client.error();
    }
  }
  EXPECT_EQ(clients.size(), 2U);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->kind(), base::ErrorKind::kLimit);
  EXPECT_EQ(refusal->code(), "too_many_connections");
  clients.pop_back();
  loop_.RunUntilIdle();
  EXPECT_EQ(small.server().sessions(), 1U);
  clients.clear();
  loop_.RunUntilIdle();
}

TEST_P(LinkLimits, AClientThatNeverReadsCostsABatchAndCatchesUpWhenItReads) {
  const auto peer = ConnectPeer();
  peer->Send(Request(1, "surface.subscribe", R"({"member":"items"})") +
             Request(2, "surface.subscribe", R"({"member":"gauge"})") +
             Request(3, "surface.subscribe", R"({"member":"news"})"));
  // 20 MB of changes to ten items, each turn pushed as far as the link takes it.
  for (int i = 0; i < 10000; ++i) {
    server_.items.Put("key" + std::to_string(i % 10), Item{i, std::string(2000, 'x')});
    server_.gauge.Set(Gauge{.count = i});
    server_.news.Emit(support::News{i});
    if (i % 4 == 0) {
      loop_.RunUntilIdle();
    }
  }
  ExpectServed();
  peer->Read();
  EXPECT_LT(peer->received_bytes(), size_t{6} << 20) << "changes were queued, not coalesced";
  support::CollectionCopy copy;
  int64_t count = 0;
  int64_t last_news = -1;
  int64_t missed = 0;
  int64_t told = 0;
  for (const auto& line : peer->lines()) {
    if (!line.contains("params")) {
      continue;
    }
    const base::json::object& params = line.at("params").as_object();
    if (const auto* event = params.if_contains("event")) {
      last_news = event->at("number").as_int64();
      ++told;
    } else if (const auto* lost = params.if_contains("missed")) {
      missed += lost->as_int64();
    } else if (params.at("subscription").as_int64() == 1) {
      copy.Apply(params);
    } else {
      const auto* fields = params.if_contains("delta");
      count = (fields != nullptr ? *fields : params.at("snapshot")).at("count").as_int64();
    }
  }
  EXPECT_EQ(copy.items().size(), 10U);
  for (const auto& item : server_.items.state().items()) {
    EXPECT_EQ(copy.items().at(item.key), item.json);
  }
  EXPECT_EQ(count, 9999);
  EXPECT_EQ(last_news, 9999);
  EXPECT_GT(missed, 0);
  EXPECT_EQ(missed + told, 10000) << "what was dropped is counted";
}

TEST_P(LinkLimits, AClientThatAsksAndNeverReadsIsNotReadEither) {
  const auto peer = ConnectPeer();
  const std::string text(100000, 'x');
  std::string flood;
  while (flood.size() < size_t{64} << 20) {
    flood += Request(1, "echo", R"({"text":")" + text + R"("})");
  }
  peer->Send(flood);
  EXPECT_TRUE(peer->sending() || GetParam() == LinkKind::kMemory);
  ExpectServed();
  peer->Read();
  EXPECT_FALSE(peer->sending()) << "who reads again is read again";
  EXPECT_EQ(peer->lines().size(),
            flood.size() / (Request(1, "echo", R"({"text":")" + text + R"("})")).size());
}

TEST_P(LinkLimits, AFloodingClientThatVanishesLeavesNothing) {
  auto peer = ConnectPeer();
  std::string flood;
  for (int i = 0; i < 100000; ++i) {
    flood += Request(i, "surface.describe");
  }
  peer->Send(flood);
  peer.reset();
  loop_.RunUntilIdle();
  EXPECT_EQ(server_.server().sessions(), 0U);
  EXPECT_EQ(server_.tasks(), 0U);
  ExpectServed();
}

TEST_P(LinkLimits, OneOfFiveHundredThatStoppedCostsTheOthersNothing) {
  constexpr int kClients = 500;
  // Full to the brim from the start: nothing of what follows can be sent to it.
  server_.log->Append(std::string(size_t{8} << 20, 'x'));
  const auto stopped = ConnectPeer();
  stopped->Send(Request(1, "surface.subscribe", R"({"member":"log","input":{"name":"log"}})") +
                Request(2, "surface.subscribe", R"({"member":"items"})"));
  std::vector<std::unique_ptr<surface::Client>> clients;
  std::vector<int64_t> last(kClients, -1);
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(Connect());
    surface::CollectionHandler<Item> handler;
    handler.on_upsert = [&last, i](const std::string&, Item item) { last[i] = item.value; };
    clients.back()->Subscribe(Sample::items, std::move(handler));
  }
  loop_.RunUntilIdle();
  for (int change = 0; change < 20; ++change) {
    server_.items.Put("key", Item{change, std::string(200, 'x')});
    loop_.RunUntilIdle();
    for (int i = 0; i < kClients; i += 50) {
      ASSERT_EQ(last[i], change);
    }
  }
  for (const int64_t value : last) {
    EXPECT_EQ(value, 19);
  }
  clients.clear();
  loop_.RunUntilIdle();
  EXPECT_EQ(server_.server().sessions(), 1U);
  stopped->Read();
  EXPECT_GT(stopped->received_bytes(), size_t{8} << 20) << "it had stopped, not gone";
}

}  // namespace
}  // namespace transport
