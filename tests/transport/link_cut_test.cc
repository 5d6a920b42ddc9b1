// A link is cut after every single byte of a whole session, in either direction: nothing crashes,
// nothing hangs, and everybody who waited is told.
#include <gtest/gtest.h>

#include "transport/link_law.h"

namespace transport {
namespace {

using support::FaultyLink;
using support::Gauge;
using support::Item;
using support::LogInput;
using support::News;
using support::Sample;
using support::Text;

constexpr size_t kNever = std::numeric_limits<size_t>::max();

/// What one session came to.
struct Outcome {
  bool finished = false;
  bool stream_ended = false;
  bool stream_whole = false;
  size_t failed_calls = 0;
  std::vector<base::Error> errors;
  std::optional<base::Error> closed;
  size_t client_bytes = 0;
  size_t server_bytes = 0;
};

/// One whole session: hello, every kind of member, calls, an unsubscribe, a stop.
class CutSession {
 public:
  CutSession(LinkKind kind, size_t server_budget, size_t client_budget)
      : links_(kind, loop_.executor()) {
    auto [server_end, client_end] = links_.Make();
    server_.gauge.Set(Gauge{.count = 1});
    server_.items.Put("a", Item{1, "one"});
    server_.log->Append("first line\n");
    server_.server().OnStop([this](const surface::Caller&) { server_.server().CloseAll("asked"); });
    server_.Serve(
        std::make_unique<FaultyLink>(std::move(server_end), server_budget, server_meter_));
    tasks_.Spawn("session", [this, client_budget, end = std::move(client_end)]() mutable {
      return Run(this, std::make_unique<FaultyLink>(std::move(end), client_budget, client_meter_));
    });
  }

  Outcome Finish() {
    EXPECT_TRUE(loop_.RunUntil([this] { return tasks_.size() == 0; })) << "it hangs";
    loop_.RunUntilIdle();
    outcome_.client_bytes = client_meter_->sent;
    outcome_.server_bytes = server_meter_->sent;
    EXPECT_EQ(server_.server().sessions(), 0U);
    EXPECT_EQ(server_.tasks(), 0U);
    EXPECT_EQ(server_.held(), 0);
    return std::move(outcome_);
  }

 private:
  template <class T>
  void Note(const base::Result<T>& result) {
    if (!result) {
      ++outcome_.failed_calls;
      outcome_.errors.push_back(result.error());
    }
  }

  static boost::asio::awaitable<void> Run(CutSession* self, std::unique_ptr<surface::Link> link) {
    auto connected =
        co_await surface::Client::Connect<Sample>(self->loop_.executor(), std::move(link), "test");
    self->Note(connected);
    if (!connected) {
      co_return;
    }
    const std::unique_ptr<surface::Client> client = std::move(*connected);
    Outcome& outcome = self->outcome_;
    std::string log;
    surface::StreamHandler stream;
    stream.on_bytes = [&log](uint64_t offset, std::string_view bytes) {
      EXPECT_EQ(offset, log.size());
      log += bytes;
    };
    stream.on_end = [&](base::Result<uint64_t> end) {
      EXPECT_FALSE(outcome.stream_ended);
      outcome.stream_ended = true;
      outcome.stream_whole = end.has_value();
      self->Note(end);
    };
    const LogInput input{"log", 0};
    client->Subscribe(Sample::log, input, std::move(stream));
    client->Subscribe(Sample::gauge, std::function<void(const Gauge&)>([](const Gauge&) {}));
    const int64_t items = client->Subscribe(Sample::items, surface::CollectionHandler<Item>());
    client->Subscribe(Sample::news, std::function<void(const News&)>([](const News&) {}));
    for (int i = 0; i < 2; ++i) {
      Text text{"text " + std::to_string(i)};
      const auto reply = co_await client->Call(Sample::echo, std::move(text));
      self->Note(reply);
      self->server_.items.Put("b", Item{i, ""});
      self->server_.gauge.Set(Gauge{.count = i});
      self->server_.news.Emit(News{i});
      self->server_.log->Append("another line\xff\n");
    }
    client->Unsubscribe(items);
    self->server_.log->End();
    support::Failure failure{"busy", "held", "somebody holds it", ""};
    const auto refused = co_await client->Call(Sample::fail, std::move(failure));
    if (refused.error().code() != "held") {
      self->Note(refused);
    }
    const auto stopped = co_await client->Stop();
    self->Note(stopped);
    outcome.closed = co_await client->Closed();
    outcome.finished = true;
    EXPECT_TRUE(outcome.stream_ended);
    if (outcome.stream_whole) {
      EXPECT_EQ(log, self->server_.log->bytes());
    }
  }

  support::Loop loop_;
  LinkMaker links_;
  support::SampleServer server_{loop_.executor()};
  std::shared_ptr<FaultyLink::Meter> server_meter_ = std::make_shared<FaultyLink::Meter>();
  std::shared_ptr<FaultyLink::Meter> client_meter_ = std::make_shared<FaultyLink::Meter>();
  Outcome outcome_;
  async::TaskGroup tasks_{loop_.executor()};
};

class LinkCut : public ::testing::TestWithParam<LinkKind> {};
INSTANTIATE_TEST_SUITE_P(Every, LinkCut, EveryLink(), ParamName);

TEST_P(LinkCut, TheUncutSessionGoesThrough) {
  const Outcome outcome = CutSession(GetParam(), kNever, kNever).Finish();
  EXPECT_TRUE(outcome.finished);
  EXPECT_TRUE(outcome.stream_whole);
  EXPECT_EQ(outcome.failed_calls, 0U);
  ASSERT_TRUE(outcome.closed);
  EXPECT_EQ(outcome.closed->code(), "closing");
}

void ExpectHonest(const Outcome& outcome, size_t cut) {
  EXPECT_GT(outcome.failed_calls, 0U) << "cut after " << cut << " bytes";
  for (const base::Error& error : outcome.errors) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kGone) << error.message() << " after " << cut;
  }
}

TEST_P(LinkCut, WhateverByteOfTheServersItIsCutAfterTheClientIsTold) {
  const Outcome whole = CutSession(GetParam(), kNever, kNever).Finish();
  ASSERT_GT(whole.server_bytes, 500U);
  const std::string closing =
      R"({"jsonrpc":"2.0","method":"surface.closing","params":{"reason":"asked"}})";
  for (size_t cut = 0; cut < whole.server_bytes; ++cut) {
    const Outcome outcome = CutSession(GetParam(), cut, kNever).Finish();
    // Once the last answer is through, only the farewell can be missing.
    if (cut < whole.server_bytes - closing.size() - 1) {
      ExpectHonest(outcome, cut);
    }
    if (HasFailure()) {
      FAIL() << "cut after " << cut << " of " << whole.server_bytes;
    }
  }
}

TEST_P(LinkCut, WhateverByteOfTheClientsItIsCutAfterBothSidesEnd) {
  const Outcome whole = CutSession(GetParam(), kNever, kNever).Finish();
  ASSERT_GT(whole.client_bytes, 500U);
  for (size_t cut = 0; cut < whole.client_bytes; ++cut) {
    const Outcome outcome = CutSession(GetParam(), kNever, cut).Finish();
    ExpectHonest(outcome, cut);
    if (HasFailure()) {
      FAIL() << "cut after " << cut << " of " << whole.client_bytes;
    }
  }
}

}  // namespace
}  // namespace transport
