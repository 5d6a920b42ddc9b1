#include "odu/coordinator/source_supply.h"

#include <gtest/gtest.h>

#include <limits>

#include "async/task_group.h"
#include "base/text.h"
#include "os/file_system.h"
#include "support/faulty_link.h"
#include "support/git_repo.h"
#include "support/loop.h"
#include "support/temp_dir.h"
#include "surface/cell.h"
#include "surface/collection.h"
#include "surface/server.h"
#include "surface/stream.h"
#include "transport/memory_link.h"

namespace odu::coordinator {
namespace {

constexpr size_t kNever = std::numeric_limits<size_t>::max();

/// A lane that asks for its source, and takes it as a lane does.
class Receiver {
 public:
  explicit Receiver(support::Loop& loop) : loop_(loop) {
    server.Bind(model::LaneSurface::kLane, cell);
    server.Bind(model::LaneSurface::kAttempts, attempts_);
    server.Bind(model::LaneSurface::kAttemptLog, logs_);
    Refuse(model::LaneSurface::kHello);
    Refuse(model::LaneSurface::kConfigure);
    Refuse(model::LaneSurface::kRerun);
    Refuse(model::LaneSurface::kCancel);
    Refuse(model::LaneSurface::kRelease);
    server.Bind(model::LaneSurface::kUpload,
                [this](model::UploadRequest request, surface::Caller) { return Take(request); });
  }
  void Need(std::string kind) {
    state.need.id = "1";
    state.need.kind = std::move(kind);
    cell.Set(state);
  }
  boost::asio::awaitable<base::Result<model::UploadReply>> Take(model::UploadRequest request) {
    std::string bytes;
    EXPECT_TRUE(base::Base64Decode(request.base64, bytes));
    if (request.offset > received.size()) {
      co_return base::Fail(base::ErrorKind::kRefused, "bad_offset", "a gap");
    }
    const size_t known = received.size() - request.offset;
    repeated += std::min(known, bytes.size());
    if (known <= bytes.size()) {
      received += bytes.substr(known);
      whole = whole || request.last;
    }
    state.need.received = received.size();
    cell.Set(state);
    co_return model::UploadReply{received.size()};
  }

  surface::CellSource<model::LaneCell> cell;
  model::LaneCell state;
  std::string received;
  size_t repeated = 0;
  bool whole = false;

 private:
  template <class Req, class Rep>
  void Refuse(const surface::Procedure<Req, Rep>& procedure) {
    server.Bind(procedure, [](Req, surface::Caller) -> boost::asio::awaitable<base::Result<Rep>> {
      co_return base::Fail(base::ErrorKind::kRefused, "no", "nobody calls this here");
    });
  }

  support::Loop& loop_;
  surface::CollectionSource<model::Attempt> attempts_;
  surface::StreamSource<model::AttemptLogInput> logs_{
      [](const model::AttemptLogInput&) -> base::Result<std::shared_ptr<surface::ByteLog>> {
        return base::Fail(base::ErrorKind::kGone, "no_attempt", "none");
      }};

 public:
  surface::Server server{loop_.executor(), surface::DescribeSurface<model::LaneSurface>(), "far"};
};

class SourceSupplyTest : public ::testing::Test {
 protected:
  SourceSupplyTest() {
    repo_.Write("file", "text\n");
    std::string noise;
    uint32_t state = 1;
    for (int i = 0; i < 1'500'000; ++i) {
      state = state * 1664525 + 1013904223;
      noise.push_back(static_cast<char>(state >> 24));
    }
    repo_.Write("noise", noise);
    git::ShipRequest ship;
    ship.common_dir = repo_.path() + "/.git";
    ship.sha = sha_ = repo_.Commit();
    SourceSupply::Handlers handlers;
    handlers.on_progress = [this](uint64_t, uint64_t) { ++progress_; };
    handlers.on_done = [this] { ++done_; };
    handlers.on_failed = [this](const base::Error& error) { failed_.push_back(error); };
    supply_.emplace(loop_.executor(), git_, dir_.path(), ship, 1, std::move(handlers));
    tasks_.Spawn("supply", [this] { return supply_->Run(); });
  }
  ~SourceSupplyTest() override {
    tasks_.Kill();
    loop_.Run(tasks_.Join());
    sessions_.Kill();
    loop_.Run(sessions_.Join());
  }
  void Dial(size_t budget = kNever) {
    auto [far, near] = transport::MakeMemoryLinks(loop_.executor());
    auto cut = std::make_shared<std::unique_ptr<surface::Link>>(
        std::make_unique<support::FaultyLink>(std::move(near), budget, meter_));
    auto served = std::make_shared<std::unique_ptr<surface::Link>>(std::move(far));
    sessions_.Spawn("session", [this, served] { return lane_.server.Serve(std::move(*served)); });
    tasks_.Spawn("follow", [this, cut] { return Follow(cut); });
  }
  boost::asio::awaitable<void> Follow(std::shared_ptr<std::unique_ptr<surface::Link>> end) {
    auto client = co_await surface::Client::Connect<model::LaneSurface>(loop_.executor(),
                                                                        std::move(*end), "near");
    if (client) {
      const std::shared_ptr<surface::Client> shared = std::move(*client);
      supply_->Attach(shared);
      const std::function<void(const model::LaneCell&)> on_cell =
          [this](const model::LaneCell& cell) { supply_->OnCell(cell); };
      shared->Subscribe(model::LaneSurface::kLane, on_cell);
      co_await shared->Closed();
      supply_->Attach(nullptr);
    }
    ++downs_;
  }

  support::TempDir dir_;
  support::GitRepo repo_;
  support::Loop loop_;
  async::SystemClock clock_;
  os::Reaper reaper_{loop_.executor()};
  git::LoopRunner git_{reaper_, clock_, os::Environment::Current()};
  Receiver lane_{loop_};
  std::shared_ptr<support::FaultyLink::Meter> meter_ =
      std::make_shared<support::FaultyLink::Meter>();
  std::string sha_;
  int progress_ = 0;
  int done_ = 0;
  int downs_ = 0;
  std::vector<base::Error> failed_;
  std::optional<SourceSupply> supply_;
  async::TaskGroup sessions_{loop_.executor()};
  async::TaskGroup tasks_{loop_.executor()};
};

TEST_F(SourceSupplyTest, ABundleThatIsAskedForArrivesWholeAndItsFileGoesWhenItIsDone) {
  lane_.Need("bundle");
  Dial();
  ASSERT_TRUE(loop_.RunUntil([&] { return lane_.whole && done_ == 1; }));
  EXPECT_TRUE(lane_.received.starts_with("# v2 git bundle\n"));
  EXPECT_GT(lane_.received.size(), 1'500'000U);
  EXPECT_EQ(lane_.repeated, 0U);
  EXPECT_GT(progress_, 2);
  EXPECT_TRUE(os::ListDir(dir_.path())->empty());
}

TEST_F(SourceSupplyTest, AHostWithoutGitGetsAnArchive) {
  lane_.Need("tar");
  Dial();
  ASSERT_TRUE(loop_.RunUntil([&] { return lane_.whole; }));
  EXPECT_EQ(lane_.received.substr(257, 5), "ustar");
}

TEST_F(SourceSupplyTest, AfterACutItGoesOnWhereTheLaneIs) {
  lane_.Need("bundle");
  for (int cut = 0; !lane_.whole; ++cut) {
    ASSERT_LT(cut, 20);
    downs_ = 0;
    Dial(900'000);
    ASSERT_TRUE(loop_.RunUntil([&] { return downs_ == 1 || lane_.whole; }));
  }
  EXPECT_TRUE(lane_.received.starts_with("# v2 git bundle\n"));
  const std::string path = dir_ / "bundle";
  ASSERT_TRUE(os::WriteFileAtomic(path, lane_.received));
  EXPECT_NE(repo_.Git({"bundle", "list-heads", path}).find(sha_), std::string::npos);
  EXPECT_EQ(lane_.repeated, 0U);
}

TEST_F(SourceSupplyTest, WhatCannotBeMadeIsTold) {
  lane_.Need("crystal");
  Dial();
  ASSERT_TRUE(loop_.RunUntil([&] { return !failed_.empty(); }));
  EXPECT_EQ(failed_[0].code(), "unknown_need");
}

}  // namespace
}  // namespace odu::coordinator
