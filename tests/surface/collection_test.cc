#include "surface/collection.h"

#include <gtest/gtest.h>

#include <random>

#include "support/feed_reader.h"
#include "support/sample_surface.h"

namespace surface {
namespace {

using support::CollectionCopy;
using support::FeedReader;
using support::Item;

CollectionCopy::Items ItemsOf(const CollectionState& state) {
  CollectionCopy::Items items;
  for (const auto& item : state.items()) {
    if (!item.json.empty()) {
      items[item.key] = item.json;
    }
  }
  return items;
}

/// Reads until idle; returns how many messages came.
size_t CatchUp(FeedReader& reader, CollectionCopy& copy) {
  size_t messages = 0;
  while (const auto message = reader.Next()) {
    copy.Apply(*message);
    ++messages;
  }
  return messages;
}

TEST(Collection, AnEmptyOneHasAnEmptySnapshot) {
  CollectionSource<Item> source;
  FeedReader reader(source);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.text(), R"(,"snapshot":{},"version":1)");
  EXPECT_FALSE(reader.Next());
}

TEST(Collection, SnapshotThenUpsertsAndRemovals) {
  CollectionSource<Item> source;
  source.Put("a", Item{1, "one"});
  FeedReader reader(source);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.text(), R"(,"snapshot":{"a":{"value":1,"text":"one"}},"version":2)");
  source.Put("b", Item{2, "two"});
  source.Remove("a");
  EXPECT_EQ(reader.wakes(), 2U);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.text(),
            R"(,"upsert":{"b":{"value":2,"text":"two"}},"remove":["a"],"version":4)");
  EXPECT_FALSE(reader.Next());
}

TEST(Collection, WhatChangesNothingWakesNobody) {
  CollectionSource<Item> source;
  source.Put("a", Item{1, ""});
  FeedReader reader(source);
  reader.Next();
  source.Put("a", Item{1, ""});
  source.Remove("never there");
  EXPECT_EQ(reader.wakes(), 0U);
  EXPECT_FALSE(reader.Next());
}

TEST(Collection, AKeyIsAnyText) {
  CollectionSource<Item> source;
  const std::string key = "a \"b\"\n\\ é";
  source.Put(key, Item{1, ""});
  FeedReader reader(source);
  const auto snapshot = reader.Next();
  ASSERT_TRUE(snapshot);
  EXPECT_TRUE(snapshot->at("snapshot").as_object().contains(key));
  source.Remove(key);
  const auto delta = reader.Next();
  ASSERT_TRUE(delta);
  EXPECT_EQ(delta->at("remove").as_array().at(0).as_string(), key);
}

TEST(Collection, ADeltaIsProportionalToTheChangeAndNotToTheState) {
  CollectionSource<Item> source;
  for (int i = 0; i < 10000; ++i) {
    source.Put("key" + std::to_string(i), Item{i, "some text"});
  }
  FeedReader reader(source);
  CollectionCopy copy;
  CatchUp(reader, copy);
  source.Put("key77", Item{0, "changed"});
  ASSERT_TRUE(reader.Next());
  EXPECT_LT(reader.text().size(), 100U);
}

TEST(Collection, ALargeSnapshotComesInPartsCutAtOneVersion) {
  CollectionSource<Item> source;
  for (int i = 0; i < 2000; ++i) {
    source.Put("key" + std::to_string(i), Item{i, std::string(1000, 'x')});
  }
  FeedReader reader(source);
  CollectionCopy copy;
  const auto first = reader.Next();
  ASSERT_TRUE(first && first->contains("more"));
  EXPECT_FALSE(first->contains("version"));
  copy.Apply(*first);
  EXPECT_TRUE(copy.items().empty()) << "a half snapshot is no state";
  // What changes between the parts comes after them.
  source.Put("key0", Item{-1, ""});
  source.Remove("key1");
  source.Put("new", Item{1, ""});
  size_t parts = 1;
  for (;;) {
    const auto part = reader.Next();
    ASSERT_TRUE(part && part->contains("snapshot"));
    EXPECT_LT(reader.text().size(), size_t{1} << 20);
    copy.Apply(*part);
    ++parts;
    if (!part->contains("more")) {
      break;
    }
  }
  EXPECT_GT(parts, 4U);
  CatchUp(reader, copy);
  EXPECT_EQ(copy.items(), ItemsOf(source.state()));
  EXPECT_EQ(copy.fresh_snapshots(), 0U);
}

TEST(Collection, ALargeDeltaComesInSeveralMessages) {
  CollectionSource<Item> source;
  FeedReader reader(source);
  CollectionCopy copy;
  CatchUp(reader, copy);
  for (int i = 0; i < 2000; ++i) {
    source.Put("key" + std::to_string(i), Item{i, std::string(1000, 'x')});
  }
  size_t messages = 0;
  while (const auto message = reader.Next()) {
    EXPECT_LT(reader.text().size(), size_t{1} << 20);
    copy.Apply(*message);
    ++messages;
  }
  EXPECT_GT(messages, 4U);
  EXPECT_EQ(copy.items(), ItemsOf(source.state()));
}

TEST(Collection, WhoMissedForgottenRemovalsGetsAFreshSnapshotMarkedAsOne) {
  CollectionSource<Item> source;
  const int count = static_cast<int>(3 * CollectionState::kMaxTombstones);
  for (int i = 0; i < count; ++i) {
    source.Put("key" + std::to_string(i), Item{i, ""});
  }
  FeedReader laggard(source);
  FeedReader follower(source);
  CollectionCopy laggards;
  CollectionCopy followers;
  CatchUp(laggard, laggards);
  for (int i = 0; i < count - 5; ++i) {
    source.Remove("key" + std::to_string(i));
    if (i % 1000 == 0) {
      CatchUp(follower, followers);
    }
  }
  CatchUp(follower, followers);
  EXPECT_GT(source.state().forgotten(), 0U);
  CatchUp(laggard, laggards);
  EXPECT_EQ(laggards.fresh_snapshots(), 1U);
  EXPECT_EQ(followers.fresh_snapshots(), 0U);
  EXPECT_EQ(laggards.items(), ItemsOf(source.state()));
  EXPECT_EQ(followers.items(), laggards.items());
  EXPECT_EQ(laggards.items().size(), 5U);
}

TEST(Collection, TombstonesDoNotGatherWithoutBound) {
  CollectionSource<Item> source;
  for (int i = 0; i < 50000; ++i) {
    const std::string key = "key" + std::to_string(i);
    source.Put(key, Item{i, ""});
    source.Remove(key);
  }
  EXPECT_EQ(source.state().size(), 0U);
  EXPECT_LE(source.state().items().size(), 2 * CollectionState::kMaxTombstones + 1);
}

TEST(Collection, ClearRemovesEverythingInOneMessage) {
  CollectionSource<Item> source;
  for (int i = 0; i < 100; ++i) {
    source.Put("key" + std::to_string(i), Item{i, ""});
  }
  FeedReader reader(source);
  CollectionCopy copy;
  CatchUp(reader, copy);
  source.Clear();
  EXPECT_EQ(CatchUp(reader, copy), 1U);
  EXPECT_TRUE(copy.items().empty());
  source.Clear();
  EXPECT_FALSE(reader.Next());
}

TEST(Collection, AFeedOutlivesItsSource) {
  auto source = std::make_unique<CollectionSource<Item>>();
  source->Put("a", Item{1, ""});
  FeedReader reader(*source);
  source.reset();
  EXPECT_TRUE(reader.Next());
  EXPECT_FALSE(reader.Next());
}

TEST(Collection, WhateverASubscriberMissedItsCopyEqualsTheStateAfterCatchingUp) {
  size_t fresh = 0;
  for (uint32_t seed = 0; seed < 12; ++seed) {
    std::mt19937 random(seed);
    // Some of the runs remove so much that tombstones are forgotten.
    const bool forgetful = seed < 2;
    const size_t keys = forgetful ? 30000 : 30;
    const int steps = forgetful ? 60 : 400;
    CollectionSource<Item> source;
    std::vector<std::unique_ptr<FeedReader>> readers;
    std::vector<CollectionCopy> copies;
    for (int step = 0; step < steps; ++step) {
      const uint32_t what = random() % 10;
      if (what < 6) {
        const size_t burst = forgetful ? random() % 4000 : 1 + random() % 3;
        for (size_t i = 0; i < burst; ++i) {
          const std::string key = "k" + std::to_string(random() % keys);
          const bool remove = random() % 2 == 0;
          if (!remove || forgetful) {
            source.Put(key, Item{static_cast<int64_t>(random() % 5), std::string(40, 'x')});
          }
          if (remove) {
            source.Remove(key);
          }
        }
      } else if (what == 6 && readers.size() < 3) {
        readers.push_back(std::make_unique<FeedReader>(source));
        copies.emplace_back();
      } else if (what == 7 && !readers.empty()) {
        // One message only: stops in the middle of a snapshot or a delta.
        const size_t who = random() % readers.size();
        if (const auto message = readers[who]->Next()) {
          copies[who].Apply(*message);
        }
      } else if (!readers.empty()) {
        const size_t who = random() % readers.size();
        CatchUp(*readers[who], copies[who]);
        ASSERT_EQ(copies[who].items(), ItemsOf(source.state())) << "seed " << seed;
        fresh += copies[who].fresh_snapshots();
      }
    }
    for (size_t who = 0; who < readers.size(); ++who) {
      CatchUp(*readers[who], copies[who]);
      ASSERT_EQ(copies[who].items(), ItemsOf(source.state())) << "seed " << seed;
    }
  }
  EXPECT_GT(fresh, 0U) << "the runs never made anybody forget";
}

}  // namespace
}  // namespace surface
