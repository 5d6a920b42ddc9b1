// A client and servers that break the rules; with a real server it is in tests/transport.
#include "surface/client.h"

#include <gtest/gtest.h>

#include "async/task_group.h"
#include "support/loop.h"
#include "support/sample_surface.h"
#include "support/scripted_link.h"

namespace surface {
namespace {

using support::Gauge;
using support::Item;
using support::LogInput;
using support::Sample;
using support::ScriptedLink;
using support::Text;

constexpr std::string_view kHello =
    R"({"jsonrpc":"2.0","id":1,"result":{"contract":{"name":"sample","major":1,"minor":2}}})";

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() { Connect(); }
  ~ClientTest() override {
    client_.reset();
    loop_.RunUntilIdle();
  }

  /// A new client whose server has said hello, and nothing else yet.
  void Connect() {
    client_.reset();
    script_ = std::make_shared<ScriptedLink::Script>(loop_.executor());
    calls_.Spawn("connect", [this]() -> boost::asio::awaitable<void> {
      auto client = co_await Client::Connect<Sample>(
          loop_.executor(), std::make_unique<ScriptedLink>(script_), "test");
      EXPECT_TRUE(client);
      client_ = std::move(*client);
    });
    loop_.RunUntilIdle();
    Say(std::string(kHello));
    EXPECT_TRUE(client_);
  }

  void Say(std::string line) {
    script_->Say(std::move(line));
    loop_.RunUntilIdle();
  }

  void StartCall() {
    calls_.Spawn("call", [this]() -> boost::asio::awaitable<void> {
      Text text{"x"};
      reply_ = co_await client_->Call(Sample::echo, std::move(text));
    });
    loop_.RunUntilIdle();
  }

  /// A stream whose subscription the server has confirmed as number 7.
  void ReadStream() {
    StreamHandler handler;
    handler.on_bytes = [this](uint64_t offset, std::string_view bytes) {
      log_ += std::to_string(offset) + ":" + std::string(bytes) + ";";
    };
    handler.on_end = [this](base::Result<uint64_t> end) {
      EXPECT_FALSE(end_);
      end_ = std::move(end);
    };
    client_->Subscribe(Sample::log, LogInput{"log", 0}, std::move(handler));
    Say(R"({"jsonrpc":"2.0","id":2,"result":{"subscription":7}})");
  }

  support::Loop loop_;
  std::shared_ptr<ScriptedLink::Script> script_;
  std::unique_ptr<Client> client_;
  std::optional<base::Result<Text>> reply_;
  std::string log_;
  std::optional<base::Result<uint64_t>> end_;
  async::TaskGroup calls_{loop_.executor()};
};

std::string Next(std::string_view fields) {
  return R"({"jsonrpc":"2.0","method":"surface.next","params":{"subscription":7,)" +
         std::string(fields) + "}}";
}

TEST_F(ClientTest, WhatItSendsIsTheWireOfTheDocument) {
  client_->Subscribe(Sample::log, LogInput{"a \"log\"", 3}, StreamHandler());
  StartCall();
  EXPECT_EQ(script_->sent,
            R"({"jsonrpc":"2.0","id":1,"method":"surface.hello","params":{"contract":)"
            R"({"name":"sample","major":1,"minor":2},"name":"test"}})"
            "\n"
            R"({"jsonrpc":"2.0","id":2,"method":"surface.subscribe","params":{"member":"log",)"
            R"("input":{"name":"a \"log\"","offset":3}}})"
            "\n"
            R"({"jsonrpc":"2.0","id":3,"method":"echo","params":{"text":"x"}})"
            "\n");
}

TEST_F(ClientTest, GarbageFromTheServerEndsEverythingInWords) {
  ReadStream();
  StartCall();
  Say("garbage");
  ASSERT_TRUE(reply_ && !*reply_);
  EXPECT_EQ(reply_->error().code(), "bad_message");
  EXPECT_EQ(reply_->error().kind(), base::ErrorKind::kHost);
  ASSERT_TRUE(end_ && !*end_);
  EXPECT_EQ(end_->error(), reply_->error());
  EXPECT_TRUE(client_->closed());
}

TEST_F(ClientTest, ARefusalOfTheWholeLinkReachesWhoWaits) {
  StartCall();
  Say(R"({"jsonrpc":"2.0","error":{"code":-32000,"message":"full","data":)"
      R"({"kind":"limit","code":"too_many_connections","message":"full"}}})");
  ASSERT_TRUE(reply_ && !*reply_);
  EXPECT_EQ(reply_->error(), base::Error(base::ErrorKind::kLimit, "too_many_connections", "full"));
}

TEST_F(ClientTest, WhatItDidNotAskForIsPassedOver) {
  ReadStream();
  StartCall();
  for (
      const char* line : {
          R"({"jsonrpc":"2.0","id":99,"result":{}})",
          R"({"jsonrpc":"2.0","id":"3","result":{"text":"a text id"}})",
          R"({"jsonrpc":"2.0","id":1,"result":{}})",
          R"({"jsonrpc":"2.0","method":"surface.next","params":[]})",
          R"({"jsonrpc":"2.0","method":"surface.next","params":{"subscription":"7"}})",
          R"({"jsonrpc":"2.0","method":"surface.next","params":{"subscription":8,"offset":0,"text":"x"}})",
          R"({"jsonrpc":"2.0","method":"surface.end","params":{"subscription":8}})",
          R"({"jsonrpc":"2.0","method":"surface.unheard_of","params":{}})",
          R"({"jsonrpc":"2.0","id":4,"method":"a request","params":{}})",
      }) {
    Say(line);
    ASSERT_FALSE(client_->closed()) << line;
  }
  EXPECT_EQ(log_, "");
  Say(R"({"jsonrpc":"2.0","id":3,"result":{"text":"y"}})");
  ASSERT_TRUE(reply_ && *reply_);
  EXPECT_EQ((*reply_)->text, "y");
}

TEST_F(ClientTest, AReplyOfAnotherTypeIsRefusedWithItsPlace) {
  StartCall();
  Say(R"({"jsonrpc":"2.0","id":2,"result":{"text":3}})");
  ASSERT_TRUE(reply_ && !*reply_);
  EXPECT_EQ(reply_->error().message(), "text: expected a string");
}

TEST_F(ClientTest, AChunkIsReadInWhateverFormItComes) {
  ReadStream();
  Say(Next(R"("offset":0,"text":"plain\n")"));
  Say(Next(R"("text":"other order\u00e9","offset":6)"));
  Say(Next(R"( "offset" : 20 , "text" : "blanks" )"));
  Say(Next(R"("offset":26,"base64":"//8=")"));
  EXPECT_EQ(log_, "0:plain\n;6:other order\u00e9;20:blanks;26:\xff\xff;");
  Say(R"({"jsonrpc":"2.0","method":"surface.end","params":{"subscription":7,"offset":28}})");
  ASSERT_TRUE(end_ && *end_);
  EXPECT_EQ(**end_, 28U);
}

TEST_F(ClientTest, AStreamWhoseChunkCannotBeReadEndsOnceAndHearsNothingMore) {
  for (const char* chunk :
       {R"("offset":0)", R"("offset":0,"text":3)", R"("offset":0,"base64":"???")"}) {
    log_.clear();
    end_.reset();
    Connect();
    ReadStream();
    Say(Next(chunk));
    ASSERT_TRUE(end_ && !*end_) << chunk;
    EXPECT_EQ(end_->error().code(), "bad_chunk");
    Say(Next(R"("offset":0,"text":"more")"));
    Say(R"({"jsonrpc":"2.0","method":"surface.end","params":{"subscription":7,"offset":4}})");
    EXPECT_EQ(log_, "");
  }
}

TEST_F(ClientTest, AnOffsetThatIsNoneIsNothingToCrashOver) {
  ReadStream();
  Say(Next(R"("offset":-1,"text":"a")"));
  Say(Next(R"("offset":1.5,"text":"b")"));
  Say(Next(R"("offset":18446744073709551615,"text":"c")"));
  Say(Next(R"("offset":"x","text":"d")"));
  EXPECT_EQ(log_, "0:a;0:b;18446744073709551615:c;0:d;");
  EXPECT_FALSE(client_->closed());
}

TEST_F(ClientTest, StateThatDoesNotDecodeIsReportedAndTheRestGoesOn) {
  std::vector<std::string> errors;
  std::vector<int64_t> counts;
  client_->Subscribe(Sample::gauge, std::function<void(const Gauge&)>([&](const Gauge& gauge) {
                       counts.push_back(gauge.count);
                     }),
                     [&](const base::Error& error) { errors.push_back(error.message()); });
  Say(R"({"jsonrpc":"2.0","id":2,"result":{"subscription":7}})");
  Say(Next(R"("snapshot":{"count":1},"version":1)"));
  Say(Next(R"("delta":{"colour":"purple"},"version":2)"));
  Say(Next(R"("delta":{"colour":"red","count":3},"version":3)"));
  EXPECT_EQ(counts, (std::vector<int64_t>{1, 3}));
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0], "colour: unknown word 'purple' (known: red, dark_blue)");
}

TEST_F(ClientTest, AFreshSnapshotReplacesWhatWasKnown) {
  std::map<std::string, Item> known;
  bool was_fresh = false;
  CollectionHandler<Item> handler;
  handler.on_snapshot = [&](std::map<std::string, Item> items, bool fresh) {
    known = std::move(items);
    was_fresh = fresh;
  };
  client_->Subscribe(Sample::items, std::move(handler));
  Say(R"({"jsonrpc":"2.0","id":2,"result":{"subscription":7}})");
  Say(Next(R"("snapshot":{"a":{"value":1}},"more":true)"));
  EXPECT_TRUE(known.empty()) << "half a snapshot";
  Say(Next(R"("snapshot":{"b":{"value":2}},"version":2)"));
  EXPECT_EQ(known.size(), 2U);
  EXPECT_FALSE(was_fresh);
  Say(Next(R"("snapshot":{"c":{"value":3}},"fresh":true,"version":9)"));
  EXPECT_EQ(known.size(), 1U);
  EXPECT_TRUE(was_fresh);
}

TEST_F(ClientTest, AfterItsDestructionNobodyIsCalledAndWhoWaitsIsTold) {
  ReadStream();
  StartCall();
  client_.reset();
  loop_.RunUntilIdle();
  ASSERT_TRUE(reply_ && !*reply_);
  EXPECT_EQ(reply_->error().kind(), base::ErrorKind::kGone);
  EXPECT_FALSE(end_);
}

TEST_F(ClientTest, ASubscriberThatThrowsEndsTheLinkAndNotItsReaderAlone) {
  StartCall();
  client_->Subscribe(Sample::gauge, std::function<void(const Gauge&)>([](const Gauge&) {
                       throw std::runtime_error("thrown on purpose");
                     }));
  Say(R"({"jsonrpc":"2.0","id":3,"result":{"subscription":7}})");
  Say(Next(R"("snapshot":{"count":1},"version":1)"));
  ASSERT_TRUE(reply_ && !*reply_);
  EXPECT_EQ(reply_->error(), base::Error(base::ErrorKind::kBug, "bug", "thrown on purpose"));
}

TEST_F(ClientTest, ItMayBeClosedAndSubscribedToFromInsideAHandler) {
  ReadStream();
  int late = 0;
  CollectionHandler<Item> handler;
  handler.on_snapshot = [&](std::map<std::string, Item>, bool) {
    client_->Close();
    client_->Subscribe(Sample::items, CollectionHandler<Item>(),
                       [&](const base::Error&) { ++late; });
  };
  client_->Subscribe(Sample::items, std::move(handler));
  Say(R"({"jsonrpc":"2.0","id":3,"result":{"subscription":8}})");
  Say(R"({"jsonrpc":"2.0","method":"surface.next","params":{"subscription":8,"snapshot":{},"version":1}})");
  EXPECT_TRUE(client_->closed());
  EXPECT_EQ(late, 1);
  EXPECT_TRUE(end_ && !*end_);
}

}  // namespace
}  // namespace surface
