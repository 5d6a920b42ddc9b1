#include "odu/cli/caller.h"

#include <gtest/gtest.h>

#include "odu/face/captured_console.h"
#include "support/git_repo.h"

namespace odu::cli {
namespace {

TEST(Caller, OnlyWhatLooksAnywhereNeedsNoCheckout) {
  support::TempDir state;
  support::GitRepo repo;
  face::CapturedConsole console;
  Caller caller{{},
                os::Environment({"HOME=" + state.path(), "ODU_STATE_DIR=" + state.path()}),
                "/",
                console.console()};
  EXPECT_EQ(PlaceFor(caller, false).error().code(), "not_a_repository");
  EXPECT_EQ(PlaceFor(caller, true)->checkout_id, "");
  caller.cwd = repo.path();
  EXPECT_EQ(PlaceFor(caller, false)->checkout_id, PlaceFor(caller, true)->checkout_id);
  EXPECT_NE(PlaceFor(caller, true)->checkout_id, "");
}

}  // namespace
}  // namespace odu::cli
