#include "mcp/expose.h"

#include <gtest/gtest.h>

#include <string>

#include "../../examples/counter/counter_surface.h"
#include "async/task_group.h"
#include "mcp/peer.h"
#include "support/fake_clock.h"
#include "support/loop.h"
#include "surface/cell.h"
#include "surface/collection.h"
#include "surface/server.h"
#include "surface/stream.h"
#include "transport/memory_link.h"

namespace mcp {
namespace {

using boost::asio::awaitable;
using counter::Counter;

/// The counter of examples/, served, and reached over links that the test can cut.
class CounterApp final : public SurfaceDoor {
 public:
  explicit CounterApp(const boost::asio::any_io_executor& executor)
      : executor_(executor),
        log_([](const counter::LogInput&) -> base::Result<std::unique_ptr<surface::Feed>> {
          return base::Fail(base::ErrorKind::kGone, "no_log", "none");
        }),
        server_(executor, surface::DescribeSurface<Counter>(), "test"),
        tasks_(executor) {
    EXPECT_TRUE(state.Set(counter::State{}));
    server_.Bind(Counter::state, state);
    server_.Bind(Counter::log, log_);
    server_.Bind(Counter::add, [this](counter::AddRequest request, surface::Caller) {
      return Add(this, request.amount);
    });
  }

  awaitable<base::Result<std::shared_ptr<surface::Client>>> Open() override {
    if (client_ == nullptr || client_->closed()) {
      auto links = transport::MakeMemoryLinks(executor_);
      auto shared = std::make_shared<std::unique_ptr<surface::Link>>(std::move(links.second));
      tasks_.Spawn("serve", [this, shared] { return server_.Serve(std::move(*shared)); });
      auto client =
          co_await surface::Client::Connect<Counter>(executor_, std::move(links.first), "exposed");
      if (!client) {
        co_return base::Pass(client.error());
      }
      client_ = std::move(*client);
    }
    co_return client_;
  }
  void Cut() { client_->Close(); }
  /// The loop has to run once more then.
  void End() {
    client_.reset();
    tasks_.Kill();
  }

  surface::CellSource<counter::State> state;

 private:
  class LogSource final : public surface::Source {
   public:
    using Opener =
        std::function<base::Result<std::unique_ptr<surface::Feed>>(const counter::LogInput&)>;
    explicit LogSource(Opener opener) : opener_(std::move(opener)) {}
    base::Result<std::unique_ptr<surface::Feed>> Open(const base::json::value&,
                                                      surface::Waker) override {
      return opener_(counter::LogInput());
    }

   private:
    Opener opener_;
  };

  static awaitable<base::Result<counter::State>> Add(CounterApp* app, int64_t amount) {
    if (amount > 1000) {
      co_return base::Fail(base::ErrorKind::kUsage, "too_much", "that is too much", "add less");
    }
    app->value_.value += amount;
    EXPECT_TRUE(app->state.Set(app->value_));
    co_return app->value_;
  }

  boost::asio::any_io_executor executor_;
  counter::State value_;
  LogSource log_;
  surface::Server server_;
  std::shared_ptr<surface::Client> client_;
  async::TaskGroup tasks_;
};

constexpr std::array kNotes{FieldNote{"amount", "how much more", {}, 5000}};
constexpr std::array kRows{
    Exposed{"counter", "The counter", "Its value.", {}, {}},
    Exposed{"counter.add", "Add", "Raises it.", ToolHints{false, false, false, false}, kNotes},
};

class ExposeTest : public testing::Test {
 protected:
  ExposeTest()
      : app(loop.executor()),
        server(loop.executor(), clock, ServerInfo{"counter", "", "1", "", "", "", false, 9}),
        exposed(server, surface::DescribeSurface<Counter>(), kRows, app),
        peer(loop, server) {
    peer.Initialize();
  }
  void TearDown() override {
    loop.Run(peer.session().Close());
    app.End();
    loop.RunUntilIdle();
  }

  support::Loop loop;
  support::FakeClock clock;
  CounterApp app;
  Server server;
  ExposedSurface exposed;
  Peer peer;
};

TEST_F(ExposeTest, AProcedureIsAToolWithTheSchemasOfItsDeclaration) {
  const auto tool = peer.Call("tools/list").at("result").at("tools").at(0);
  EXPECT_EQ(At(tool, "/name"), "counter_add");
  EXPECT_EQ(base::json::serialize(At(tool, "/inputSchema")),
            R"({"type":"object","properties":{"amount":{"type":"integer","description":)"
            R"("how much more","maximum":5000}},"required":["amount"],)"
            R"("additionalProperties":false})");
  const auto answer = peer.Call("tools/call", R"({"name":"counter_add","arguments":{"amount":4}})");
  EXPECT_EQ(At(answer, "/result/structuredContent/value"), 4);
}

TEST_F(ExposeTest, WhatIsNotNamedDoesNotExist) {
  EXPECT_EQ(At(peer.Call("resources/list"), "/result/resources").as_array().size(), 1u);
  EXPECT_EQ(At(peer.Call("tools/list"), "/result/tools").as_array().size(), 1u);
  for (const std::string uri :
       {"surface://streams/log", "surface://cells/log", "surface://cells/counter/x", "x"}) {
    EXPECT_EQ(CodeOf(peer.Call("resources/read", R"({"uri":")" + uri + R"("})")), kInvalidParams);
    EXPECT_EQ(CodeOf(peer.Call("resources/subscribe", R"({"uri":")" + uri + R"("})")),
              kInvalidParams);
  }
}

TEST_F(ExposeTest, ARefusalOfTheSurfaceIsAResultWithItsCode) {
  const auto answer =
      peer.Call("tools/call", R"({"name":"counter_add","arguments":{"amount":2000}})");
  EXPECT_EQ(At(answer, "/result/isError"), true);
  EXPECT_EQ(At(answer, "/result/structuredContent/error/code"), "too_much");
  EXPECT_EQ(At(answer, "/result/structuredContent/error/hint"), "add less");
}

TEST_F(ExposeTest, ACellIsReadAndItsChangesAreTold) {
  const std::string read = R"({"uri":"surface://cells/counter"})";
  EXPECT_EQ(At(peer.Call("resources/read", read), "/result/contents/0/text"),
            R"({"value":0,"raised_by":""})");
  peer.Call("resources/subscribe", read);
  peer.heard().texts.clear();
  EXPECT_TRUE(app.state.Set(counter::State{7, "test"}));
  loop.RunUntilIdle();
  EXPECT_EQ(peer.Notified("notifications/resources/updated").size(), 1u);
}

TEST_F(ExposeTest, AWatchGoesOnOverTheNextLink) {
  peer.Call("resources/subscribe", R"({"uri":"surface://cells/counter"})");
  app.Cut();
  loop.Advance(clock, std::chrono::seconds(2));
  peer.heard().texts.clear();
  EXPECT_TRUE(app.state.Set(counter::State{8, "test"}));
  loop.Advance(clock, std::chrono::seconds(1));
  EXPECT_EQ(peer.Notified("notifications/resources/updated").size(), 1u);
}

}  // namespace
}  // namespace mcp
