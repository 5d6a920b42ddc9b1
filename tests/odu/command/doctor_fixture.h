#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "odu/command/doctor.h"
#include "odu/ledger/stored_ledger.h"
#include "support/temp_dir.h"

namespace odu::command {

/// A user's folders to be examined.
class DoctorTest : public testing::Test {
 protected:
  using Examiner = void (*)(const DoctorCall&, Findings&);

  std::vector<model::Finding> Found(Examiner check, bool fix = false) {
    DoctorCall call;
    call.home.state = ledger_.state();
    call.home.cache = cache_.path();
    call.checkout = checkout_;
    call.environment = os::Environment::Current();
    call.now_ms = now_ms_;
    call.fix = fix;
    Findings findings(fix);
    check(call, findings);
    return findings.Take();
  }
  /// It is found once, `--fix` puts it right, and then it is not found any more.
  void ExpectFixed(Examiner check, const std::string& about) {
    const auto found = Found(check);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].about, about);
    EXPECT_TRUE(found[0].fixable);
    EXPECT_FALSE(found[0].fixed);
    EXPECT_FALSE(found[0].remedy.empty());
    const auto fixed = Found(check, true);
    ASSERT_EQ(fixed.size(), 1U);
    EXPECT_TRUE(fixed[0].fixed) << fixed[0].text;
    EXPECT_TRUE(Found(check).empty());
  }

  ledger::StoredLedger ledger_;
  support::TempDir cache_;
  std::optional<Checkout> checkout_;
  int64_t now_ms_ = 5000;
};

}  // namespace odu::command
