#include "odu/coordinator/lane_link.h"

#include <gtest/gtest.h>

#include "async/task_group.h"
#include "odu/coordinator/local_carrier.h"
#include "os/file_system.h"
#include "support/loop.h"
#include "support/temp_dir.h"

namespace odu::coordinator {
namespace {

/// A link to a real lane and what it told.
struct Told {
  explicit Told(bool adopt, std::string runner = ODU_BIN_DIR "/odu-runner") {
    EXPECT_TRUE(os::MakeDirs(dir / "lane", 0700));
    EXPECT_TRUE(os::MakeDirs(dir / "tree", 0700));
    model::ConfigureRequest configure;
    configure.request_id = "configure";
    configure.run_id = "RUN";
    configure.epoch = 1;
    configure.plan.platform = "x86_64-linux";
    configure.plan.nodes = {{"one", "one", {"/bin/echo", "hello"}, {}}};
    configure.source.repository = dir / "tree";
    configure.env = {"PATH=/usr/bin:/bin"};
    LaneHandlers handlers;
    handlers.on_news = [this](const LaneNews& news) { states.emplace_back(news.state); };
    handlers.on_cell = [this](const model::LaneCell& cell) { phase = cell.phase; };
    handlers.on_attempt = [this](const model::Attempt& attempt) {
      attempts[model::AttemptKey(attempt.node, attempt.n)] = attempt;
    };
    handlers.on_batch = [] {};
    handlers.on_end = [this](const LaneEnd& end) { dead = end.why; };
    auto carrier = std::make_unique<LocalCarrier>(loop.executor(), clock, reaper, std::move(runner),
                                                  model::LaneFolder(dir / "lane"));
    link =
        std::make_unique<LaneLink>(LaneWorld{loop.executor(), clock}, std::move(carrier),
                                   std::move(configure), adopt, LaneTimes(), std::move(handlers));
    tasks.Spawn("lane", [this] { return link->Run(); });
  }
  ~Told() { loop.Run(tasks.Stop(clock, std::chrono::seconds(1))); }

  support::TempDir dir;
  support::Loop loop;
  async::SystemClock clock;
  os::Reaper reaper{loop.executor()};
  async::TaskGroup tasks{loop.executor()};
  std::unique_ptr<LaneLink> link;
  std::vector<std::string> states;
  std::map<std::string, model::Attempt> attempts;
  model::LanePhase phase = model::LanePhase::kIdle;
  std::string dead;
};

TEST(LaneLink, StartsConfiguresFollowsAndReleasesALane) {
  Told told(false);
  ASSERT_TRUE(told.loop.RunUntil([&] { return told.phase == model::LanePhase::kSettled; }));
  ASSERT_TRUE(
      told.loop.RunUntil([&] { return told.attempts["one#1"].status == model::NodeStatus::kOk; }));
  EXPECT_EQ(told.attempts["one#1"].log_bytes, 6);
  EXPECT_TRUE(told.loop.Run(told.link->Release(false)));
  ASSERT_TRUE(told.loop.RunUntil([&] { return told.states.back() == "ended"; }));
  EXPECT_EQ(told.dead, "");
  EXPECT_EQ(told.states,
            (std::vector<std::string>{"starting", "handshaking", "connected", "ended"}));
}

TEST(LaneLink, ALaneThatCannotBeStartedIsDeadWithTheReason) {
  Told told(false, "/nowhere/odu-runner");
  ASSERT_TRUE(told.loop.RunUntil([&] { return !told.dead.empty(); }));
  EXPECT_NE(told.dead.find("/nowhere/odu-runner"), std::string::npos);
  EXPECT_TRUE(told.link->dead());
}

TEST(LaneLink, AnAdoptedLaneWhoseLockIsFreeIsDead) {
  Told told(true);
  ASSERT_TRUE(told.loop.RunUntil([&] { return !told.dead.empty(); }));
  EXPECT_EQ(told.dead, "lane died");
}

}  // namespace
}  // namespace odu::coordinator
