#include "mcp/http_rules.h"

#include <gtest/gtest.h>

namespace mcp {
namespace {

TEST(HttpRules, OnlyTheLoopbacksOwnNamesAreHosts) {
  for (const std::string_view host :
       {"localhost", "LOCALHOST:80", "127.0.0.1:18441", "[::1]", "[::1]:9"}) {
    EXPECT_TRUE(IsLoopbackHost(host)) << host;
  }
  for (const std::string_view host : {"", "evil.example", "localhost.evil", "127.0.0.1.evil",
                                      "localhost:", "localhost:x", "localhost:1:2", "::1"}) {
    EXPECT_FALSE(IsLoopbackHost(host)) << host;
  }
  EXPECT_TRUE(IsLoopbackOrigin("http://localhost:3000"));
  EXPECT_TRUE(IsLoopbackOrigin("https://127.0.0.1"));
  for (const std::string_view origin :
       {"null", "", "http://evil.example", "ftp://localhost", "http://localhost@evil.example"}) {
    EXPECT_FALSE(IsLoopbackOrigin(origin)) << origin;
  }
}

TEST(HttpRules, ATokenIsWholeOrNone) {
  EXPECT_TRUE(IsBearer("Bearer abc", "abc"));
  EXPECT_TRUE(IsBearer("bearer abc", "abc"));
  for (const std::string_view header :
       {"", "Bearer", "Bearer ", "Bearer ab", "Bearer abcd", "Basic abc", "abc", "Bearer  abc"}) {
    EXPECT_FALSE(IsBearer(header, "abc")) << header;
  }
  EXPECT_FALSE(IsBearer("Bearer ", ""));
}

TEST(HttpRules, AcceptIsReadPartByPart) {
  EXPECT_TRUE(Accepts("text/event-stream;q=0.5, application/json", "application/json"));
  EXPECT_TRUE(Accepts("*/*", "text/event-stream"));
  EXPECT_TRUE(Accepts("text/*", "text/event-stream"));
  EXPECT_TRUE(Accepts("application/json; charset=utf-8", "application/json"));
  EXPECT_FALSE(Accepts("application/jsonx", "application/json"));
  EXPECT_FALSE(Accepts("", "application/json"));
}

TEST(HttpRules, HeadersMustRepeatWhatTheBodySays) {
  Incoming call;
  call.method = "tools/call";
  call.params["name"] = "ä";
  call.params["_meta"] =
      base::json::object{{"io.modelcontextprotocol/protocolVersion", "2026-07-28"}};
  EXPECT_TRUE(CheckRepeated({"2026-07-28", "tools/call", "ä"}, call));
  EXPECT_TRUE(CheckRepeated({"2026-07-28", "tools/call", "=?base64?w6Q=?="}, call));
  EXPECT_FALSE(CheckRepeated({"2026-07-28", "tools/call", "b"}, call));
  EXPECT_FALSE(CheckRepeated({"2026-07-28", "tools/call", {}}, call));
  EXPECT_FALSE(CheckRepeated({"2026-07-28", "tools/list", "ä"}, call));
  EXPECT_FALSE(CheckRepeated({{}, "tools/call", "ä"}, call));
}

TEST(HttpRules, FaultsHaveTheirStatus) {
  EXPECT_EQ(StatusOfFault(0), 200u);
  EXPECT_EQ(StatusOfFault(kMethodNotFound), 404u);
  EXPECT_EQ(StatusOfFault(kUnsupportedRevision), 400u);
}

}  // namespace
}  // namespace mcp
