#include "odu/coordinator/remote_agent.h"

#include <gtest/gtest.h>

#include "odu/model/ids.h"
#include "support/temp_dir.h"

namespace odu::coordinator {
namespace {

class RemoteAgentTest : public ::testing::Test {
 protected:
  support::TempDir dir_;
  std::string runner_ = dir_.Write("odu-runner", "here", 0755);
  std::string arm_ = dir_.Write("odu-runner-aarch64-linux", "arm", 0755);
  os::Environment environment_{std::vector<std::string>{"PATH=" + (dir_ / "path")}};
};

TEST_F(RemoteAgentTest, TheRunnerIsTheOneForTheHostsSystem) {
  const auto spec = LaneAgentSpec(runner_, "", environment_);
  EXPECT_EQ(spec.file_for(std::string(model::ThisPlatform())).value(), runner_);
  EXPECT_EQ(spec.file_for("aarch64-linux").value(), arm_);
  EXPECT_EQ(spec.provision, provision::ProvisionWay::kAuto);
  EXPECT_EQ(LaneAgentSpec(runner_, "copy", environment_).provision, provision::ProvisionWay::kCopy);
}

TEST_F(RemoteAgentTest, ASystemWithoutAProgramIsToldWithThoseThatHaveOne) {
  const auto missing = LaneAgentSpec(runner_, "", environment_).file_for("aarch64-darwin");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code(), "no_program_for_system");
  EXPECT_NE(missing.error().message().find("aarch64-linux"), std::string::npos);
}

TEST_F(RemoteAgentTest, JustComesFromBesideOrForThisSystemFromThePath) {
  const auto spec = LaneAgentSpec(runner_, "", environment_);
  const std::string here(model::ThisPlatform());
  EXPECT_FALSE(spec.companions.at(0).file_for(here));
  const std::string found = dir_.Write("path/just", "#!/bin/sh\n", 0755);
  EXPECT_EQ(spec.companions.at(0).file_for(here).value(), found);
  EXPECT_FALSE(spec.companions.at(0).file_for("aarch64-linux"));
  const std::string beside = dir_.Write("just-" + here, "static", 0755);
  EXPECT_EQ(spec.companions.at(0).file_for(here).value(), beside);
}

TEST_F(RemoteAgentTest, NixLooksInTheFlakeBesideTheRunnerOrInTheOneThatIsNamed) {
  EXPECT_FALSE(LaneAgentSpec(runner_, "", environment_).nix);
  dir_.Write("runner-flake/flake.nix", "{}");
  EXPECT_EQ(LaneAgentSpec(runner_, "", environment_).nix->flake, "path:" + (dir_ / "runner-flake"));
  environment_.Set("ODU_RUNNER_FLAKE", "github:o/r");
  EXPECT_EQ(LaneAgentSpec(runner_, "", environment_).nix->flake, "github:o/r");
}

TEST_F(RemoteAgentTest, AnAddressIsAnSshNameOrACommand) {
  EXPECT_TRUE(LaneAddress("ant", {})->is_ssh());
  EXPECT_FALSE(LaneAddress("", {"kubectl", "exec"})->is_ssh());
  EXPECT_FALSE(LaneAddress("-oProxyCommand=x", {}));
}

}  // namespace
}  // namespace odu::coordinator
