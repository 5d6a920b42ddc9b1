#include "odu/coordinator/remote_lane.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "odu/coordinator/served_checkout.h"

namespace odu::coordinator {
namespace {

class RemoteLaneTest : public ::testing::Test {
 protected:
  RemoteLaneTest() {
    header_.run_id = "01J0000000000000000000000A";
    header_.sha = std::string(40, 'a');
    lane_.platform = "i686-linux";
    lane_.host = "ant";
    lane_.remote = true;
    folder_.path = checkout_.state / "run";
    configure_.plan.platform = lane_.platform;
    configure_.plan.nodes = {{"one", "one", {"true"}, {}}, {"two", "two", {"true"}, {"one"}}};
    run_.on_attempt = [this](const model::Attempt& attempt) { told_.push_back(attempt); };
    run_.on_news = [](const LaneNews&) {};
    run_.on_cell = [](const model::LaneCell&) {};
    run_.on_batch = [] {};
    run_.on_end = [](const LaneEnd&) {};
  }
  std::string Log(const std::string& node) const {
    return os::ReadFile(folder_.lane(lane_.platform) + "/logs/" + node + ".1.log", 10'000)
        .value_or("(none)");
  }
  std::vector<model::Attempt> LastOfANever(LaneEnd::Kind kind) {
    RemoteLane lane(served_.world, header_, lane_, folder_);
    auto link = lane.MakeLink(configure_, false, run_);
    EXPECT_TRUE(link);
    LaneEnd end;
    end.kind = kind;
    end.reason = "host";
    end.why = "ant: no route\n  look at the cable";
    return lane.LastAttempts(end, [](const std::string&) { return 1; });
  }

  TestCheckout checkout_;
  ServedCheckout served_{checkout_};
  ledger::RunHeader header_;
  ledger::RunLane lane_;
  ledger::RunFolder folder_;
  model::ConfigureRequest configure_;
  LaneHandlers run_;
  std::vector<model::Attempt> told_;
};

TEST_F(RemoteLaneTest, WhatHadEndedBeforeIsLeftAsItIs) {
  RemoteLane lane(served_.world, header_, lane_, folder_);
  auto link = lane.MakeLink(configure_, false, run_);
  ASSERT_TRUE(link);
  LaneEnd end;
  end.kind = LaneEnd::Kind::kCancelled;
  end.reason = end.why = "cancelled";
  const auto attempts = lane.LastAttempts(
      end, [](const std::string& node) { return node == "two" ? std::optional(1) : std::nullopt; });
  ASSERT_EQ(attempts.size(), 1U);
  EXPECT_EQ(attempts[0].node, "two");
  EXPECT_EQ(attempts[0].log_sha256, base::Sha256Hex("[odu] cancelled\n"));
  EXPECT_EQ(Log("_ci-setup"), "(none)");
}

TEST_F(RemoteLaneTest, AHostThatNeverCameIsARedSetupWithTheReasonAndTheRestIsSkipped) {
  const auto attempts = LastOfANever(LaneEnd::Kind::kNeverCame);
  ASSERT_EQ(attempts.size(), 3U);
  EXPECT_EQ(attempts[0].node, model::kSetupRecipe);
  EXPECT_EQ(attempts[0].status, model::NodeStatus::kErrored);
  EXPECT_EQ(attempts[0].reason, "ant: no route");
  EXPECT_EQ(attempts[2].status, model::NodeStatus::kSkipped);
  EXPECT_EQ(Log("_ci-setup"), "[odu] ant: no route\n  look at the cable\n");
  EXPECT_EQ(Log("two"), "[odu] skipped: _ci-setup errored\n");
  EXPECT_EQ(attempts[2].log_bytes, Log("two").size());
}

TEST_F(RemoteLaneTest, ALaneThatIsCancelledBeforeItCameIsCancelledWhole) {
  for (const model::Attempt& attempt : LastOfANever(LaneEnd::Kind::kCancelled)) {
    EXPECT_EQ(attempt.status, model::NodeStatus::kCancelled);
  }
}

TEST_F(RemoteLaneTest, ItsSetupRunsFromTheStartAndSaysThatATokenIsNotSent) {
  lane_.pass_env = {"DEPLOY_KEY", "GITHUB_TOKEN"};
  RemoteLane lane(served_.world, header_, lane_, folder_);
  auto link = lane.MakeLink(configure_, false, run_);
  ASSERT_TRUE(link);
  async::TaskGroup group(served_.loop.executor());
  lane.Begin(group);
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0].node, model::kSetupRecipe);
  EXPECT_EQ(told_[0].status, model::NodeStatus::kRunning);
  EXPECT_NE(Log("_ci-setup").find("GITHUB_TOKEN is named in pass_env and is not sent"),
            std::string::npos);
  EXPECT_EQ(Log("_ci-setup").find("DEPLOY_KEY"), std::string::npos);
  group.Kill();
  served_.loop.Run(group.Join());
}

TEST_F(RemoteLaneTest, AnAddressThatIsNoneMakesNoLink) {
  lane_.host = "-oProxyCommand=evil";
  RemoteLane lane(served_.world, header_, lane_, folder_);
  EXPECT_FALSE(lane.MakeLink(configure_, false, run_));
}

}  // namespace
}  // namespace odu::coordinator
