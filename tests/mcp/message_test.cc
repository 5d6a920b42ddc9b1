#include "mcp/message.h"

#include <gtest/gtest.h>

#include <string>

namespace mcp {
namespace {

TEST(Message, ARequestANotificationAndAnAnswerAreToldApart) {
  const Arrival request = ReadText(R"({"jsonrpc":"2.0","id":"a","method":"m","params":{"x":1}})");
  ASSERT_TRUE(request.messages[0]);
  EXPECT_TRUE(request.messages[0]->IsRequest());
  EXPECT_EQ(request.messages[0]->params.at("x"), 1);
  const Arrival notification = ReadText(R"({"jsonrpc":"2.0","method":"m"})");
  EXPECT_TRUE(notification.messages[0]->IsNotification());
  const Arrival wrong = ReadText(R"({"jsonrpc":"2.0","method":"m","params":[1]})");
  ASSERT_TRUE(wrong.messages[0]) << "nothing is answered";
  EXPECT_FALSE(wrong.messages[0]->IsNotification());
  EXPECT_EQ(ReadText(R"({"jsonrpc":"2.0","id":1,"method":"m","params":[1]})")
                .messages[0]
                .error()
                .fault.code,
            kInvalidParams);
  const Arrival answer = ReadText(R"({"jsonrpc":"2.0","id":1,"result":{}})");
  EXPECT_FALSE(answer.messages[0]->IsRequest());
  EXPECT_FALSE(answer.messages[0]->IsNotification());
}

TEST(Message, EachPartOfABatchIsReadByItself) {
  const Arrival batch = ReadText(R"([{"jsonrpc":"2.0","id":1,"method":"m"},3,{"jsonrpc":"2.0"}])");
  EXPECT_TRUE(batch.batch);
  ASSERT_EQ(batch.messages.size(), 3u);
  EXPECT_TRUE(batch.messages[0]);
  EXPECT_EQ(batch.messages[1].error().fault.code, kInvalidRequest);
  EXPECT_EQ(batch.messages[2].error().fault.code, kInvalidRequest);
}

TEST(Message, LinesAreOneLineWhateverTheyHold) {
  EXPECT_EQ(ResultLine(RpcId(int64_t{3}), "{}"), R"({"jsonrpc":"2.0","id":3,"result":{}})");
  const std::string fault =
      FaultLine(RpcId(std::string("a\n\xff")), RpcFault{kParseError, "no\nline", {}});
  EXPECT_EQ(fault.find('\n'), std::string::npos);
  EXPECT_TRUE(base::ParseJson(fault, "line"));
  EXPECT_EQ(FaultLine({}, RpcFault{-1, "x", {{"a", 1}}}),
            R"({"jsonrpc":"2.0","error":{"code":-1,"message":"x","data":{"a":1}}})");
}

TEST(Message, ATextOverTheLimitIsRefusedBeforeItIsRead) {
  const Arrival arrival = ReadText(std::string(kMaxTextBytes + 1, ' '));
  EXPECT_EQ(arrival.messages[0].error().fault.code, kParseError);
}

}  // namespace
}  // namespace mcp
