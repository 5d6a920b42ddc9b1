#include "surface/event.h"

#include <gtest/gtest.h>

#include "support/feed_reader.h"
#include "support/sample_surface.h"

namespace surface {
namespace {

using support::FeedReader;
using support::News;

TEST(Event, ASubscriberSeesWhatHappensFromNowOn) {
  EventSource<News> source;
  source.Emit(News{1});
  FeedReader reader(source);
  EXPECT_FALSE(reader.Next());
  source.Emit(News{2});
  source.Emit(News{3});
  EXPECT_EQ(reader.wakes(), 2U);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.text(), R"(,"event":{"number":2})");
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.text(), R"(,"event":{"number":3})");
  EXPECT_FALSE(reader.Next());
}

TEST(Event, AtTheBoundTheOldestAreDroppedAndCounted) {
  EventSource<News> source;
  FeedReader laggard(source);
  FeedReader follower(source);
  constexpr int kLost = 44;
  const int count = static_cast<int>(RawEventSource::kMaxQueued) + kLost;
  for (int i = 0; i < count; ++i) {
    source.Emit(News{i});
    EXPECT_TRUE(follower.Next());
  }
  ASSERT_TRUE(laggard.Next());
  EXPECT_EQ(laggard.text(), R"(,"missed":44)");
  for (int i = kLost; i < count; ++i) {
    const auto message = laggard.Next();
    ASSERT_TRUE(message);
    EXPECT_EQ(message->at("event").at("number").as_int64(), i);
  }
  EXPECT_FALSE(laggard.Next());
  source.Emit(News{7});
  ASSERT_TRUE(laggard.Next());
  EXPECT_EQ(laggard.text(), R"(,"event":{"number":7})");
}

TEST(Event, AFeedOutlivesItsSourceAndTheSourceItsFeeds) {
  auto source = std::make_unique<EventSource<News>>();
  FeedReader stays(*source);
  {
    FeedReader leaves(*source);
  }
  source->Emit(News{1});
  source.reset();
  EXPECT_TRUE(stays.Next());
  EXPECT_FALSE(stays.Next());
}

}  // namespace
}  // namespace surface
