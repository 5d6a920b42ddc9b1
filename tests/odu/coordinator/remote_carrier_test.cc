#include "odu/coordinator/remote_carrier.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "odu/coordinator/remote_agent.h"
#include "os/file_system.h"
#include "os/signals.h"
#include "support/loop.h"
#include "support/temp_dir.h"
#include "surface/client.h"

namespace odu::coordinator {
namespace {

/// A carrier to a shell of this machine with a home of its own.
class RemoteCarrierTest : public ::testing::Test {
 protected:
  RemoteCarrierTest() { os::IgnoreBrokenPipes(); }
  RemoteCarrier& Make(std::vector<std::string> command, bool durable = false) {
    RemoteRoute route{LaneAddress("", command).value(),
                      LaneAgentSpec(ODU_BIN_DIR "/odu-runner", "copy", os::Environment::Current()),
                      "01J0000000000000000000000A",
                      "i686-linux",
                      "0123456789abcdef",
                      durable,
                      100.0};
    carrier_.emplace(world_, std::move(route), story_,
                     [this](const LaneNews& news) { states_.push_back(news.state); });
    return *carrier_;
  }
  std::vector<std::string> Shell() const {
    return {"env", "-i", "HOME=" + (dir_ / "far"), "SHELL=/bin/sh",
            "PATH=/usr/local/bin:/usr/bin:/bin"};
  }

  support::TempDir dir_;
  support::Loop loop_;
  async::SystemClock clock_;
  os::Reaper reaper_{loop_.executor()};
  async::Worker worker_{1};
  provision::HostWorld world_{
      loop_.executor(), clock_,         reaper_,
      worker_,          dir_ / "state", [] {
                                return os::Environment::Current().entries(); }};
  SetupStory story_{dir_ / "logs/story", "host:far"};
  std::vector<std::string> states_;
  std::optional<RemoteCarrier> carrier_;
  base::Error cut_{base::ErrorKind::kGone, "closed", "the link died"};
};

TEST_F(RemoteCarrierTest, GivesALinkToALaneThatItMadeAndSaysWhereItsPlacesAre) {
  ASSERT_TRUE(os::MakeDirs(dir_ / "far"));
  RemoteCarrier& carrier = Make(Shell());
  auto link = loop_.Run(carrier.Dial());
  ASSERT_TRUE(link) << link.error().message();
  model::ConfigureRequest configure;
  carrier.Complete(configure);
  const std::string far = (dir_ / "far") + "/.cache/odu";
  EXPECT_EQ(configure.source.repository, far + "/repos/0123456789abcdef.git");
  EXPECT_EQ(configure.source.workspace, far + "/work/01J0000000000000000000000A.i686-linux");
  EXPECT_EQ(configure.story, story_.Text());
  EXPECT_NE(configure.story.find("[host:far] "), std::string::npos);
  EXPECT_FALSE(configure.just.empty());
  EXPECT_TRUE(os::Exists(far + "/lanes/01J0000000000000000000000A.i686-linux/lane.sock"));
  EXPECT_EQ(std::ranges::count(states_, "connected"), 0) << "that is said once it has its plan";
  // The lane that nobody gave a plan.
  auto client = loop_.Run(
      surface::Client::Connect<model::LaneSurface>(loop_.executor(), std::move(*link), "test"));
  ASSERT_TRUE(client);
  model::LaneHelloRequest hello{"01J0000000000000000000000A", 1};
  ASSERT_TRUE(loop_.Run((*client)->Call(model::LaneSurface::kHello, hello)));
  model::ReleaseRequest release{"r", 1, false};
  EXPECT_TRUE(loop_.Run((*client)->Call(model::LaneSurface::kRelease, release)));
}

TEST_F(RemoteCarrierTest, AHostOfAnotherSystemIsRefusedBeforeAnythingIsSentThere) {
  static_cast<void>(dir_.Write("bin/uname", "#!/bin/sh\necho Linux aarch64\n", 0755));
  static_cast<void>(dir_.Write("far/.profile", "PATH=" + (dir_ / "bin") + ":$PATH\n"));
  RemoteCarrier& carrier = Make(Shell());
  const auto link = loop_.Run(carrier.Dial());
  ASSERT_FALSE(link);
  EXPECT_EQ(link.error().code(), "wrong_system");
  const auto end = carrier.EndOf(link.error(), false, false);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->kind, LaneEnd::Kind::kNeverCame);
  EXPECT_NE(end->why.find("is aarch64-linux, the lane is i686-linux"), std::string::npos)
      << end->why;
  EXPECT_FALSE(os::Exists((dir_ / "far") + "/.cache/odu/bin"));
}

TEST_F(RemoteCarrierTest, ACutEndsOnlyALaneThatDoesNotOutliveItsConnection) {
  EXPECT_EQ(Make(Shell(), true).EndOf(cut_, true, true), std::nullopt);
  const auto end = Make(Shell()).EndOf(cut_, true, true);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->kind, LaneEnd::Kind::kDied);
  EXPECT_EQ(end->reason, "link");
  EXPECT_TRUE(end->send_away);
}

TEST_F(RemoteCarrierTest, AHostThatRefusesForGoodNeverCame) {
  RemoteCarrier& carrier = Make({"/bin/false"});
  const auto link = loop_.Run(carrier.Dial());
  ASSERT_FALSE(link);
  const auto end = carrier.EndOf(link.error(), false, false);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->kind, LaneEnd::Kind::kNeverCame);
  EXPECT_NE(end->why.find(link.error().message()), std::string::npos);
  EXPECT_EQ(carrier.EndOf(link.error(), false, true), std::nullopt)
      << "a lane is there to be found";
  EXPECT_TRUE(loop_.RunUntil([&] { return states_.back() == "failed"; }));
}

}  // namespace
}  // namespace odu::coordinator
