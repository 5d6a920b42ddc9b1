#include "mcp/session.h"

#include <gtest/gtest.h>

#include <string>

#include "mcp/peer.h"
#include "mcp/sample_tools.h"
#include "support/fake_clock.h"
#include "support/loop.h"

namespace mcp {
namespace {

ServerInfo SampleInfo() {
  ServerInfo info;
  info.name = "sample";
  info.title = "Sample";
  info.version = "1.2";
  info.instructions = "echo first";
  info.logging = true;
  info.page_size = 2;
  return info;
}

class SessionTest : public testing::Test {
 protected:
  SessionTest() : server(loop.executor(), clock, SampleInfo()) {
    AddSampleTools(server);
    server.SetResources(resources);
    server.SetAdvice([](std::string_view tool, const base::Error& error) {
      return std::string(tool) + " after " + error.code();
    });
  }

  support::Loop loop;
  support::FakeClock clock;
  SampleResources resources;
  Server server;
};

TEST_F(SessionTest, EveryLegacyRevisionIsNegotiated) {
  for (const std::string_view name :
       {"2024-10-07", "2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    Peer peer(loop, server);
    const auto answer = peer.Initialize(name);
    EXPECT_EQ(At(answer, "/result/protocolVersion"), base::json::value(name));
    EXPECT_EQ(At(answer, "/result/serverInfo/name"), "sample");
    EXPECT_EQ(At(answer, "/result/instructions"), "echo first");
  }
}

TEST_F(SessionTest, AnUnknownRevisionIsAnsweredWithTheNewestLegacyOne) {
  for (const std::string_view name : {"2099-01-01", "", "2026-07-28"}) {
    Peer peer(loop, server);
    EXPECT_EQ(At(peer.Initialize(name), "/result/protocolVersion"), "2025-11-25");
  }
}

TEST_F(SessionTest, FieldsOfLaterRevisionsAreLeftOutOfEarlierOnes) {
  Peer old(loop, server);
  old.Initialize("2024-11-05");
  const auto old_tool = old.Call("tools/list").at("result").at("tools").at(0).as_object();
  EXPECT_FALSE(old_tool.contains("outputSchema"));
  EXPECT_FALSE(old_tool.contains("annotations"));
  const auto old_answer = old.Call("tools/call", R"({"name":"echo","arguments":{"text":"x"}})");
  EXPECT_FALSE(old_answer.at("result").as_object().contains("structuredContent"));
  Peer now(loop, server);
  now.Initialize();
  const auto tool = now.Call("tools/list").at("result").at("tools").at(0).as_object();
  EXPECT_EQ(At(tool, "/annotations/readOnlyHint"), true);
  EXPECT_EQ(At(tool, "/outputSchema/type"), "object");
}

TEST_F(SessionTest, NothingButPingComesBeforeInitialize) {
  Peer peer(loop, server);
  EXPECT_EQ(CodeOf(peer.Call("tools/list")), kInvalidParams);
  EXPECT_TRUE(peer.Call("ping").at("result").as_object().empty());
  peer.Initialize();
  EXPECT_EQ(CodeOf(peer.Initialize()), kInvalidRequest);
  EXPECT_EQ(CodeOf(peer.Call("tools/list")), 0);
}

TEST_F(SessionTest, AModernRequestNeedsNoInitialize) {
  Peer peer(loop, server);
  const auto found = peer.CallModern("server/discover");
  EXPECT_EQ(At(found, "/result/supportedVersions/0"), "2026-07-28");
  EXPECT_EQ(At(found, "/result/resultType"), "complete");
  EXPECT_EQ(found.at("result").at("_meta").as_object().size(), 1u);
  const auto list = peer.CallModern("tools/list");
  EXPECT_EQ(At(list, "/result/cacheScope"), "private");
  EXPECT_GT(At(list, "/result/ttlMs").as_int64(), 0);
}

TEST_F(SessionTest, ADiscoverProbeDoesNotStopALaterInitialize) {
  Peer peer(loop, server);
  peer.CallModern("server/discover");
  EXPECT_EQ(At(peer.Initialize(), "/result/protocolVersion"), "2025-11-25");
}

TEST_F(SessionTest, WhatAnEraLacksIsAnUnknownMethod) {
  Peer peer(loop, server);
  for (const std::string_view method :
       {"initialize", "ping", "logging/setLevel", "resources/subscribe", "tasks/result"}) {
    EXPECT_EQ(CodeOf(peer.CallModern(method)), kMethodNotFound) << method;
  }
  peer.Initialize();
  EXPECT_EQ(CodeOf(peer.Call("subscriptions/listen")), kInvalidParams);
  EXPECT_EQ(CodeOf(peer.Call("prompts/list")), kMethodNotFound);
  EXPECT_EQ(CodeOf(peer.Call("no/such")), kMethodNotFound);
}

TEST_F(SessionTest, AModernRequestMustSayEverything) {
  Peer peer(loop, server);
  EXPECT_EQ(CodeOf(peer.Call("server/discover")), kInvalidParams);
  EXPECT_EQ(
      CodeOf(peer.Call("tools/list",
                       R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})")),
      kInvalidParams);
  const auto refused =
      peer.Call("tools/list", R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2027-01-01",)"
                              R"("io.modelcontextprotocol/clientCapabilities":{}}})");
  EXPECT_EQ(CodeOf(refused), kUnsupportedRevision);
  EXPECT_EQ(At(refused, "/error/data/requested"), "2027-01-01");
}

TEST_F(SessionTest, AnIdIsEchoedAsItCame) {
  Peer peer(loop, server);
  for (const std::string id : {"0", "-7", "\"1\"", "\"\"", "9223372036854775807"}) {
    const auto answer = peer.Ask(R"({"jsonrpc":"2.0","method":"ping","id":)" + id + "}");
    EXPECT_EQ(base::json::serialize(answer.at("id")), id);
  }
}

TEST_F(SessionTest, BadEnvelopesAreRefusedWithTheirCode) {
  Peer peer(loop, server);
  for (const std::string_view id :
       {"null", "1.5", "[1]", "{}", "true", "1e400", "123456789012345678901234567890"}) {
    const auto answer =
        peer.Ask(R"({"jsonrpc":"2.0","method":"ping","id":)" + std::string(id) + "}");
    EXPECT_NE(CodeOf(answer), 0) << id;
    EXPECT_FALSE(answer.contains("id")) << id;
  }
  EXPECT_EQ(CodeOf(peer.Ask("{")), kParseError);
  EXPECT_EQ(CodeOf(peer.Ask("\xff\xfe")), kParseError);
  EXPECT_EQ(CodeOf(peer.Ask(std::string(100'000, '['))), kParseError);
  EXPECT_EQ(CodeOf(peer.Ask("3")), kInvalidRequest);
  EXPECT_EQ(CodeOf(peer.Ask("[]")), kInvalidRequest);
  EXPECT_EQ(CodeOf(peer.Ask(R"({"jsonrpc":"1.0","id":4,"method":"ping"})")), kInvalidRequest);
  EXPECT_EQ(peer.Last().at("id"), 4);
  EXPECT_EQ(CodeOf(peer.Ask(R"({"jsonrpc":"2.0","id":4})")), kInvalidRequest);
  EXPECT_EQ(CodeOf(peer.Ask(R"({"jsonrpc":"2.0","id":4,"method":7})")), kInvalidRequest);
  EXPECT_EQ(CodeOf(peer.Ask(R"({"jsonrpc":"2.0","id":4,"method":"ping","params":[]})")),
            kInvalidParams);
}

TEST_F(SessionTest, AnswersAndUnknownNotificationsAreNotAnswered) {
  Peer peer(loop, server);
  peer.Say(R"({"jsonrpc":"2.0","id":4,"result":{}})");
  peer.Say(R"({"jsonrpc":"2.0","method":"notifications/whatever"})");
  peer.Say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}})");
  peer.Say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":[]}})");
  EXPECT_TRUE(peer.heard().texts.empty());
}

TEST_F(SessionTest, BatchesAreForTheOneRevisionThatHasThem) {
  const std::string_view batch =
      R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"x"},)"
      R"({"jsonrpc":"2.0","id":2,"method":"nope"},7])";
  Peer peer(loop, server);
  peer.Initialize("2025-03-26");
  peer.heard().texts.clear();
  peer.Say(batch);
  ASSERT_EQ(peer.heard().texts.size(), 1u);
  const auto answers = base::ParseJson(peer.heard().texts[0], "answers")->as_array();
  EXPECT_EQ(answers.size(), 3u);
  Peer other(loop, server);
  other.Initialize("2025-06-18");
  EXPECT_EQ(CodeOf(other.Ask(batch)), kInvalidRequest);
}

TEST_F(SessionTest, AToolAnswersInBothForms) {
  Peer peer(loop, server);
  peer.Initialize();
  const auto answer =
      peer.Call("tools/call", R"({"name":"echo","arguments":{"text":"x","times":2}})");
  EXPECT_EQ(base::json::serialize(At(answer, "/result/structuredContent")),
            R"({"said":["x","x"]})");
  EXPECT_EQ(At(answer, "/result/content/0/text"), R"({"said":["x","x"]})");
  EXPECT_FALSE(answer.at("result").as_object().contains("isError"));
}

TEST_F(SessionTest, ADomainErrorIsAResultThatSaysEverythingTwice) {
  Peer peer(loop, server);
  peer.Initialize();
  const auto answer = peer.Call("tools/call", R"({"name":"refuse"})");
  EXPECT_EQ(At(answer, "/result/isError"), true);
  EXPECT_EQ(At(answer, "/result/structuredContent/error/code"), "no_run");
  EXPECT_EQ(At(answer, "/result/structuredContent/error/next"), "refuse after no_run");
  EXPECT_EQ(At(answer, "/result/content/0/text"),
            "there is no run (no_run)\nstart one\nnext: refuse after no_run");
}

TEST_F(SessionTest, WrongArgumentsAreForTheModelAndWrongCallsForTheClient) {
  Peer peer(loop, server);
  peer.Initialize();
  const auto code_of_error = [&](std::string_view params) {
    const auto answer = peer.Call("tools/call", params);
    return CodeOf(answer) != 0
               ? std::to_string(CodeOf(answer))
               : std::string(At(answer, "/result/structuredContent/error/code").as_string());
  };
  EXPECT_EQ(code_of_error(R"({"name":"ehco"})"), "-32602");
  EXPECT_EQ(code_of_error(R"({"arguments":{}})"), "-32602");
  EXPECT_EQ(code_of_error(R"({"name":"echo","arguments":[]})"), "-32602");
  EXPECT_EQ(code_of_error(R"({"name":"echo"})"), "bad_argument");
  EXPECT_EQ(code_of_error(R"({"name":"echo","arguments":{"text":3}})"), "bad_argument");
  EXPECT_EQ(code_of_error(R"({"name":"echo","arguments":{"text":"x","times":4}})"), "bad_argument");
  EXPECT_EQ(code_of_error(R"({"name":"echo","arguments":{"txt":"x"}})"), "unknown_argument");
  EXPECT_EQ(At(peer.Last(), "/result/structuredContent/error/hint"), "did you mean 'text'?");
}

TEST_F(SessionTest, ProgressIsToldToThoseWhoAskedAndStopsWithTheAnswer) {
  Peer peer(loop, server);
  peer.Initialize();
  peer.Call("tools/call", R"({"name":"hold","_meta":{"progressToken":0}})");
  loop.Advance(clock, std::chrono::seconds(3));
  const auto told = peer.Notified("notifications/progress");
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[2].at("progressToken"), 0);
  EXPECT_EQ(told[2].at("progress"), 3);
  EXPECT_EQ(told[2].at("message"), "held");
  loop.Advance(clock, std::chrono::seconds(8));
  EXPECT_EQ(peer.Last().at("id"), 1);
  peer.heard().texts.clear();
  peer.Call("tools/call", R"({"name":"hold"})");
  loop.Advance(clock, std::chrono::seconds(3));
  EXPECT_TRUE(peer.Notified("notifications/progress").empty());
}

TEST_F(SessionTest, ACancelledRequestIsNotAnsweredAndOthersGoOn) {
  Peer peer(loop, server);
  peer.Initialize();
  peer.Ask(R"({"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"hold"}})");
  peer.Ask(R"({"jsonrpc":"2.0","id":"b","method":"tools/call","params":{"name":"hold"}})");
  EXPECT_EQ(peer.session().calls(), 2u);
  peer.Say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a"}})");
  EXPECT_EQ(peer.session().calls(), 1u);
  EXPECT_EQ(peer.heard().forgone, 1);
  loop.Advance(clock, std::chrono::seconds(11));
  EXPECT_EQ(peer.Last().at("id"), "b");
  // Cancelling what was answered is no fault (opencode does).
  peer.Say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"b"}})");
  EXPECT_EQ(peer.Call("ping").at("id"), 1);
}

TEST_F(SessionTest, AnIdUnderWayIsNotTakenTwiceAndCallsAreBounded) {
  Peer peer(loop, server);
  peer.Initialize();
  peer.Call("tools/call", R"({"name":"hold"})");
  EXPECT_EQ(CodeOf(peer.Call("ping")), kInvalidRequest);
  for (int i = 100; i < 163; ++i) {
    peer.Say(R"({"jsonrpc":"2.0","id":)" + std::to_string(i) +
             R"(,"method":"tools/call","params":{"name":"hold"}})");
  }
  EXPECT_EQ(peer.session().calls(), Session::kMostCalls);
  EXPECT_EQ(CodeOf(peer.Ask(R"({"jsonrpc":"2.0","id":7,"method":"ping"})")), kTooMany);
}

TEST_F(SessionTest, LogMessagesFollowTheLevelThatWasSet) {
  Peer peer(loop, server);
  peer.Initialize();
  EXPECT_EQ(CodeOf(peer.Call("logging/setLevel", R"({"level":"loud"})")), kInvalidParams);
  peer.Call("logging/setLevel", R"({"level":"error"})");
  peer.Call("tools/call", R"({"name":"hold"})");
  loop.Advance(clock, std::chrono::seconds(11));
  EXPECT_TRUE(peer.Notified("notifications/message").empty());
  peer.Call("logging/setLevel", R"({"level":"warning"})");
  peer.Call("tools/call", R"({"name":"hold"})");
  loop.Advance(clock, std::chrono::seconds(2));
  ASSERT_EQ(peer.Notified("notifications/message").size(), 2u);
  EXPECT_EQ(peer.Notified("notifications/message")[0].at("level"), "warning");
}

TEST_F(SessionTest, ListsComeInPages) {
  Peer peer(loop, server);
  peer.Initialize();
  const auto first = peer.Call("tools/list");
  EXPECT_EQ(At(first, "/result/tools").as_array().size(), 2u);
  const std::string cursor(At(first, "/result/nextCursor").as_string());
  const auto second = peer.Call("tools/list", R"({"cursor":")" + cursor + R"("})");
  EXPECT_EQ(At(second, "/result/tools/0/name"), "hold");
  EXPECT_FALSE(second.at("result").as_object().contains("nextCursor"));
  for (const std::string_view bad : {R"("x")", "3", R"("YXQ6")", R"("YXQ6LTE=")"}) {
    EXPECT_EQ(CodeOf(peer.Call("tools/list", R"({"cursor":)" + std::string(bad) + "}")),
              kInvalidParams)
        << bad;
  }
}

TEST_F(SessionTest, AClosedSessionEndsItsListens) {
  Peer peer(loop, server);
  peer.CallModern("subscriptions/listen", R"(,"notifications":{"resourcesListChanged":true})");
  peer.heard().texts.clear();
  loop.Run(peer.session().Close());
  EXPECT_EQ(At(peer.Last(), "/result/_meta/io.modelcontextprotocol~1subscriptionId"), 1);
}

}  // namespace
}  // namespace mcp
