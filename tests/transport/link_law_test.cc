// What holds for every link between a client and a server. Limits, floods and broken peers are in
// link_limits_test.cc.
#include "transport/link_law.h"

#include <gtest/gtest.h>

#include <random>

#include "support/feed_reader.h"

namespace transport {
namespace {

using support::Colour;
using support::Failure;
using support::Gauge;
using support::Item;
using support::LogInput;
using support::News;
using support::Sample;
using support::Text;

class LinkLaw : public LawFixture {};
INSTANTIATE_TEST_SUITE_P(Every, LinkLaw, EveryLink(), ParamName);

/// What one reader of the stream got.
struct Reading {
  std::string bytes;
  uint64_t start = 0;
  std::optional<base::Result<uint64_t>> end;

  surface::StreamHandler Handler() {
    surface::StreamHandler handler;
    handler.on_bytes = [this](uint64_t offset, std::string_view chunk) {
      EXPECT_EQ(offset, start + bytes.size());
      bytes += chunk;
    };
    handler.on_end = [this](base::Result<uint64_t> result) {
      EXPECT_FALSE(end) << "a stream ends once";
      end = std::move(result);
    };
    return handler;
  }
};

TEST_P(LinkLaw, HelloTellsContractBuildAndProcess) {
  const auto client = Connect();
  EXPECT_EQ(client->hello().contract, surface::IdOf<Sample>());
  EXPECT_EQ(client->hello().build, "build-of-the-server");
  EXPECT_EQ(client->hello().pid, getpid());
  EXPECT_EQ(client->hello().hash, surface::DescribeSurface<Sample>().hash);
}

TEST_P(LinkLaw, AnotherMajorOrNameIsRefusedInWordsAndAnotherMinorTalks) {
  const auto other = ConnectAs({"sample", 2, 0});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error(),
            base::Error(base::ErrorKind::kVersion, "contract_mismatch",
                        "the other side (build 'build-of-the-server') speaks 'sample' 1.2, this "
                        "one 'sample' 2.0"));
  const auto renamed = ConnectAs({"counter", 1, 2});
  ASSERT_FALSE(renamed);
  EXPECT_EQ(renamed.error().kind(), base::ErrorKind::kVersion);
  EXPECT_TRUE(ConnectAs({"sample", 1, 0}));
  EXPECT_TRUE(ConnectAs({"sample", 1, 99}));
}

TEST_P(LinkLaw, DescribeTellsTheWholeContract) {
  const auto client = Connect();
  const auto json = loop_.Run(client->CallRaw("surface.describe", "{}"));
  ASSERT_TRUE(json) << json.error().message();
  EXPECT_EQ(base::json::serialize(*json), base::json::serialize(base::json::parse(surface::Encoded(
                                              surface::DescribeSurface<Sample>()))));
}

TEST_P(LinkLaw, ProceduresAnswerTyped) {
  const auto client = Connect();
  const std::string text = "né \"quoted\" \n\t 🙂 " + std::string(100000, 'x');
  const auto reply = loop_.Run(client->Call(Sample::echo, Text{text}));
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->text, text);
}

TEST_P(LinkLaw, EveryKindOfErrorSurvives) {
  const auto client = Connect();
  for (int kind = 0; kind <= static_cast<int>(base::ErrorKind::kBug); ++kind) {
    const base::Error error(static_cast<base::ErrorKind>(kind), "a_code", "it is 'so'", "try this");
    const auto reply =
        loop_.Run(client->Call(Sample::fail, Failure{std::string(base::KindName(error.kind())),
                                                     error.code(), error.message(), error.hint()}));
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error(), error);
  }
}

TEST_P(LinkLaw, AHandlerThatThrowsIsABugToItsCallerAndNothingToOthers) {
  const auto client = Connect();
  const auto reply = loop_.Run(client->Call(Sample::fail, Failure{.kind = "throw"}));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind(), base::ErrorKind::kBug);
  EXPECT_EQ(reply.error().message(), "fail: thrown on purpose");
  EXPECT_TRUE(loop_.Run(client->Call(Sample::echo, Text{"on"})));
}

TEST_P(LinkLaw, AnUnknownMethodAndBadParamsAreRefusedByName) {
  const auto client = Connect();
  const auto unknown = loop_.Run(client->CallRaw("nothing.here", "{}"));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error(), base::Error(base::ErrorKind::kUsage, "unknown_method",
                                         "sample has no procedure 'nothing.here'"));
  const auto control = loop_.Run(client->CallRaw("surface.nothing", "{}"));
  ASSERT_FALSE(control);
  EXPECT_EQ(control.error().code(), "unknown_method");
  const auto bad = loop_.Run(client->CallRaw("echo", R"({"text":3})"));
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error(),
            base::Error(base::ErrorKind::kInput, "bad_value", "text: expected a string"));
}

TEST_P(LinkLaw, CallsRunAtTheSameTime) {
  const auto client = Connect();
  async::TaskGroup calls(loop_.executor());
  int answered = 0;
  for (int i = 0; i < 10; ++i) {
    calls.Spawn("hold", [&]() -> boost::asio::awaitable<void> {
      const auto reply = co_await client->Call(Sample::hold, surface::Nothing());
      answered += reply ? 1 : 0;
    });
  }
  loop_.RunUntilIdle();
  EXPECT_EQ(server_.held(), 10);
  EXPECT_EQ(answered, 0);
  // A later call is not behind them.
  EXPECT_TRUE(loop_.Run(client->Call(Sample::echo, Text{"past"})));
  for (int i = 0; i < 10; ++i) {
    server_.Release();
    loop_.RunUntilIdle();
    EXPECT_EQ(answered, i + 1);
  }
}

TEST_P(LinkLaw, ADisconnectCancelsTheCallsOfThatClientOnly) {
  auto leaves = Connect();
  const auto stays = Connect();
  async::TaskGroup calls(loop_.executor());
  std::vector<base::Error> failures;
  for (surface::Client* client : {leaves.get(), stays.get()}) {
    calls.Spawn("hold", [&failures, client]() -> boost::asio::awaitable<void> {
      const auto reply = co_await client->Call(Sample::hold, surface::Nothing());
      if (!reply) {
        failures.push_back(reply.error());
      }
    });
  }
  loop_.RunUntilIdle();
  ASSERT_EQ(server_.held(), 2);
  leaves.reset();
  loop_.RunUntilIdle();
  EXPECT_EQ(server_.held(), 1);
  EXPECT_EQ(server_.server().sessions(), 1U);
  server_.Release();
  loop_.RunUntilIdle();
  EXPECT_EQ(server_.held(), 0);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].kind(), base::ErrorKind::kGone);
}

TEST_P(LinkLaw, ACellIsASnapshotThenWhatChanged) {
  server_.gauge.Set(Gauge{.count = 1, .text = "one"});
  const auto client = Connect();
  std::vector<Gauge> seen;
  client->Subscribe(Sample::gauge,
                    std::function<void(const Gauge&)>([&](const Gauge& g) { seen.push_back(g); }));
  loop_.RunUntilIdle();
  server_.gauge.Set(Gauge{.count = 2, .text = "one", .colour = Colour::kDarkBlue});
  loop_.RunUntilIdle();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0], (Gauge{.count = 1, .text = "one"}));
  EXPECT_EQ(seen[1], (Gauge{.count = 2, .text = "one", .colour = Colour::kDarkBlue}));
}

TEST_P(LinkLaw, SnapshotsAndDeltasHaveNoGapAndNoRepeatWhileTheSourceChangesInEveryTurn) {
  const auto client = Connect();
  struct Follower {
    support::CollectionCopy copy;
    support::CellCopy cell;
    std::vector<uint64_t> versions;
    size_t snapshots = 0;
  };
  std::vector<std::unique_ptr<Follower>> followers;
  int64_t next = 0;
  const auto change = [&] {
    ++next;
    server_.items.Put("key" + std::to_string(next % 7), Item{next, ""});
    if (next % 3 == 0) {
      server_.items.Remove("key" + std::to_string(next % 5));
    }
    server_.gauge.Set(Gauge{.count = next});
  };
  const auto subscribe = [&] {
    Follower& follower = *followers.emplace_back(std::make_unique<Follower>());
    surface::Client::RawHandler on_items;
    on_items.on_next = [&follower](const base::json::object& params) {
      follower.copy.Apply(params);
      follower.snapshots += params.contains("snapshot") ? 1 : 0;
      follower.versions.push_back(params.at("version").to_number<uint64_t>());
    };
    client->SubscribeRaw("items", "{}", std::move(on_items));
    surface::Client::RawHandler on_gauge;
    on_gauge.on_next = [&follower](const base::json::object& params) {
      follower.cell.Apply(params);
    };
    client->SubscribeRaw("gauge", "{}", std::move(on_gauge));
  };
  for (int turn = 0; turn < 2000; ++turn) {
    change();
    if (turn % 100 == 0) {
      subscribe();
    }
    loop_.context().restart();
    loop_.context().poll_one();
  }
  loop_.RunUntilIdle();
  support::CollectionCopy::Items now;
  for (const auto& item : server_.items.state().items()) {
    if (!item.json.empty()) {
      now[item.key] = item.json;
    }
  }
  for (const auto& follower : followers) {
    EXPECT_EQ(follower->copy.items(), now);
    EXPECT_EQ(follower->cell.fields().at("count").as_int64(), next);
    EXPECT_EQ(follower->snapshots, 1U);
    for (size_t i = 1; i < follower->versions.size(); ++i) {
      ASSERT_LT(follower->versions[i - 1], follower->versions[i]);
    }
    ASSERT_FALSE(follower->versions.empty());
    EXPECT_EQ(follower->versions.back(), server_.items.state().version());
  }
  EXPECT_GT(followers.front()->versions.size(), 20U) << "the changes all came as one";
}

TEST_P(LinkLaw, ATypedCollectionFollows) {
  server_.items.Put("a", Item{1, ""});
  const auto client = Connect();
  std::map<std::string, Item> known;
  int batches = 0;
  surface::CollectionHandler<Item> handler;
  handler.on_snapshot = [&](std::map<std::string, Item> items, bool fresh) {
    EXPECT_FALSE(fresh);
    known = std::move(items);
  };
  handler.on_upsert = [&](const std::string& key, Item item) { known[key] = std::move(item); };
  handler.on_remove = [&](const std::string& key) { known.erase(key); };
  handler.on_batch = [&] { ++batches; };
  client->Subscribe(Sample::items, std::move(handler));
  loop_.RunUntilIdle();
  server_.items.Put("b", Item{2, "two"});
  server_.items.Put("c", Item{3, ""});
  server_.items.Remove("a");
  loop_.RunUntilIdle();
  EXPECT_EQ(known, (std::map<std::string, Item>{{"b", {2, "two"}}, {"c", {3, ""}}}));
  EXPECT_EQ(batches, 2);
}

TEST_P(LinkLaw, EventsComeOnceAndInOrder) {
  const auto client = Connect();
  std::vector<int64_t> seen;
  server_.news.Emit(News{0});
  client->Subscribe(Sample::news, std::function<void(const News&)>(
                                      [&](const News& news) { seen.push_back(news.number); }));
  loop_.RunUntilIdle();
  for (int i = 1; i <= 100; ++i) {
    server_.news.Emit(News{i});
    if (i % 10 == 0) {
      loop_.RunUntilIdle();
    }
  }
  ASSERT_EQ(seen.size(), 100U);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(seen[i], i + 1);
  }
}

TEST_P(LinkLaw, ASubscriberIsToldHowManyEventsItMissed) {
  const auto client = Connect();
  std::vector<int64_t> seen;
  client->Subscribe(Sample::news, std::function<void(const News&)>([&](const News& news) {
                      seen.push_back(news.number);
                    }),
                    {}, [&](uint64_t count) { seen.push_back(-static_cast<int64_t>(count)); });
  loop_.RunUntilIdle();
  const int count = static_cast<int>(surface::RawEventSource::kMaxQueued) + 3;
  for (int i = 0; i < count; ++i) {
    EXPECT_TRUE(server_.news.Emit(News{i}));
  }
  loop_.RunUntilIdle();
  server_.news.Lost(7);
  EXPECT_TRUE(server_.news.Emit(News{count}));
  loop_.RunUntilIdle();
  ASSERT_EQ(seen.size(), surface::RawEventSource::kMaxQueued + 3);
  EXPECT_EQ(seen[0], -3);
  EXPECT_EQ(seen[1], 3);
  EXPECT_EQ(seen[seen.size() - 3], count - 1);
  EXPECT_EQ(seen[seen.size() - 2], -7);
  EXPECT_EQ(seen.back(), count);
}

TEST_P(LinkLaw, AStreamIsByteExactFromAnyOffsetHoweverItGrows) {
  for (uint32_t seed = 0; seed < 12; ++seed) {
    std::mt19937 random(seed);
    server_.log = std::make_shared<support::TextLog>();
    const auto client = Connect();
    std::vector<std::unique_ptr<Reading>> readings;
    for (int step = 0; step < 30; ++step) {
      std::string piece(random() % (step % 9 == 0 ? 300000 : 2000), ' ');
      for (char& byte : piece) {
        byte = static_cast<char>(seed % 2 == 0 ? random() : 'a' + random() % 26);
      }
      server_.log->Append(piece);
      if (step % 6 == 0) {
        Reading& reading = *readings.emplace_back(std::make_unique<Reading>());
        reading.start = random() % (server_.log->bytes().size() + 1);
        client->Subscribe(Sample::log, LogInput{"log", reading.start}, reading.Handler());
      }
      for (uint32_t turns = random() % 40; turns > 0; --turns) {
        loop_.context().restart();
        loop_.context().poll_one();
      }
    }
    server_.log->End();
    loop_.RunUntilIdle();
    for (const auto& reading : readings) {
      ASSERT_TRUE(reading->bytes == server_.log->bytes().substr(reading->start));
      ASSERT_TRUE(reading->end && *reading->end);
      EXPECT_EQ(**reading->end, server_.log->bytes().size());
    }
  }
}

TEST_P(LinkLaw, AStreamThatCannotGoOnEndsWithTheError) {
  const auto client = Connect();
  Reading reading;
  Reading nothing;
  server_.log->Append("abc");
  client->Subscribe(Sample::log, LogInput{"log", 0}, reading.Handler());
  client->Subscribe(Sample::log, LogInput{"other", 0}, nothing.Handler());
  loop_.RunUntilIdle();
  ASSERT_TRUE(nothing.end && !*nothing.end);
  EXPECT_EQ(nothing.end->error(),
            base::Error(base::ErrorKind::kGone, "no_log", "there is no such log"));
  EXPECT_FALSE(reading.end);
  server_.log->Break(base::Error(base::ErrorKind::kHost, "io", "input/output error"));
  loop_.RunUntilIdle();
  EXPECT_EQ(reading.bytes, "abc");
  ASSERT_TRUE(reading.end && !*reading.end);
  EXPECT_EQ(reading.end->error().code(), "io");
}

TEST_P(LinkLaw, AMemberThatDoesNotExistIsRefusedByName) {
  const auto client = Connect();
  std::optional<base::Error> refusal;
  client->Subscribe(surface::Cell<Gauge>{"nothing"}, std::function<void(const Gauge&)>(),
                    [&](const base::Error& error) { refusal = error; });
  loop_.RunUntilIdle();
  ASSERT_TRUE(refusal);
  EXPECT_EQ(*refusal, base::Error(base::ErrorKind::kUsage, "unknown_member",
                                  "sample has no member 'nothing' to subscribe to"));
}

TEST_P(LinkLaw, AfterUnsubscribeNothingComesAnyMore) {
  const auto client = Connect();
  int seen = 0;
  int64_t subscription = 0;
  const auto handler = std::function<void(const Gauge&)>([&](const Gauge&) {
    ++seen;
    client->Unsubscribe(subscription);  // from inside, too
  });
  server_.gauge.Set(Gauge{.count = 1});
  subscription = client->Subscribe(Sample::gauge, handler);
  loop_.RunUntilIdle();
  server_.gauge.Set(Gauge{.count = 2});
  loop_.RunUntilIdle();
  EXPECT_EQ(seen, 1);
  // Before the server has answered.
  const int64_t early = client->Subscribe(Sample::gauge, handler);
  client->Unsubscribe(early);
  loop_.RunUntilIdle();
  server_.gauge.Set(Gauge{.count = 3});
  loop_.RunUntilIdle();
  EXPECT_EQ(seen, 1);
  client->Unsubscribe(999);
  Reading reading;
  const int64_t stream = client->Subscribe(Sample::log, LogInput{"log", 0}, reading.Handler());
  loop_.RunUntilIdle();
  EXPECT_TRUE(server_.log->read_by_anybody());
  client->Unsubscribe(stream);
  loop_.RunUntilIdle();
  EXPECT_FALSE(server_.log->read_by_anybody());
}

TEST_P(LinkLaw, AServerThatClosesSaysWhy) {
  const auto client = Connect();
  Reading reading;
  server_.log->Append("abc");
  client->Subscribe(Sample::log, LogInput{"log", 0}, reading.Handler());
  std::vector<base::Error> told;
  const std::function<void(const base::Error&)> on_error = [&](const base::Error& error) {
    told.push_back(error);
  };
  client->Subscribe(Sample::gauge, std::function<void(const Gauge&)>([](const Gauge&) {}),
                    on_error);
  client->Subscribe(Sample::items, surface::CollectionHandler<Item>(), on_error);
  client->Subscribe(Sample::news, std::function<void(const News&)>([](const News&) {}), on_error);
  async::TaskGroup calls(loop_.executor());
  std::optional<base::Error> failure;
  calls.Spawn("hold", [&]() -> boost::asio::awaitable<void> {
    const auto reply = co_await client->Call(Sample::hold, surface::Nothing());
    failure = reply.error();
  });
  loop_.RunUntilIdle();
  server_.server().CloseAll("going to sleep");
  loop_.RunUntilIdle();
  const base::Error why(base::ErrorKind::kGone, "closing",
                        "the other side closed the link: going to sleep");
  EXPECT_EQ(loop_.Run(client->Closed()), why);
  EXPECT_EQ(loop_.Run(client->Closed()), why) << "whoever asks later is told as well";
  EXPECT_EQ(failure, why);
  EXPECT_EQ(told, std::vector<base::Error>(3, why)) << "no subscription falls silent";
  ASSERT_TRUE(reading.end && !*reading.end);
  EXPECT_EQ(reading.end->error(), why);
  EXPECT_EQ(server_.server().sessions(), 0U);
  EXPECT_EQ(server_.held(), 0);
  EXPECT_EQ(server_.tasks(), 0U);
  const auto late = loop_.Run(client->Call(Sample::echo, Text{"late"}));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error(), why);
}

TEST_P(LinkLaw, StopIsRefusedUntilSomebodyListensForIt) {
  const auto client = Connect();
  EXPECT_FALSE(loop_.Run(client->Stop()));
  std::string who;
  server_.server().OnStop([&](const surface::Caller& caller) { who = caller.name; });
  EXPECT_TRUE(loop_.Run(client->Stop()));
  EXPECT_EQ(who, "test");
}

TEST_P(LinkLaw, TheNumberOfSessionsIsTold) {
  std::vector<size_t> told;
  server_.server().OnSessions([&](size_t sessions) { told.push_back(sessions); });
  auto first = Connect();
  auto second = Connect();
  first.reset();
  loop_.RunUntilIdle();
  second->Close();
  loop_.RunUntilIdle();
  EXPECT_EQ(told, (std::vector<size_t>{1, 2, 1, 0}));
}

}  // namespace
}  // namespace transport
