#include "odu/coordinator/lane_link.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <optional>

#include "async/task_group.h"
#include "odu/coordinator/local_carrier.h"
#include "odu/model/lane_header.h"
#include "os/file_system.h"
#include "support/loop.h"
#include "support/temp_dir.h"
#include "surface/codec.h"

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

/// The way to a host that never answers.
class NoWay final : public LaneCarrier {
 public:
  boost::asio::awaitable<base::Result<void>> Start() override { co_return base::Result<void>(); }
  boost::asio::awaitable<base::Result<std::unique_ptr<surface::Link>>> Dial() override {
    co_return base::Fail(base::ErrorKind::kHost, "host_unreachable", "no route");
  }
  std::optional<LaneEnd> EndOf(const base::Error&, bool, bool) override { return std::nullopt; }
  void Complete(model::ConfigureRequest&) override {}
  void Configured() override {}
  void Recheck() override {}
};

/// A lane that an earlier owner had reached, and that does not answer now.
struct OutOfTouch {
  explicit OutOfTouch(async::Duration cancel_bound) {
    model::ConfigureRequest configure;
    configure.run_id = "RUN";
    configure.plan.nodes = {{"one", "one", {"true"}, {}}, {"two", "two", {"true"}, {}}};
    LaneHandlers handlers;
    handlers.on_news = [](const LaneNews&) {};
    handlers.on_cell = [](const model::LaneCell&) {};
    handlers.on_attempt = [](const model::Attempt&) {};
    handlers.on_batch = [] {};
    handlers.on_cancels = [this](const auto& waiting) { cancels = waiting; };
    handlers.on_end = [this](const LaneEnd& what) { end = what; };
    LaneTimes times;
    times.lost_after = std::chrono::hours(1);
    times.cancel_bound = cancel_bound;
    link = std::make_unique<LaneLink>(LaneWorld{loop.executor(), clock}, std::make_unique<NoWay>(),
                                      configure, true, times, std::move(handlers));
    tasks.Spawn("lane", [this] { return link->Run(); });
    tasks.Spawn("watch", [this] { return link->Watch(); });
  }
  ~OutOfTouch() { loop.Run(tasks.Stop(clock, std::chrono::seconds(1))); }

  support::Loop loop;
  async::SystemClock clock;
  async::TaskGroup tasks{loop.executor()};
  std::unique_ptr<LaneLink> link;
  std::vector<model::LaneNodesRequest> cancels;
  std::optional<LaneEnd> end;
};

TEST(LaneLink, ACancelOutOfTouchIsTakenOnceAndWaits) {
  OutOfTouch it(std::chrono::hours(1));
  for (int i = 0; i < 2; ++i) {
    const auto taken = it.loop.Run(it.link->Cancel("r", {"two"}, true));
    ASSERT_TRUE(taken) << taken.error().message();
    EXPECT_EQ(taken->nodes, std::vector<std::string>{"two"});
  }
  ASSERT_EQ(it.cancels.size(), 1U);
  EXPECT_EQ(it.cancels[0].nodes, std::vector<std::string>{"two"});
  EXPECT_TRUE(it.cancels[0].at_once);
  EXPECT_FALSE(it.end);
}

TEST(LaneLink, ACancelOfAllOutOfTouchGivesTheLaneUpAfterTheBoundAndOwesItAFarewell) {
  OutOfTouch it(std::chrono::milliseconds(20));
  const auto taken = it.loop.Run(it.link->Cancel("r", {}, false));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->nodes, (std::vector<std::string>{"_ci-setup", "one", "two"}));
  EXPECT_FALSE(it.link->owes_farewell());
  ASSERT_TRUE(it.loop.RunUntil([&] { return it.end.has_value(); }));
  EXPECT_EQ(it.end->kind, LaneEnd::Kind::kGivenUp);
  EXPECT_EQ(it.end->reason, "cancelled");
  EXPECT_TRUE(it.link->owes_farewell());
}

TEST(LaneLink, ACancelThatAnEarlierOwnerTookCountsFromTheTakeover) {
  OutOfTouch it(std::chrono::milliseconds(20));
  it.link->Requeue({model::LaneNodesRequest{"r", 0, {}, false}});
  ASSERT_TRUE(it.loop.RunUntil([&] { return it.end.has_value(); }));
  EXPECT_EQ(it.end->kind, LaneEnd::Kind::kGivenUp);
}

// A machine that was set up anew, or a folder that somebody removed: what had run there would run
// twice, over the logs of the first time.
TEST(LaneLink, AnAdoptedLaneThatHasNoPlanAnyMoreIsDeadAndGetsNone) {
  support::TempDir dir;
  const model::LaneFolder folder(dir / "lane");
  ASSERT_TRUE(os::MakeDirs(folder.path(), 0700));
  support::Loop loop;
  async::SystemClock clock;
  os::Reaper reaper{loop.executor()};
  const auto way = [&] {
    return std::make_unique<LocalCarrier>(loop.executor(), clock, reaper, ODU_BIN_DIR "/odu-runner",
                                          folder);
  };
  // A real lane that has no plan.
  const auto starter = way();
  ASSERT_TRUE(loop.Run(starter->Start()));
  async::TaskGroup tasks{loop.executor()};
  std::optional<LaneEnd> end;
  LaneHandlers handlers;
  handlers.on_news = [](const LaneNews&) {};
  handlers.on_end = [&end](const LaneEnd& what) { end = what; };
  LaneTimes times;
  times.lost_after = std::chrono::hours(1);  // as of one on another machine
  LaneLink link(LaneWorld{loop.executor(), clock}, way(), model::ConfigureRequest(), true, times,
                std::move(handlers));
  tasks.Spawn("lane", [&link] { return link.Run(); });
  EXPECT_TRUE(loop.RunUntil([&] { return end.has_value(); }));
  loop.Run(tasks.Stop(clock, std::chrono::seconds(1)));
  ASSERT_TRUE(end);
  EXPECT_EQ(end->kind, LaneEnd::Kind::kDied);
  EXPECT_EQ(end->reason, "lane died");
  EXPECT_EQ(end->why, "lane died: its host has nothing of the run any more");
  EXPECT_EQ(os::ReadFile(folder.journal(), 10'000).value_or("none"), "");
  const auto text = os::ReadFile(folder.header(), 10'000);
  ASSERT_TRUE(text);
  const auto header = surface::DecodeText<model::LaneHeader>(*text, "lane.json");
  ASSERT_TRUE(header) << header.error().message();
  EXPECT_EQ(kill(static_cast<pid_t>(header->pid), SIGKILL), 0);
}

}  // namespace
}  // namespace odu::coordinator
