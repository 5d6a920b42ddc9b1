#include "odu/coordinator/serve.h"

#include <gtest/gtest.h>

#include "support/git_repo.h"
#include "support/temp_dir.h"

namespace odu::coordinator {
namespace {

os::Environment Environment(const support::TempDir& state) {
  return os::Environment({"HOME=/nonexistent", "PATH=/usr/bin", "ODU_STATE_DIR=" + state.path(),
                          "ODU_CACHE_DIR=" + state.path(), "SECRET=1", "ODU_ATTEMPT_ID=x"});
}

TEST(Serve, ThePlaceIsTheSameFromAnywhereInACheckout) {
  const support::GitRepo repo;
  const support::TempDir state;
  repo.Write("deep/er/file", "");
  const auto top = PlaceOf(repo.path(), Environment(state), "/bin/odu", "1");
  const auto deep = PlaceOf(repo.path() + "/deep/er", Environment(state), "/bin/odu", "1");
  ASSERT_TRUE(top) << top.error().message();
  ASSERT_TRUE(deep);
  EXPECT_EQ(top->socket, repo.path() + "/.ci/odu.sock");
  EXPECT_EQ(deep->socket, top->socket);
  EXPECT_EQ(deep->folder, top->folder);
  EXPECT_EQ(top->start, (std::vector<std::string>{"/bin/odu", "serve"}));
  EXPECT_EQ(top->environment.Get(kCheckoutVariable), repo.path());
  EXPECT_FALSE(top->environment.Get("SECRET"));
  EXPECT_FALSE(top->environment.Get("ODU_ATTEMPT_ID"));
  EXPECT_TRUE(top->environment.Get("ODU_STATE_DIR"));
}

TEST(Serve, OutsideARepositoryIsRefused) {
  const support::TempDir nowhere;
  EXPECT_EQ(PlaceOf(nowhere.path(), Environment(nowhere), "/bin/odu", "1").error().code(),
            "not_a_repository");
}

}  // namespace
}  // namespace odu::coordinator
