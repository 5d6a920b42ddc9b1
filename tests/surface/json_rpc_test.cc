#include "surface/json_rpc.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace surface {
namespace {

base::Error ErrorOf(std::string_view line) {
  auto message = ParseRpc(line);
  EXPECT_FALSE(message.has_value()) << line;
  return message ? base::Error() : message.error();
}

TEST(JsonRpc, AnIdIsEchoedExactlyAsItCame) {
  const std::vector<RpcId> ids = {int64_t{0},
                                  int64_t{-7},
                                  std::numeric_limits<int64_t>::max(),
                                  std::numeric_limits<int64_t>::min(),
                                  std::string(),
                                  std::string("7"),
                                  std::string("a \"b\" \n é")};
  for (const RpcId& id : ids) {
    std::string request;
    AppendRequest(request, id, "echo", "{}");
    ASSERT_TRUE(request.ends_with('\n'));
    const auto asked = ParseRpc(std::string_view(request).substr(0, request.size() - 1));
    ASSERT_TRUE(asked) << asked.error().message();
    EXPECT_TRUE(asked->IsRequest());
    std::string answer;
    AppendResult(answer, *asked->id, R"({"x":1})");
    const auto answered = ParseRpc(answer);
    ASSERT_TRUE(answered) << answered.error().message();
    EXPECT_TRUE(answered->IsResponse());
    EXPECT_EQ(answered->id, id);
  }
}

TEST(JsonRpc, RequestNotificationAndResponseAreToldApart) {
  const auto request = ParseRpc(R"({"jsonrpc":"2.0","id":1,"method":"m","params":[1]})");
  const auto notification = ParseRpc(R"({"jsonrpc":"2.0","method":"m"})");
  const auto response = ParseRpc(R"({"jsonrpc":"2.0","id":1,"result":null})");
  ASSERT_TRUE(request && notification && response);
  EXPECT_TRUE(request->IsRequest() && !request->IsNotification() && !request->IsResponse());
  EXPECT_TRUE(notification->IsNotification() && !notification->IsRequest());
  EXPECT_TRUE(notification->params.is_object());
  EXPECT_TRUE(response->IsResponse() && response->result->is_null());
}

TEST(JsonRpc, WhatIsNoEnvelopeIsRefusedInWords) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"([])", "message: expected one JSON object"},
      {R"(1)", "message: expected one JSON object"},
      {R"({})", R"(message: "jsonrpc" is not "2.0")"},
      {R"({"jsonrpc":"1.0","id":1,"method":"m"})", R"(message: "jsonrpc" is not "2.0")"},
      {R"({"jsonrpc":2.0,"id":1,"method":"m"})", R"(message: "jsonrpc" is not "2.0")"},
      {R"({"jsonrpc":"2.0","id":1.5,"method":"m"})",
       "message: the id is neither a string nor an integer"},
      {R"({"jsonrpc":"2.0","id":null,"method":"m"})",
       "message: the id is neither a string nor an integer"},
      {R"({"jsonrpc":"2.0","id":[1],"method":"m"})",
       "message: the id is neither a string nor an integer"},
      {R"({"jsonrpc":"2.0","id":18446744073709551615,"method":"m"})",
       "message: the id is neither a string nor an integer"},
      {R"({"jsonrpc":"2.0","id":1,"method":1})", "message: the method is not a name"},
      {R"({"jsonrpc":"2.0","id":1,"method":""})", "message: the method is not a name"},
      {R"({"jsonrpc":"2.0","id":1,"method":"m","params":"x"})",
       "message: params is neither an object nor an array"},
      {R"({"jsonrpc":"2.0","id":1})", "message: neither a request nor a response"},
      {R"({"jsonrpc":"2.0","id":1,"result":1,"error":{}})",
       "message: neither a request nor a response"},
      {R"({"jsonrpc":"2.0","result":1})", "message: a result without the id of its request"},
  };
  for (const auto& [line, message] : cases) {
    const base::Error error = ErrorOf(line);
    EXPECT_EQ(error.message(), message) << line;
    EXPECT_EQ(error.code(), "bad_envelope");
  }
}

TEST(JsonRpc, WhatIsNoJsonIsRefusedWithItsPlace) {
  EXPECT_EQ(ErrorOf("{\"jsonrpc\"").code(), "bad_json");
  EXPECT_TRUE(ErrorOf("{,}").message().starts_with("message:1:2: not JSON:"));
  EXPECT_EQ(ErrorOf("\"caf\xe9\"").code(), "bad_json");
  EXPECT_EQ(ErrorOf(std::string(100000, '[')).code(), "bad_json");
  EXPECT_EQ(ErrorOf("").code(), "bad_json");
}

TEST(JsonRpc, EveryKindOfErrorSurvivesTheWire) {
  for (int kind = 0; kind <= static_cast<int>(base::ErrorKind::kBug); ++kind) {
    const base::Error error(static_cast<base::ErrorKind>(kind), "some_code", "it's \"wrong\"",
                            kind % 2 == 0 ? "do that" : "");
    std::string line;
    AppendError(line, RpcId(int64_t{1}), RpcCode::kDomainError, error);
    const auto message = ParseRpc(line);
    ASSERT_TRUE(message) << message.error().message();
    ASSERT_TRUE(message->error);
    EXPECT_EQ(*message->error, error);
  }
}

TEST(JsonRpc, AnotherImplementationsErrorKeepsItsWords) {
  const auto message = ParseRpc(
      R"({"jsonrpc":"2.0","id":"x","error":{"code":-32601,"message":"Method not found"}})");
  ASSERT_TRUE(message && message->error);
  EXPECT_EQ(message->error->message(), "Method not found");
  EXPECT_EQ(message->error->code(), "unknown");
  for (const char* odd : {R"("text")", R"(null)", R"({"data":[]})", R"({"data":{"kind":3}})"}) {
    EXPECT_TRUE(ParseRpc(R"({"jsonrpc":"2.0","id":1,"error":)" + std::string(odd) + "}"));
  }
}

TEST(JsonRpc, AnErrorToWhatCouldNotBeReadHasNoId) {
  std::string line;
  AppendError(line, std::nullopt, RpcCode::kParseError,
              base::Error(base::ErrorKind::kInput, "bad_json", "no"));
  EXPECT_EQ(line, R"({"jsonrpc":"2.0","error":{"code":-32700,"message":"no",)"
                  R"("data":{"kind":"input","code":"bad_json","message":"no"}}})"
                  "\n");
  const auto message = ParseRpc(line);
  ASSERT_TRUE(message);
  EXPECT_FALSE(message->id);
  const auto null_id = ParseRpc(R"({"jsonrpc":"2.0","id":null,"error":{"message":"no"}})");
  ASSERT_TRUE(null_id) << null_id.error().message();
  EXPECT_FALSE(null_id->id);
}

}  // namespace
}  // namespace surface
