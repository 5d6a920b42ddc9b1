#include "surface/cell.h"

#include <gtest/gtest.h>

#include <random>

#include "support/feed_reader.h"
#include "support/sample_surface.h"

namespace surface {
namespace {

using support::CellCopy;
using support::FeedReader;
using support::Gauge;

base::json::object AsObject(const Gauge& value) {
  return base::json::parse(Encoded(value)).as_object();
}

TEST(Cell, LateReaderGetsTheSnapshotFirst) {
  CellSource<Gauge> cell;
  cell.Set(Gauge{.count = 1, .text = "one"});
  FeedReader reader(cell);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.text(),
            R"(,"snapshot":{"count":1,"text":"one","colour":"red","ratio":null,"words":[]})"
            R"(,"version":1)");
  EXPECT_FALSE(reader.Next());
}

TEST(Cell, ReaderBeforeTheFirstValueWaitsForIt) {
  CellSource<Gauge> cell;
  FeedReader reader(cell);
  EXPECT_FALSE(cell.has_value());
  EXPECT_FALSE(reader.Next());
  cell.Set(Gauge{});
  EXPECT_EQ(reader.wakes(), 1U);
  const auto first = reader.Next();
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->contains("snapshot"));
}

TEST(Cell, ADeltaHoldsTheChangedFieldsOnly) {
  CellSource<Gauge> cell;
  Gauge value{.text = std::string(100000, 'x')};
  cell.Set(value);
  FeedReader reader(cell);
  reader.Next();
  value.count = 5;
  cell.Set(value);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.text(), R"(,"delta":{"count":5},"version":2)");
}

TEST(Cell, SettingTheSameValueIsNoChange) {
  CellSource<Gauge> cell;
  cell.Set(Gauge{.count = 1});
  FeedReader reader(cell);
  reader.Next();
  cell.Set(Gauge{.count = 1});
  EXPECT_EQ(reader.wakes(), 0U);
  EXPECT_FALSE(reader.Next());
  EXPECT_EQ(cell.state().version(), 1U);
}

TEST(Cell, ManyMissedChangesCoalesceIntoOneMessage) {
  CellSource<Gauge> cell;
  cell.Set(Gauge{});
  FeedReader reader(cell);
  reader.Next();
  for (int i = 1; i <= 1000; ++i) {
    cell.Set(Gauge{.count = i});
  }
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.text(), R"(,"delta":{"count":1000},"version":1001)");
  EXPECT_FALSE(reader.Next());
}

TEST(Cell, AFieldThatWentBackIsSentAsItIs) {
  CellSource<Gauge> cell;
  cell.Set(Gauge{.count = 1});
  FeedReader reader(cell);
  reader.Next();
  cell.Set(Gauge{.count = 2});
  cell.Set(Gauge{.count = 1});
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.text(), R"(,"delta":{"count":1},"version":3)");
}

TEST(Cell, AFieldThatWentAwayMakesASnapshotOfTheNextMessage) {
  RawCellSource cell;
  cell.AssignRaw({{"a", "1"}, {"b", "2"}});
  FeedReader reader(cell);
  reader.Next();
  cell.AssignRaw({{"b", "2"}});
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.text(), R"(,"snapshot":{"b":2},"version":2)");
  cell.AssignRaw({{"b", "2"}, {"c", "3"}});
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.text(), R"(,"delta":{"c":3},"version":3)");
  cell.AssignRaw({{"c", "3"}, {"b", "2"}});
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.text(), R"(,"snapshot":{"c":3,"b":2},"version":4)");
}

TEST(Cell, AClosedReaderIsNotWokenAndAFeedOutlivesItsSource) {
  auto cell = std::make_unique<CellSource<Gauge>>();
  auto reader = std::make_unique<FeedReader>(*cell);
  FeedReader stays(*cell);
  reader.reset();
  cell->Set(Gauge{.count = 3});
  cell.reset();
  EXPECT_EQ(stays.wakes(), 1U);
  EXPECT_TRUE(stays.Next());
  EXPECT_FALSE(stays.Next());
}

TEST(Cell, WhateverASubscriberMissedItsCopyEqualsTheValueAfterItsNextMessage) {
  for (uint32_t seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    CellSource<Gauge> cell;
    Gauge value;
    std::vector<std::unique_ptr<FeedReader>> readers;
    std::vector<CellCopy> copies;
    for (int step = 0; step < 200; ++step) {
      switch (random() % 8) {
        case 0:
          value.count = static_cast<int64_t>(random() % 4);
          break;
        case 1:
          value.text = std::string(random() % 3, 'a');
          break;
        case 2:
          value.colour = random() % 2 == 0 ? support::Colour::kRed : support::Colour::kDarkBlue;
          break;
        case 3:
          value.ratio = random() % 2 == 0 ? std::optional<double>() : 0.5;
          break;
        case 4:
          value.words.assign(random() % 3, "w");
          break;
        case 5:
          if (readers.size() < 4) {
            readers.push_back(std::make_unique<FeedReader>(cell));
            copies.emplace_back();
          }
          break;
        default:
          if (!readers.empty()) {
            const size_t who = random() % readers.size();
            if (const auto message = readers[who]->Next()) {
              copies[who].Apply(*message);
              ASSERT_FALSE(readers[who]->Next()) << "one message tells everything";
            }
            ASSERT_EQ(copies[who].fields(), AsObject(value)) << "seed " << seed;
          }
      }
      cell.Set(value);
    }
  }
}

}  // namespace
}  // namespace surface
