#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "async/task_group.h"
#include "async/worker.h"
#include "faults/sim_process.h"
#include "git/runner.h"
#include "odu/coordinator/coordinator.h"
#include "odu/coordinator/front_desk.h"
#include "odu/coordinator/world.h"
#include "os/reaper.h"
#include "surface/server.h"

namespace odu::faults {

/// Where a checkout and its state are, for every owner of it.
struct SimPlace {
  std::string state;
  std::string cache;
  std::string toplevel;
  std::string checkout_id;
};

/// There is no git in this world; whoever asks it is refused.
class NoGit final : public git::Runner {
 public:
  boost::asio::awaitable<base::Result<os::ProgramResult>> Run(git::Command command) override;
};

/// A coordinator as its process would be.
class SimOwner {
 public:
  using Carrier = std::function<std::unique_ptr<coordinator::LaneCarrier>(
      SimOwner& owner, const ledger::RunLane& lane, coordinator::SetupStory* story)>;

  /// Null when it cannot come to be (a full disk).
  static std::unique_ptr<SimOwner> Born(async::Duration now, const SimPlace& place, uint64_t epoch,
                                        std::function<bool(uint64_t epoch)> owned, Carrier carrier);
  SimOwner(const SimOwner&) = delete;
  SimOwner& operator=(const SimOwner&) = delete;

  SimProcess process;

  uint64_t epoch() const { return world_.epoch; }
  /// It has adopted what there was to adopt, and its door is open.
  bool ready() const { return ready_; }
  void Serve(std::unique_ptr<surface::Link> link);
  boost::asio::any_io_executor executor() { return process.loop.executor(); }
  /// Leaves its run as it stands and ends every task; the last that is done with it.
  void End(const std::function<void()>& turn);

 private:
  SimOwner(async::Duration now, const SimPlace& place, uint64_t epoch,
           std::function<bool(uint64_t epoch)> owned, Carrier carrier, ledger::Receipts receipts);
  boost::asio::awaitable<void> Begin();

  os::Reaper reaper_;
  NoGit git_;
  async::Worker worker_{0};
  async::TaskGroup tasks_;
  coordinator::World world_;
  coordinator::Coordinator coordinator_;
  coordinator::FrontDesk desk_;
  surface::Server server_;
  bool ready_ = false;
};

}  // namespace odu::faults
