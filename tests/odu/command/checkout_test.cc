#include "odu/command/checkout.h"

#include <gtest/gtest.h>

#include "support/git_repo.h"
#include "support/temp_dir.h"

namespace odu::command {
namespace {

TEST(Checkout, IsFoundFromAnywhereInTheTree) {
  support::GitRepo repo;
  repo.Write("a/b/file", "x");
  support::TempDir state;
  const os::Environment environment({"HOME=/home/me", "ODU_STATE_DIR=" + state.path()});
  const auto top = FindCheckout(repo.path(), environment);
  ASSERT_TRUE(top.has_value()) << top.error().message();
  const auto below = FindCheckout(repo.path() + "/a/b", environment);
  ASSERT_TRUE(below.has_value());
  EXPECT_EQ(below->toplevel, repo.path());
  EXPECT_EQ(below->id, top->id);
  EXPECT_EQ(below->folder, state.path() + "/checkouts/" + top->id);
  EXPECT_EQ(below->socket, repo.path() + "/.ci/odu.sock");
  EXPECT_EQ(below->home.cache, "/home/me/.cache/odu");
}

TEST(Checkout, WhereThereIsNoneSaysWhatToDo) {
  support::TempDir dir;
  const auto none = FindCheckout(dir.path(), os::Environment({"HOME=/home/me"}));
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code(), "not_a_repository");
  EXPECT_EQ(none.error().ExitCode(), 2);
  EXPECT_NE(none.error().hint(), "");
}

}  // namespace
}  // namespace odu::command
