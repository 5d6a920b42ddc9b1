#include "odu/command/checkout.h"

#include <gtest/gtest.h>

#include "support/cli.h"
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

TEST(Checkout, ABareRepositoryIsCalledByItsName) {
  support::TempDir dir;
  support::CliCall init;
  init.argv = {"git", "init", "--quiet", "--bare", dir / "shared.git"};
  ASSERT_EQ(support::RunCli(init).exit_code, 0);
  const auto none = FindCheckout(dir / "shared.git/refs", os::Environment({"HOME=/home/me"}));
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code(), "bare_repository");
  EXPECT_EQ(none.error().message(),
            "'" + (dir / "shared.git") + "' is a bare repository: it has no files to run");
}

}  // namespace
}  // namespace odu::command
