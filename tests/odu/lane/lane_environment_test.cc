#include "odu/lane/lane_environment.h"

#include <gtest/gtest.h>

#include "os/file_system.h"
#include "support/temp_dir.h"

namespace odu::lane {
namespace {

model::ConfigureRequest Request() {
  model::ConfigureRequest request;
  request.run_id = "R";
  request.run_ref = "0123456#1";
  request.plan.platform = "x86_64-linux";
  request.source.repository = "/tree";
  request.env = {"PATH=/sent", "TOKEN=t"};
  return request;
}

const os::Environment kOwn{std::vector<std::string>{
    "PATH=/login", "HOME=/home/me", "GH_TOKEN=a", "GITHUB_TOKEN=b", "CLAUDECODE=1", "MCP_X=1",
    "SSH_CONNECTION=1 2 3 4", "SSH_CLIENT=1", "SSH_AUTH_SOCK=/agent", "PWD=/", "ODU_ATTEMPT_ID=z"}};

TEST(LaneEnvironment, IsWhatWasSentAndNothingElse) {
  EXPECT_EQ(LaneEnvironment(Request(), kOwn), Request().env);
}

TEST(LaneEnvironment, OfALoginIsTheHostsWithWhatWasSentOverIt) {
  model::ConfigureRequest request = Request();
  request.login_environment = true;
  request.env = {"TOKEN=t", "HOME=/other"};
  const os::Environment made(LaneEnvironment(request, kOwn));
  EXPECT_EQ(made.Get("PATH"), "/login");
  EXPECT_EQ(made.Get("HOME"), "/other");
  EXPECT_EQ(made.Get("TOKEN"), "t");
  EXPECT_EQ(made.Get("SSH_AUTH_SOCK"), "/agent");
  for (const char* gone :
       {"GH_TOKEN", "GITHUB_TOKEN", "CLAUDECODE", "MCP_X", "SSH_CONNECTION", "SSH_CLIENT"}) {
    EXPECT_FALSE(made.Get(gone)) << gone;
  }
}

TEST(LaneEnvironment, NoForgeTokenReachesAnotherMachineThoughItIsSent) {
  model::ConfigureRequest request = Request();
  request.login_environment = true;
  request.env = {"GH_TOKEN=x", "GITHUB_TOKEN=y", "CLAUDE_NAMED=z"};
  const os::Environment made(LaneEnvironment(request, kOwn));
  EXPECT_FALSE(made.Get("GH_TOKEN"));
  EXPECT_FALSE(made.Get("GITHUB_TOKEN"));
  EXPECT_EQ(made.Get("CLAUDE_NAMED"), "z") << "its owner has named it";
}

TEST(LaneEnvironment, ARecipeIsToldWhereItRunsAndNotWhatAnOuterOduSaid) {
  const os::Environment made(RecipeEnvironment(Request(), kOwn.entries(), "/lane/bin"));
  EXPECT_EQ(made.Get("CI"), "true");
  EXPECT_EQ(made.Get("ODU"), "1");
  EXPECT_EQ(made.Get("ODU_RUN"), "0123456#1");
  EXPECT_EQ(made.Get("ODU_PLATFORM"), "x86_64-linux");
  EXPECT_EQ(made.Get("PWD"), "/tree");
  EXPECT_EQ(made.Get("PATH"), "/lane/bin:/login");
  EXPECT_FALSE(made.Get("ODU_ATTEMPT_ID"));
}

TEST(LaneEnvironment, AShippedJustIsCalledJust) {
  const support::TempDir dir;
  dir.Write("just-0123abcd", "#!/bin/sh\necho shipped\n", 0755);
  EXPECT_EQ(MakeJustFolder(dir.path(), ""), "");
  EXPECT_EQ(MakeJustFolder(dir.path(), dir / "just-0123abcd"), dir / "bin");
  EXPECT_EQ(os::ReadFile(dir / "bin/just", 100), "#!/bin/sh\necho shipped\n");
  EXPECT_EQ(MakeJustFolder(dir.path(), dir / "just-0123abcd"), dir / "bin");
  const auto gone = MakeJustFolder(dir.path(), dir / "nowhere");
  ASSERT_FALSE(gone);
  EXPECT_TRUE(gone.error().message().starts_with("just: ")) << gone.error().message();
}

}  // namespace
}  // namespace odu::lane
