#include "odu/command/ledger_place.h"

#include <gtest/gtest.h>

#include "support/git_repo.h"
#include "support/temp_dir.h"

namespace odu::command {
namespace {

TEST(LedgerPlace, IsTheCheckoutsOrOutsideOfOneTheUsersAlone) {
  support::GitRepo repo;
  support::TempDir state;
  const os::Environment environment({"HOME=" + state.path(), "ODU_STATE_DIR=" + state.path()});
  const auto inside = FindPlace(repo.path(), environment);
  ASSERT_TRUE(inside.has_value());
  EXPECT_EQ(inside->state, state.path());
  EXPECT_EQ(inside->checkout_id, FindCheckout(repo.path(), environment)->id);
  const auto outside = FindPlace("/", environment);
  ASSERT_TRUE(outside.has_value());
  EXPECT_EQ(outside->state, state.path());
  EXPECT_EQ(outside->checkout_id, "");
}

TEST(LedgerPlace, WithoutAHomeThereIsNone) {
  EXPECT_FALSE(FindPlace("/", os::Environment(std::vector<std::string>{})).has_value());
}

}  // namespace
}  // namespace odu::command
