// How a session speaks to its client: what a real server sends over a link that the test reads.
#include "surface/session.h"

#include <gtest/gtest.h>

#include "support/fake_clock.h"
#include "support/loop.h"
#include "support/sample_server.h"
#include "support/scripted_link.h"

namespace surface {
namespace {

using std::chrono::milliseconds;
using support::ScriptedLink;

class SessionTest : public ::testing::Test {
 protected:
  ~SessionTest() override {
    script_->Hang();
    loop_.Advance(clock_, milliseconds(10));
  }

  void Serve() {
    sample_.Serve(std::make_unique<ScriptedLink>(script_));
    script_->Say(R"({"jsonrpc":"2.0","id":1,"method":"surface.subscribe",)"
                 R"("params":{"member":"gauge"}})");
    loop_.Advance(clock_, milliseconds(10));
    script_->sent.clear();
  }

  void Count(int64_t count) {
    support::Gauge gauge;
    gauge.count = count;
    sample_.gauge.Set(gauge);
    loop_.RunUntilIdle();
  }

  void Call(int id, const std::string& method, const std::string& params) {
    script_->Say(R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")" + method +
                 R"(","params":)" + params + "}");
    loop_.RunUntilIdle();
  }

  size_t SentNews() const {
    size_t count = 0;
    for (size_t at = script_->sent.find("surface.next"); at != std::string::npos;
         at = script_->sent.find("surface.next", at + 1)) {
      ++count;
    }
    return count;
  }

  support::Loop loop_;
  support::FakeClock clock_;
  support::SampleServer sample_{loop_.executor()};
  std::shared_ptr<ScriptedLink::Script> script_ =
      std::make_shared<ScriptedLink::Script>(loop_.executor());
};

TEST_F(SessionTest, EveryChangeGoesOutAtOnceUnlessToldToGather) {
  Serve();
  for (int64_t count = 1; count <= 5; ++count) {
    Count(count);
  }
  EXPECT_EQ(SentNews(), 5U);
}

TEST_F(SessionTest, AfterASmallMessageWhatChangesInTheGapIsToldOnce) {
  sample_.server().Gather(clock_, milliseconds(2));
  Serve();
  Count(1);
  EXPECT_EQ(SentNews(), 1U) << "the first change waits for nothing";
  for (int64_t count = 2; count <= 5; ++count) {
    Count(count);
  }
  EXPECT_EQ(SentNews(), 1U);
  loop_.Advance(clock_, milliseconds(2));
  EXPECT_EQ(SentNews(), 2U);
  EXPECT_NE(script_->sent.find("\"count\":5"), std::string::npos);
  EXPECT_EQ(script_->sent.find("\"count\":4"), std::string::npos);
}

TEST_F(SessionTest, AnAnswerInTheGapGoesOutAtOnceAndTheNewsStillWaits) {
  sample_.server().Gather(clock_, milliseconds(2));
  Serve();
  Count(1);
  Count(2);
  Call(7, "echo", R"({"text":"hello"})");
  EXPECT_NE(script_->sent.find(R"("id":7,"result")"), std::string::npos) << script_->sent;
  EXPECT_EQ(SentNews(), 1U) << "what is gathered does not go out with the answer";
  Call(8, "echo", R"({"text":"again"})");
  EXPECT_LT(script_->sent.find(R"("id":7,)"), script_->sent.find(R"("id":8,)"));
  loop_.Advance(clock_, milliseconds(2));
  EXPECT_EQ(SentNews(), 2U);
  EXPECT_NE(script_->sent.find("\"count\":2"), std::string::npos);
}

TEST_F(SessionTest, ChunksOfAStreamGoOutInTheGapInOrder) {
  sample_.server().Gather(clock_, milliseconds(2));
  Serve();
  Call(2, "surface.subscribe", R"({"member":"log","input":{"name":"log"}})");
  script_->sent.clear();
  Count(1);
  Count(2);
  sample_.log->Append("one ");
  loop_.RunUntilIdle();
  sample_.log->Append("two");
  sample_.log->End();
  loop_.RunUntilIdle();
  const size_t one = script_->sent.find("\"text\":\"one \"");
  const size_t two = script_->sent.find("\"text\":\"two\"");
  const size_t end = script_->sent.find("surface.end");
  EXPECT_NE(end, std::string::npos) << script_->sent;
  EXPECT_LT(one, two);
  EXPECT_LT(two, end);
  EXPECT_EQ(script_->sent.find("\"count\":2"), std::string::npos);
}

TEST_F(SessionTest, ChunksOfAStreamMakeNoNewsWait) {
  sample_.server().Gather(clock_, milliseconds(2));
  Serve();
  Call(2, "surface.subscribe", R"({"member":"log","input":{"name":"log"}})");
  sample_.log->Append("one");
  loop_.RunUntilIdle();
  Count(1);
  EXPECT_NE(script_->sent.find("\"count\":1"), std::string::npos);
}

TEST_F(SessionTest, WhatIsHeldGoesOutBeforeTheFarewell) {
  sample_.server().Gather(clock_, milliseconds(2));
  Serve();
  Count(1);
  Count(2);
  sample_.server().CloseAll("over");
  loop_.RunUntilIdle();
  const size_t news = script_->sent.find("\"count\":2");
  const size_t farewell = script_->sent.find("surface.closing");
  EXPECT_NE(farewell, std::string::npos);
  EXPECT_LT(news, farewell) << script_->sent;
  EXPECT_TRUE(script_->closed);
}

TEST_F(SessionTest, AnAnswerThatIsOwedGoesOutBeforeTheFarewell) {
  sample_.server().Gather(clock_, milliseconds(2));
  Serve();
  Count(1);
  script_->Say(R"({"jsonrpc":"2.0","id":9,"method":"echo","params":{"text":"last"}})");
  for (int turn = 0; turn < 4 && script_->sent.find("\"id\":9") == std::string::npos; ++turn) {
    loop_.context().poll_one();
  }
  sample_.server().CloseAll("over");
  loop_.RunUntilIdle();
  EXPECT_LT(script_->sent.find("\"id\":9"), script_->sent.find("surface.closing"));
}

}  // namespace
}  // namespace surface
