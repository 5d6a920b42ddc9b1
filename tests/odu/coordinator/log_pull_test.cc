#include "odu/coordinator/log_pull.h"

#include <gtest/gtest.h>

#include <limits>

#include "async/task_group.h"
#include "base/sha256.h"
#include "os/file_system.h"
#include "support/fake_clock.h"
#include "support/faulty_link.h"
#include "support/loop.h"
#include "support/sample_surface.h"
#include "support/temp_dir.h"
#include "surface/cell.h"
#include "surface/collection.h"
#include "surface/server.h"
#include "transport/memory_link.h"

namespace odu::coordinator {
namespace {

using model::Attempt;
using model::NodeStatus;
using support::FaultyLink;

constexpr size_t kNever = std::numeric_limits<size_t>::max();

/// A lane as far as its logs go, on the far side of a link that may be cut.
struct FarLane {
  explicit FarLane(support::Loop& the_loop) : loop(the_loop) {
    server.Bind(model::LaneSurface::kAttempts, attempts);
    server.Bind(model::LaneSurface::kAttemptLog, source);
    server.Bind(model::LaneSurface::kLane, cell);
    Refuse(model::LaneSurface::kHello);
    Refuse(model::LaneSurface::kConfigure);
    Refuse(model::LaneSurface::kRerun);
    Refuse(model::LaneSurface::kCancel);
    Refuse(model::LaneSurface::kUpload);
    Refuse(model::LaneSurface::kRelease);
  }

  template <class Req, class Rep>
  void Refuse(const surface::Procedure<Req, Rep>& procedure) {
    server.Bind(procedure, [](Req, surface::Caller) -> boost::asio::awaitable<base::Result<Rep>> {
      co_return base::Fail(base::ErrorKind::kRefused, "no", "nobody calls this here");
    });
  }

  void Begin(const std::string& node, int32_t n = 1) {
    Attempt attempt;
    attempt.node = node;
    attempt.n = n;
    attempt.status = NodeStatus::kRunning;
    logs[model::AttemptKey(node, n)] = std::make_shared<support::TextLog>();
    attempts.Put(model::AttemptKey(node, n), attempt);
  }
  void Say(const std::string& node, std::string_view bytes, int32_t n = 1) {
    logs.at(model::AttemptKey(node, n))->Append(bytes);
  }
  void End(const std::string& node, int32_t n = 1, std::string digest = {}) {
    const std::string key = model::AttemptKey(node, n);
    logs.at(key)->End();
    Attempt attempt;
    attempt.node = node;
    attempt.n = n;
    attempt.status = NodeStatus::kOk;
    attempt.log_bytes = logs.at(key)->bytes().size();
    attempt.log_sha256 = digest.empty() ? base::Sha256Hex(logs.at(key)->bytes()) : digest;
    attempt.log_complete = true;
    attempts.Put(key, attempt);
  }

  support::Loop& loop;
  std::map<std::string, std::shared_ptr<support::TextLog>> logs;
  surface::CollectionSource<Attempt> attempts;
  surface::CellSource<model::LaneCell> cell;
  surface::StreamSource<model::AttemptLogInput> source{
      [this](
          const model::AttemptLogInput& input) -> base::Result<std::shared_ptr<surface::ByteLog>> {
        const auto found = logs.find(input.attempt);
        if (found == logs.end()) {
          return base::Fail(base::ErrorKind::kGone, "no_attempt", "no such attempt");
        }
        return std::shared_ptr<surface::ByteLog>(found->second);
      }};
  surface::Server server{loop.executor(), surface::DescribeSurface<model::LaneSurface>(), "far"};
  async::TaskGroup sessions{loop.executor()};
};

/// Our side: a pull that follows the far lane, dialling again whenever the link was cut.
struct Near {
  Near(support::Loop& the_loop, async::Worker& worker, FarLane& the_lane, std::string folder,
       async::Clock& the_clock)
      : loop(the_loop), lane(the_lane), path(std::move(folder)) {
    LogPull::Handlers handlers;
    handlers.on_attempt = [this](const Attempt& attempt) {
      told.push_back(attempt);
      ended += model::IsTerminal(attempt.status) ? 1 : 0;
    };
    handlers.on_batch = [this] { ++batches; };
    handlers.on_trouble = [this](std::string text) { troubles.push_back(std::move(text)); };
    pull.emplace(loop.executor(), the_clock, worker, model::LaneFolder(path), std::move(handlers));
    tasks.Spawn("pull", [this] { return pull->Run(); });
  }
  ~Near() {
    tasks.Kill();
    loop.Run(tasks.Join());
  }

  /// A link on which the lane can send `budget` bytes.
  void Dial(size_t budget) {
    auto [far, near] = transport::MakeMemoryLinks(loop.executor());
    meter = std::make_shared<FaultyLink::Meter>();
    auto cut = std::make_shared<std::unique_ptr<surface::Link>>(
        std::make_unique<FaultyLink>(std::move(far), budget, meter));
    lane.sessions.Spawn("session", [this, cut] { return lane.server.Serve(std::move(*cut)); });
    auto end = std::make_shared<std::unique_ptr<surface::Link>>(std::move(near));
    tasks.Spawn("follow", [this, end] { return Follow(end); });
  }
  boost::asio::awaitable<void> Follow(std::shared_ptr<std::unique_ptr<surface::Link>> end) {
    auto client = co_await surface::Client::Connect<model::LaneSurface>(loop.executor(),
                                                                        std::move(*end), "near");
    if (!client) {
      down = true;
      co_return;
    }
    const std::shared_ptr<surface::Client> shared = std::move(*client);
    pull->Attach(shared);
    surface::CollectionHandler<Attempt> attempts;
    attempts.on_snapshot = [this](std::map<std::string, Attempt> items, bool) {
      for (const auto& [key, attempt] : items) {
        pull->OnAttempt(attempt);
      }
    };
    attempts.on_upsert = [this](const std::string&, const Attempt& attempt) {
      pull->OnAttempt(attempt);
    };
    shared->Subscribe(model::LaneSurface::kAttempts, std::move(attempts));
    co_await shared->Closed();
    pull->Attach(nullptr);
    down = true;
  }

  std::string Log(const std::string& node, int32_t n = 1) const {
    return os::ReadFile(model::LaneFolder(path).log(node, n), size_t{64} << 20).value_or("(none)");
  }

  support::Loop& loop;
  FarLane& lane;
  std::string path;
  std::vector<Attempt> told;
  std::vector<std::string> troubles;
  size_t ended = 0;
  size_t batches = 0;
  bool down = false;
  std::shared_ptr<FaultyLink::Meter> meter;
  std::optional<LogPull> pull;
  async::TaskGroup tasks{loop.executor()};
};

std::string Text(size_t bytes) {
  std::string text;
  while (text.size() < bytes) {
    text += "line " + std::to_string(text.size()) + " \xff\n";
  }
  return text;
}

class LogPullTest : public ::testing::Test {
 protected:
  ~LogPullTest() override {
    lane_.sessions.Kill();
    loop_.Run(lane_.sessions.Join());
  }

  support::TempDir dir_;
  support::Loop loop_;
  async::SystemClock clock_;
  async::Worker worker_{1};
  FarLane lane_{loop_};
};

TEST_F(LogPullTest, ARunningLogIsHereAsItGrowsAndTheEndIsToldWhenItIsWhole) {
  Near near(loop_, worker_, lane_, dir_ / "lane", clock_);
  near.Dial(kNever);
  lane_.Begin("one");
  lane_.Say("one", "half ");
  ASSERT_TRUE(loop_.RunUntil([&] { return near.Log("one") == "half "; }));
  ASSERT_EQ(near.told.size(), 1U);
  EXPECT_EQ(near.told[0].status, NodeStatus::kRunning);
  lane_.Say("one", "whole\n");
  lane_.End("one");
  ASSERT_TRUE(loop_.RunUntil([&] { return near.ended == 1 && near.batches > 0; }));
  EXPECT_EQ(near.Log("one"), "half whole\n");
  EXPECT_EQ(near.told.back().log_bytes, 11U);
  EXPECT_TRUE(near.told.back().log_complete);
  EXPECT_EQ(near.pull->held(), 0U);
  EXPECT_EQ(os::StatusOf(model::LaneFolder(near.path).log("one", 1))->mode, 0444U);
}

TEST_F(LogPullTest, AnEmptyLogIsAFileToo) {
  Near near(loop_, worker_, lane_, dir_ / "lane", clock_);
  near.Dial(kNever);
  lane_.Begin("silent");
  lane_.End("silent");
  ASSERT_TRUE(loop_.RunUntil([&] { return near.ended == 1; }));
  EXPECT_EQ(near.Log("silent"), "");
}

TEST_F(LogPullTest, WhereverTheLinkIsCutTheLogsComeOutIdenticalAndEachEndIsToldOnce) {
  lane_.Begin("short");
  lane_.Say("short", "\xe2\x82\xac and a bit more than that\n");
  lane_.End("short");
  lane_.Begin("long");
  lane_.Say("long", Text(150));
  lane_.End("long");
  lane_.Begin("none");
  lane_.End("none");
  size_t whole = 0;
  {
    Near near(loop_, worker_, lane_, dir_ / "whole", clock_);
    near.Dial(kNever);
    ASSERT_TRUE(loop_.RunUntil([&] { return near.ended == 3; }));
    whole = near.meter->sent;
  }
  for (size_t budget = 0; budget < whole; ++budget) {
    SCOPED_TRACE(budget);
    Near near(loop_, worker_, lane_, dir_ / std::to_string(budget), clock_);
    near.Dial(budget);
    ASSERT_TRUE(loop_.RunUntil([&] { return near.down || near.ended == 3; }));
    near.Dial(kNever);
    ASSERT_TRUE(loop_.RunUntil([&] { return near.ended == 3; }));
    for (const std::string node : {"short", "long", "none"}) {
      ASSERT_EQ(near.Log(node), lane_.logs.at(node + "#1")->bytes());
    }
    ASSERT_TRUE(near.troubles.empty()) << near.troubles.front();
  }
}

TEST_F(LogPullTest, ManySmallCutsOnlyCostWhatWasCut) {
  const std::string text = Text(size_t{3} << 20);
  lane_.Begin("big");
  lane_.Say("big", text);
  lane_.End("big");
  Near near(loop_, worker_, lane_, dir_ / "lane", clock_);
  size_t sent = 0;
  for (int cut = 0; near.ended == 0; ++cut) {
    ASSERT_LT(cut, 100);
    near.down = false;
    near.Dial(size_t{400} << 10);
    ASSERT_TRUE(loop_.RunUntil([&] { return near.down || near.ended == 1; }));
    sent += near.meter->sent;
  }
  EXPECT_EQ(near.Log("big"), text);
  // Base64 is four bytes for three; every cut wastes at most one message of 64 KiB.
  EXPECT_LT(sent, text.size() * 2);
}

TEST_F(LogPullTest, TheNextOwnerGoesOnAtTheSizeOfItsFile) {
  const std::string text = Text(size_t{1} << 20);
  lane_.Begin("big");
  lane_.Say("big", text);
  lane_.End("big");
  const model::LaneFolder folder(dir_ / "lane");
  ASSERT_TRUE(os::MakeDirs(folder.logs()));
  ASSERT_TRUE(os::WriteFileAtomic(folder.log("big", 1), text.substr(0, text.size() - 1000)));
  Near near(loop_, worker_, lane_, folder.path(), clock_);
  near.Dial(kNever);
  ASSERT_TRUE(loop_.RunUntil([&] { return near.ended == 1; }));
  EXPECT_EQ(near.Log("big"), text);
  EXPECT_LT(near.meter->sent, 5000U);
}

TEST_F(LogPullTest, AFileThatIsNotTheBeginningOfTheLogIsReadAnew) {
  support::FakeClock clock;
  lane_.Begin("one");
  lane_.Say("one", "the truth, the whole truth\n");
  lane_.End("one");
  const model::LaneFolder folder(dir_ / "lane");
  ASSERT_TRUE(os::MakeDirs(folder.logs()));
  ASSERT_TRUE(os::WriteFileAtomic(folder.log("one", 1), "the lie"));
  Near near(loop_, worker_, lane_, folder.path(), clock);
  near.Dial(kNever);
  ASSERT_TRUE(loop_.RunUntil([&] { return clock.sleepers() > 0; }));
  EXPECT_EQ(near.ended, 0U);
  loop_.Advance(clock, std::chrono::seconds(1));
  ASSERT_TRUE(loop_.RunUntil([&] { return near.ended == 1; }));
  EXPECT_EQ(near.Log("one"), "the truth, the whole truth\n");
  EXPECT_EQ(near.told.back().status, NodeStatus::kOk);
}

TEST_F(LogPullTest, ALogThatIsNeverWhatTheLaneSaysMakesItsAttemptErrored) {
  support::FakeClock clock;
  lane_.Begin("one");
  lane_.Say("one", "text\n");
  lane_.End("one", 1, std::string(64, '0'));
  Near near(loop_, worker_, lane_, dir_ / "lane", clock);
  near.Dial(kNever);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(loop_.RunUntil([&] { return clock.sleepers() > 0; })) << i;
    EXPECT_EQ(near.ended, 0U);
    loop_.Advance(clock, std::chrono::seconds(1));
  }
  ASSERT_TRUE(loop_.RunUntil([&] { return near.ended == 1; }));
  EXPECT_EQ(near.told.back().status, NodeStatus::kErrored);
  EXPECT_EQ(near.told.back().reason, "log incomplete: its digest differs");
  EXPECT_FALSE(near.told.back().log_complete);
  EXPECT_EQ(near.troubles.size(), 1U);
}

TEST_F(LogPullTest, AHundredEndedLogsAreReadAFewAtATime) {
  for (int i = 0; i < 100; ++i) {
    const std::string node = "n" + std::to_string(i);
    lane_.Begin(node);
    lane_.Say(node, Text(2000));
    lane_.End(node);
  }
  Near near(loop_, worker_, lane_, dir_ / "lane", clock_);
  near.Dial(kNever);
  size_t most = 0;
  ASSERT_TRUE(loop_.RunUntil([&] {
    size_t read = 0;
    for (const auto& [key, log] : lane_.logs) {
      read += log->read_by_anybody() ? 1 : 0;
    }
    most = std::max(most, read);
    return near.ended == 100;
  }));
  EXPECT_LE(most, 16U);
  EXPECT_EQ(near.Log("n57"), lane_.logs.at("n57#1")->bytes());
}

TEST_F(LogPullTest, ALogThatWasCheckedBeforeIsNotReadAgain) {
  lane_.Begin("one");
  lane_.Say("one", Text(20'000));
  lane_.End("one");
  {
    Near near(loop_, worker_, lane_, dir_ / "lane", clock_);
    near.Dial(kNever);
    ASSERT_TRUE(loop_.RunUntil([&] { return near.ended == 1; }));
  }
  Near near(loop_, worker_, lane_, dir_ / "lane", clock_);
  near.Dial(kNever);
  ASSERT_TRUE(loop_.RunUntil([&] { return near.ended == 1; }));
  EXPECT_LT(near.meter->sent, 2000U);
}

TEST_F(LogPullTest, ALogThatWasCheckedStaysWhenTheLaneHasLessOfIt) {
  lane_.Begin("one");
  const std::string text = Text(20'000);
  lane_.Say("one", text);
  lane_.End("one");
  {
    Near near(loop_, worker_, lane_, dir_ / "lane", clock_);
    near.Dial(kNever);
    ASSERT_TRUE(loop_.RunUntil([&] { return near.ended == 1; }));
  }
  Near near(loop_, worker_, lane_, dir_ / "lane", clock_);
  Attempt lost;
  lost.node = "one";
  lost.n = 1;
  lost.status = NodeStatus::kErrored;
  lost.log_bytes = 5;
  near.pull->OnAttempt(lost);
  EXPECT_EQ(near.ended, 1U);
  EXPECT_EQ(near.Log("one"), text);
}

}  // namespace
}  // namespace odu::coordinator
