#include "odu/agent/host_config.h"

#include <gtest/gtest.h>

#include <string>

#include "base/json.h"

namespace odu::agent {
namespace {

TEST(HostConfig, EveryHostGetsAnEntryOnceAndKeepsTheRest) {
  for (const AgentHost& host : AgentHosts()) {
    const auto text = WithOdu(host, "");
    ASSERT_TRUE(text) << host.name;
    EXPECT_NE(text->find("odu"), std::string::npos);
    EXPECT_EQ(*WithOdu(host, *text), *text) << host.name;
  }
  const auto claude = *FindAgentHost("claude");
  const auto text = WithOdu(claude, R"({"z":1,"mcpServers":{"a":{"b":[1,"x"]}}})");
  EXPECT_EQ(*text,
            "{\n  \"z\": 1,\n  \"mcpServers\": {\n    \"a\": {\n      \"b\": [1, \"x\"]\n    },\n"
            "    \"odu\": {\n      \"type\": \"stdio\",\n      \"command\": \"odu\",\n"
            "      \"args\": [\"mcp\"],\n      \"timeout\": 600000\n    }\n  }\n}\n");
}

TEST(HostConfig, WhatIsNotOfItsKindIsLeftToTheUser) {
  for (const std::string text : {"{ // c\n}", "[]", "3", R"({"mcpServers":[]})"}) {
    const auto refused = WithOdu(*FindAgentHost("claude"), text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code(), "bad_config");
    EXPECT_NE(refused.error().hint().find("\"odu\""), std::string::npos);
  }
  EXPECT_EQ(FindAgentHost("emacs").error().code(), "unknown_host");
}

TEST(HostConfig, TomlIsAddedTo) {
  EXPECT_TRUE(WithOdu(*FindAgentHost("codex"), "model = \"x\"")
                  ->starts_with("model = \"x\"\n\n[mcp_servers.odu]\n"));
}

TEST(HostConfig, ADiffShowsWhatIsOtherAndWhatStays) {
  EXPECT_EQ(DiffText("a\nb\nc\n", "a\nx\nc\nd\n"), "  a\n- b\n+ x\n  c\n+ d\n");
  EXPECT_EQ(DiffText("", "a\n"), "+ a\n");
}

}  // namespace
}  // namespace odu::agent
