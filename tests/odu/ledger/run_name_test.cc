#include "odu/ledger/run_name.h"

#include <gtest/gtest.h>

#include "odu/ledger/expired.h"
#include "odu/model/run_id.h"
#include "stored_ledger.h"

namespace odu::ledger {
namespace {

class RunNameTest : public testing::Test {
 protected:
  base::Result<std::string> Find(std::string_view word,
                                 std::string_view checkout = StoredLedger::kCheckout) {
    return FindRun(ledger_.state(), checkout, word);
  }
  std::string CodeOf(std::string_view word) {
    const auto found = Find(word);
    return found ? "found " + *found : found.error().code();
  }
  StoredLedger ledger_;
};

TEST_F(RunNameTest, ARunIsNamedByItsIdItsRefItsShaOrAsTheLatest) {
  const std::string first = ledger_.Run(1000, {});
  const std::string second = ledger_.Run(2000, {});
  const std::string other = ledger_.Run(3000, {}, model::Verdict::kPassed, "26d2ffffff");
  EXPECT_EQ(Find(first), first);
  EXPECT_EQ(Find("26d2c2d#1"), first);
  EXPECT_EQ(Find("26d2c2d#2"), second);
  EXPECT_EQ(Find("26d2c2d"), second);
  EXPECT_EQ(Find("latest"), other);
  EXPECT_EQ(CodeOf("26d2"), "ambiguous_run");
  for (const char* word : {"26d2c2d#3", "26d", "", "#1", "26d2c2d#", "26d2c2d#x", "26d2c2d#-1",
                           "../../etc", "00000000000000000000000000", "LATEST", "26d2c2d#1 "}) {
    EXPECT_EQ(CodeOf(word), "no_run") << word;
  }
}

TEST_F(RunNameTest, ABeginningOfARunIdMustBeOneRunsAlone) {
  const std::string first = ledger_.Run(1'000'000'000'000, {});
  const std::string second = ledger_.Run(1'000'000'000'001, {});
  const std::string third =
      ledger_.Run(1'900'000'000'000, {}, model::Verdict::kPassed, kSha, "fedcba9876543210");
  EXPECT_EQ(Find(first.substr(0, 24)), first);
  EXPECT_EQ(Find(second.substr(0, 24)), second);
  // Of any checkout.
  EXPECT_EQ(Find(third.substr(0, 4)), third);
  EXPECT_EQ(Find(third.substr(0, 4), ""), third);
  EXPECT_EQ(CodeOf(third.substr(0, 3)), "no_run");
  const auto both = Find(first.substr(0, 9));
  ASSERT_FALSE(both.has_value());
  EXPECT_EQ(both.error().code(), "ambiguous_run");
  EXPECT_NE(both.error().message().find(first), std::string::npos);
  EXPECT_NE(both.error().message().find(second), std::string::npos);
}

TEST_F(RunNameTest, WhatIsAShaAndAnIdAtOnceIsAmbiguous) {
  const std::string first = ledger_.Run(1'345'400'000'000, {});
  const std::string digits = first.substr(0, 4);
  if (digits.find_first_not_of("0123456789") != std::string::npos) {
    GTEST_FAIL() << "the time was to make digits: " << digits;
  }
  EXPECT_EQ(Find(digits), first);
  ledger_.Run(2000, {}, model::Verdict::kPassed, digits + "fff");
  EXPECT_EQ(CodeOf(digits), "ambiguous_run");
}

TEST_F(RunNameTest, WithoutACheckoutOnlyIdsAreNames) {
  const std::string run_id = ledger_.Run(1000, {});
  EXPECT_EQ(Find(run_id, ""), run_id);
  for (const char* word : {"latest", "26d2c2d#1", "26d2c2d"}) {
    const auto found = Find(word, "");
    ASSERT_FALSE(found.has_value()) << word;
    EXPECT_EQ(found.error().code(), "no_run");
  }
}

TEST_F(RunNameTest, AnIdThatNeverBecameARunIsNone) {
  const std::string run_id = ledger_.Run(1000, {});
  const std::string unborn = model::NewRunId(2000);
  ASSERT_TRUE(
      MintRun(CheckoutFolderOf(ledger_.state(), StoredLedger::kCheckout), unborn, kSha, 2000)
          .has_value());
  EXPECT_EQ(Find("latest"), run_id);
  EXPECT_EQ(Find("26d2c2d"), run_id);
  EXPECT_EQ(CodeOf("26d2c2d#2"), "no_run");
  EXPECT_EQ(CodeOf(unborn), "no_run");
}

TEST_F(RunNameTest, AnExpiredRunIsStillNamed) {
  const std::string run_id = ledger_.Run(1000, {});
  ExpiredRun expired;
  expired.summary.run_id = run_id;
  ASSERT_TRUE(RecordExpired(ledger_.state(), {expired}).has_value());
  ASSERT_TRUE(os::RemoveTree(FolderOf(ledger_.state(), run_id).path).has_value());
  EXPECT_EQ(Find(run_id), run_id);
  EXPECT_EQ(Find("26d2c2d#1"), run_id);
  EXPECT_EQ(Find(run_id.substr(0, 20)), run_id);
}

}  // namespace
}  // namespace odu::ledger
