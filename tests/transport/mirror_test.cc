// A surface served again from a client of it, and a smaller one made from it, over real links.
#include "surface/mirror.h"

#include <gtest/gtest.h>

#include "support/loop.h"
#include "support/sample_server.h"
#include "surface/projection.h"
#include "transport/memory_link.h"

namespace transport {
namespace {

using support::Gauge;
using support::Item;
using support::LogInput;
using support::News;
using support::Sample;
using support::SampleServer;
using support::Text;
using surface::Client;

class MirrorTest : public ::testing::Test {
 protected:
  ~MirrorTest() override {
    client_.reset();
    mirror_.Detach();
    loop_.RunUntilIdle();
    sessions_.Kill();
    loop_.RunUntilIdle();
  }

  std::unique_ptr<Client> Dial(surface::Server& server,
                               surface::ContractId id = surface::IdOf<Sample>()) {
    auto [server_end, client_end] = MakeMemoryLinks(loop_.executor());
    auto held = std::make_shared<std::unique_ptr<surface::Link>>(std::move(server_end));
    sessions_.Spawn("session", [&server, held] { return server.Serve(std::move(*held)); });
    auto client = loop_.Run(
        Client::ConnectRaw(loop_.executor(), std::move(client_end), std::move(id), "test"));
    EXPECT_TRUE(client);
    return std::move(*client);
  }

  void Follow() {
    client_ = Dial(mirror_.server());
    client_->Subscribe(Sample::gauge, std::function<void(const Gauge&)>([this](const Gauge& gauge) {
                         counts_.push_back(gauge.count);
                       }));
    surface::CollectionHandler<Item> handler;
    handler.on_snapshot = [this](std::map<std::string, Item> items, bool) {
      ++snapshots_;
      items_ = std::move(items);
    };
    handler.on_upsert = [this](const std::string& key, Item item) { items_[key] = item; };
    handler.on_remove = [this](const std::string& key) { items_.erase(key); };
    client_->Subscribe(Sample::items, std::move(handler));
    client_->Subscribe(Sample::news, std::function<void(const News&)>([this](const News& news) {
                         news_.push_back(news.number);
                       }));
    loop_.RunUntilIdle();
  }

  support::Loop loop_;
  SampleServer first_{loop_.executor()};
  SampleServer second_{loop_.executor()};
  async::TaskGroup sessions_{loop_.executor()};
  surface::Mirror mirror_{loop_.executor(), surface::DescribeSurface<Sample>(), "mirror"};
  std::unique_ptr<Client> client_;
  std::vector<int64_t> counts_;
  std::map<std::string, Item> items_;
  std::vector<int64_t> news_;
  int snapshots_ = 0;
};

TEST_F(MirrorTest, StateEventsStreamsAndCallsPassThroughIt) {
  first_.gauge.Set(Gauge{.count = 1});
  first_.items.Put("a", Item{1, ""});
  mirror_.Attach(Dial(first_.server()));
  loop_.RunUntilIdle();
  Follow();
  first_.gauge.Set(Gauge{.count = 2});
  first_.items.Put("b", Item{2, ""});
  first_.items.Remove("a");
  first_.news.Emit(News{7});
  loop_.RunUntilIdle();
  EXPECT_EQ(counts_, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(items_, (std::map<std::string, Item>{{"b", {2, ""}}}));
  EXPECT_EQ(news_, (std::vector<int64_t>{7}));
  const auto reply = loop_.Run(client_->Call(Sample::echo, Text{"x"}));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->text, "x");
  const auto refusal = loop_.Run(
      client_->Call(Sample::fail, support::Failure{"busy", "held", "somebody holds it", "wait"}));
  ASSERT_FALSE(refusal);
  EXPECT_EQ(refusal.error(),
            base::Error(base::ErrorKind::kBusy, "held", "somebody holds it", "wait"));
}

TEST_F(MirrorTest, AStreamIsExactThroughItAlsoForAReaderThatStops) {
  std::string log(size_t{7} << 20, ' ');
  for (size_t i = 0; i < log.size(); ++i) {
    log[i] = static_cast<char>(i % 300 == 7 ? 0xff : 'a' + i % 26);
  }
  first_.log->Append(log);
  first_.log->End();
  mirror_.Attach(Dial(first_.server()));
  client_ = Dial(mirror_.server());
  // A reader that does not read: a session whose client end nobody turns.
  auto [server_end, client_end] = MakeMemoryLinks(loop_.executor());
  auto held = std::make_shared<std::unique_ptr<surface::Link>>(std::move(server_end));
  sessions_.Spawn("stopped", [this, held] { return mirror_.server().Serve(std::move(*held)); });
  ASSERT_TRUE(
      loop_.Run(client_end->Send(R"({"jsonrpc":"2.0","id":1,"method":"surface.subscribe","params":)"
                                 R"({"member":"log","input":{"name":"log","offset":0}}})"
                                 "\n")));
  loop_.RunUntilIdle();
  std::string got;
  std::optional<base::Result<uint64_t>> end;
  surface::StreamHandler handler;
  handler.on_bytes = [&](uint64_t offset, std::string_view bytes) {
    EXPECT_EQ(offset, 1000 + got.size());
    got += bytes;
  };
  handler.on_end = [&](base::Result<uint64_t> result) { end = std::move(result); };
  client_->Subscribe(Sample::log, LogInput{"log", 1000}, std::move(handler));
  ASSERT_TRUE(loop_.RunUntil([&] { return end.has_value(); }));
  EXPECT_TRUE(got == log.substr(1000));
  EXPECT_TRUE(*end && **end == log.size());
  client_end->Close();
  loop_.RunUntilIdle();
}

TEST_F(MirrorTest, AnotherUpstreamIsADeltaToWhoFollows) {
  first_.gauge.Set(Gauge{.count = 1});
  first_.items.Put("stays", Item{1, ""});
  first_.items.Put("goes", Item{1, ""});
  second_.gauge.Set(Gauge{.count = 9});
  second_.items.Put("stays", Item{1, ""});
  second_.items.Put("comes", Item{2, ""});
  mirror_.Attach(Dial(first_.server()));
  loop_.RunUntilIdle();
  Follow();
  mirror_.Detach();
  loop_.RunUntilIdle();
  EXPECT_EQ(items_.size(), 2U) << "state stays as last seen";
  const auto unreachable = loop_.Run(client_->Call(Sample::echo, Text{"x"}));
  ASSERT_FALSE(unreachable);
  EXPECT_EQ(unreachable.error().kind(), base::ErrorKind::kGone);
  mirror_.Attach(Dial(second_.server()));
  loop_.RunUntilIdle();
  EXPECT_EQ(counts_.back(), 9);
  EXPECT_EQ(items_, (std::map<std::string, Item>{{"stays", {1, ""}}, {"comes", {2, ""}}}));
  EXPECT_EQ(snapshots_, 1);
}

TEST_F(MirrorTest, WhatIsNoLongerItsUpstreamIsNoLongerHeard) {
  first_.gauge.Set(Gauge{.count = 1});
  second_.gauge.Set(Gauge{.count = 2});
  const std::shared_ptr<Client> old = Dial(first_.server());
  mirror_.Attach(old);
  loop_.RunUntilIdle();
  Follow();
  mirror_.Attach(Dial(second_.server()));
  loop_.RunUntilIdle();
  first_.gauge.Set(Gauge{.count = 100});
  first_.items.Put("late", Item{1, ""});
  loop_.RunUntilIdle();
  EXPECT_EQ(counts_, (std::vector<int64_t>{1, 2}));
  EXPECT_TRUE(items_.empty());
}

TEST_F(MirrorTest, AProjectionHasWhatWasNamedAndNothingElse) {
  constexpr std::array<std::string_view, 2> kExposed{"gauge", "echo"};
  const auto small = surface::Project(first_.server(), {"small", 3, 0}, kExposed);
  first_.gauge.Set(Gauge{.count = 5});
  client_ = Dial(*small, {"small", 3, 1});
  client_->Subscribe(Sample::gauge, std::function<void(const Gauge&)>([this](const Gauge& gauge) {
                       counts_.push_back(gauge.count);
                     }));
  std::string refusal;
  client_->Subscribe(Sample::items, surface::CollectionHandler<Item>(),
                     [&](const base::Error& error) { refusal = error.message(); });
  loop_.RunUntilIdle();
  first_.gauge.Set(Gauge{.count = 6});
  loop_.RunUntilIdle();
  EXPECT_EQ(counts_, (std::vector<int64_t>{5, 6}));
  EXPECT_EQ(refusal, "small has no member 'items' to subscribe to");
  EXPECT_TRUE(loop_.Run(client_->Call(Sample::echo, Text{"x"})));
  const auto hidden = loop_.Run(client_->Call(Sample::fail, support::Failure()));
  ASSERT_FALSE(hidden);
  EXPECT_EQ(hidden.error().code(), "unknown_method");
  EXPECT_FALSE(loop_.Run(client_->Stop()));
  client_.reset();
  loop_.RunUntilIdle();
}

}  // namespace
}  // namespace transport
