#include <gtest/gtest.h>

#include <string>

#include "mcp/peer.h"
#include "mcp/prompt.h"
#include "mcp/sample_tools.h"
#include "support/fake_clock.h"
#include "support/loop.h"

namespace mcp {
namespace {

class PromptTest : public testing::Test {
 protected:
  PromptTest() : server(loop.executor(), clock, ServerInfo{"s", "", "1", "", "", "", false, 9}) {
    Prompt greet;
    greet.name = "greet";
    greet.title = "Greet";
    greet.description = "Says hello.";
    greet.arguments = {PromptArgument{"whom", "a note", true, "note://{id}", "id"},
                       PromptArgument{"how", "loudly or not"}};
    greet.text = [](const auto& given) { return "Say hello to " + given.at("whom"); };
    server.Add(std::move(greet));
    server.SetResources(resources);
  }
  int64_t CodeOfGet(Peer& peer, std::string_view params) {
    return CodeOf(peer.Call("prompts/get", params));
  }

  support::Loop loop;
  support::FakeClock clock;
  SampleResources resources;
  Server server;
};

TEST_F(PromptTest, TheyAreListedInBothEras) {
  Peer peer(loop, server);
  EXPECT_TRUE(At(peer.Initialize(), "/result/capabilities/prompts").is_object());
  EXPECT_EQ(base::json::serialize(At(peer.Call("prompts/list"), "/result/prompts")),
            R"([{"name":"greet","title":"Greet","description":"Says hello.","arguments":[)"
            R"({"name":"whom","description":"a note","required":true},)"
            R"({"name":"how","description":"loudly or not","required":false}]}])");
  EXPECT_EQ(CodeOf(peer.Call("prompts/list", R"({"cursor":"x"})")), kInvalidParams);
  const auto modern = peer.CallModern("prompts/list");
  EXPECT_GT(At(modern, "/result/ttlMs").as_int64(), 0);
  EXPECT_TRUE(At(peer.CallModern("server/discover"), "/result/capabilities/prompts").is_object());
}

TEST_F(PromptTest, OneIsAMessageWithItsArguments) {
  Peer peer(loop, server);
  peer.Initialize();
  const auto got = peer.Call("prompts/get", R"({"name":"greet","arguments":{"whom":"\"x\""}})");
  EXPECT_EQ(At(got, "/result/messages/0/role"), "user");
  EXPECT_EQ(At(got, "/result/messages/0/content/type"), "text");
  EXPECT_EQ(At(got, "/result/messages/0/content/text"), "Say hello to \"x\"");
  EXPECT_EQ(At(got, "/result/description"), "Says hello.");
}

TEST_F(PromptTest, WrongOnesAreRefused) {
  Peer peer(loop, server);
  peer.Initialize();
  for (const std::string_view params :
       {R"({})", R"({"name":"no"})", R"({"name":"greet"})", R"({"name":"greet","arguments":[]})",
        R"({"name":"greet","arguments":{"whom":3}})",
        R"({"name":"greet","arguments":{"whom":"x","who":"y"}})"}) {
    EXPECT_EQ(CodeOfGet(peer, params), kInvalidParams) << params;
  }
}

TEST_F(PromptTest, AnArgumentIsCompletedAsTheVariableItStandsFor) {
  Peer peer(loop, server);
  EXPECT_TRUE(At(peer.Initialize(), "/result/capabilities/completions").is_object());
  const auto complete = [&](std::string_view prompt, std::string_view argument) {
    return peer.Call("completion/complete", R"({"ref":{"type":"ref/prompt","name":")" +
                                                std::string(prompt) + R"("},"argument":{"name":")" +
                                                std::string(argument) + R"(","value":"n14"}})");
  };
  EXPECT_EQ(At(complete("greet", "whom"), "/result/completion/total"), 11);
  EXPECT_EQ(At(complete("greet", "how"), "/result/completion/total"), 0);
  EXPECT_EQ(CodeOf(complete("greet", "who")), kInvalidParams);
  EXPECT_EQ(CodeOf(complete("no", "whom")), kInvalidParams);
}

TEST_F(PromptTest, AServerWithoutThemHasNoSuchMethods) {
  Server bare(loop.executor(), clock, ServerInfo{"b", "", "1", "", "", "", false, 9});
  Peer peer(loop, bare);
  const auto hello = peer.Initialize();
  EXPECT_FALSE(At(hello, "/result/capabilities").as_object().contains("prompts"));
  for (const std::string_view method : {"prompts/list", "prompts/get", "completion/complete"}) {
    EXPECT_EQ(CodeOf(peer.Call(method)), kMethodNotFound) << method;
  }
}

}  // namespace
}  // namespace mcp
