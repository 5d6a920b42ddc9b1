#include "odu/ledger/index.h"

#include <gtest/gtest.h>

#include "stored_ledger.h"

namespace odu::ledger {
namespace {

using model::NodeStatus;
using model::Verdict;
using Strings = std::vector<std::string>;

constexpr std::string_view kOther = "ffffffffffffffffffffffffffffffffffffffff";
const std::string kBuild = "build@x86_64-linux";
const std::string kTest = "test@x86_64-linux";

class IndexTest : public testing::Test {
 protected:
  StoredLedger ledger_;
};

TEST_F(IndexTest, RunsAreListedNewestFirstAndBoundedByTheLimit) {
  ledger_.Run(1000, {});
  ledger_.Run(2000, {}, Verdict::kPassed, kOther);
  ledger_.Run(3000, {}, std::nullopt);
  EXPECT_EQ(ledger_.Refs(), (Strings{"26d2c2d#2", "fffffff#1", "26d2c2d#1"}));
  auto opened = OpenIndex(ledger_.state());
  RunQuery query;
  query.limit = 1;
  const auto runs = opened->index.Runs(query);
  ASSERT_EQ(runs->size(), 1U);
  EXPECT_EQ(runs->front().state, EntryState::kUnclosed);
  EXPECT_EQ(runs->front().summary.ref, "26d2c2d#2");
}

TEST_F(IndexTest, AQueryAsksForCheckoutTimeNodeAndRedness) {
  ledger_.Run(1000, {{"build", NodeStatus::kFailed}, {"test", NodeStatus::kOk}}, Verdict::kFailed);
  ledger_.Run(2000, {{"build"}}, Verdict::kPassed);
  ledger_.Run(3000, {{"build"}}, Verdict::kPassed, kOther, "fedcba9876543210");
  RunQuery query;
  query.checkout_id = StoredLedger::kCheckout;
  EXPECT_EQ(ledger_.Refs(query), (Strings{"26d2c2d#2", "26d2c2d#1"}));
  query.since_ms = 1500;
  EXPECT_EQ(ledger_.Refs(query), (Strings{"26d2c2d#2"}));
  query.since_ms.reset();
  query.nodes = {kTest};
  EXPECT_EQ(ledger_.Refs(query), (Strings{"26d2c2d#1"}));
  query.failed = true;
  EXPECT_EQ(ledger_.Refs(query), Strings());
  query.nodes = {kBuild};
  EXPECT_EQ(ledger_.Refs(query), (Strings{"26d2c2d#1"}));
  query.nodes.clear();
  EXPECT_EQ(ledger_.Refs(query), (Strings{"26d2c2d#1"}));
  query.nodes = {"nobody@x86_64-linux"};
  EXPECT_EQ(ledger_.Refs(query), Strings());
}

TEST_F(IndexTest, RedThenOkOnTheSameCommitIsFlaky) {
  const std::string within = ledger_.Run(
      1000, {{"build", NodeStatus::kFailed, 1}, {"build", NodeStatus::kOk, 2}, {"test"}});
  const std::string red = ledger_.Run(2000, {{"test", NodeStatus::kErrored}}, Verdict::kFailed);
  const std::string green = ledger_.Run(3000, {{"test"}});
  // Another commit's pass proves nothing, nor does an earlier one's.
  ledger_.Run(4000, {{"test", NodeStatus::kFailed}}, Verdict::kFailed, kOther);
  ledger_.Run(5000, {{"build", NodeStatus::kFailed}}, Verdict::kFailed);
  auto opened = OpenIndex(ledger_.state());
  const auto flakes = opened->index.Flakes(std::string(StoredLedger::kCheckout), 100);
  ASSERT_TRUE(flakes.has_value()) << flakes.error().message();
  ASSERT_EQ(flakes->size(), 2U);
  EXPECT_EQ((*flakes)[0].node, kTest);
  EXPECT_EQ((*flakes)[0].run_id, red);
  EXPECT_EQ((*flakes)[0].green_run_id, green);
  EXPECT_EQ((*flakes)[0].green_attempt, 1);
  EXPECT_EQ((*flakes)[1].node, kBuild);
  EXPECT_EQ((*flakes)[1].run_id, within);
  EXPECT_EQ((*flakes)[1].attempt, 1);
  EXPECT_EQ((*flakes)[1].green_run_id, within);
  EXPECT_EQ((*flakes)[1].green_attempt, 2);
  EXPECT_EQ((*flakes)[1].ref, "26d2c2d#1");
  EXPECT_EQ(opened->index.Flakes("", 1)->size(), 1U);
  EXPECT_TRUE(opened->index.Flakes("another", 100)->empty());
  const auto tally = opened->index.Tally("", kTest);
  EXPECT_EQ(tally->ok, 2);
  EXPECT_EQ(tally->red, 2);
  EXPECT_EQ(tally->all, 4);
}

TEST_F(IndexTest, PassesAreTheNewestFirstAndOnlyThoseThatWereOk) {
  ledger_.Run(1000, {{"build", NodeStatus::kOk, 1, 100}});
  ledger_.Run(2000, {{"build", NodeStatus::kFailed, 1, 900}, {"build", NodeStatus::kOk, 2, 200}});
  const std::string last = ledger_.Run(3000, {{"build", NodeStatus::kOk, 1, 300}});
  auto opened = OpenIndex(ledger_.state());
  const std::string checkout(StoredLedger::kCheckout);
  EXPECT_EQ(*opened->index.Passes(checkout, kBuild, "", 10), (std::vector<int64_t>{300, 200, 100}));
  EXPECT_EQ(*opened->index.Passes(checkout, kBuild, last, 10), (std::vector<int64_t>{200, 100}));
  EXPECT_EQ(*opened->index.Passes(checkout, kBuild, "", 1), (std::vector<int64_t>{300}));
  EXPECT_TRUE(opened->index.Passes(checkout, "nobody@x86_64-linux", "", 9)->empty());
}

TEST_F(IndexTest, PuttingARunAgainReplacesWhatWasKnownOfIt) {
  const std::string run_id = ledger_.Run(1000, {{"build", NodeStatus::kFailed}}, std::nullopt);
  auto opened = OpenIndex(ledger_.state());
  IndexEntry entry = ReadEntry(ledger_.state(), run_id);
  entry.attempts.resize(1);
  entry.attempts[0].status = NodeStatus::kOk;
  ASSERT_TRUE(opened->index.Put(std::span(&entry, 1)).has_value());
  EXPECT_EQ(opened->index.Tally("", kBuild)->red, 0);
  EXPECT_EQ(opened->index.Tally("", kBuild)->ok, 1);
  const Strings gone{run_id};
  ASSERT_TRUE(opened->index.Forget(gone).has_value());
  EXPECT_EQ(opened->index.Tally("", kBuild)->all, 0);
  EXPECT_FALSE(opened->index.Run(run_id)->has_value());
  EXPECT_EQ(*opened->index.NodeNames(""), (Strings{kBuild}));
}

TEST_F(IndexTest, WhatSomebodyElseHasReadLaterIsNotReplaced) {
  const std::string run_id = ledger_.Run(1000, {{"build"}}, std::nullopt);
  auto opened = OpenIndex(ledger_.state());
  IndexEntry early;
  early.run_id = run_id;
  early.stamp = "- -";
  for (const char* seen : {"", "- -"}) {
    early.replaces = seen;
    ASSERT_TRUE(opened->index.Put(std::span(&early, 1)).has_value());
    EXPECT_TRUE(opened->index.Run(run_id)->has_value());
  }
  early.replaces = StampOf(FolderOf(ledger_.state(), run_id));
  ASSERT_TRUE(opened->index.Put(std::span(&early, 1)).has_value());
  EXPECT_FALSE(opened->index.Run(run_id)->has_value());
}

}  // namespace
}  // namespace odu::ledger
