#include "odu/command/prune.h"

#include <gtest/gtest.h>

#include "odu/ledger/stored_ledger.h"

namespace odu::command {
namespace {

TEST(Prune, ReportsWhatGoesAndWithADryRunWhatWould) {
  ledger::StoredLedger ledger;
  const std::string old = ledger.Run(1000, {{"build"}}, model::Verdict::kFailed);
  const LedgerPlace place{ledger.state(), ""};
  constexpr int64_t kNow = int64_t{90} * 24 * 3600 * 1000;
  const auto would = Prune(place, {}, kNow, true);
  ASSERT_TRUE(would.has_value()) << would.error().message();
  EXPECT_TRUE(would->dry_run);
  ASSERT_EQ(would->removed.size(), 1U);
  EXPECT_EQ(would->removed[0].run_id, old);
  EXPECT_EQ(would->removed[0].verdict, model::Verdict::kFailed);
  auto done = Prune(place, {}, kNow, false);
  ASSERT_TRUE(done.has_value());
  done->dry_run = true;
  EXPECT_EQ(*done, *would);
  EXPECT_TRUE(Prune(place, {}, kNow, false)->removed.empty());
}

}  // namespace
}  // namespace odu::command
