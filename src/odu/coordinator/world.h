#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "async/clock.h"
#include "async/task_group.h"
#include "async/worker.h"
#include "git/runner.h"
#include "odu/coordinator/growth_watch.h"
#include "odu/coordinator/ssh_agents.h"
#include "odu/ledger/checkout_folder.h"
#include "os/environment.h"
#include "os/reaper.h"
#include "service/home.h"

namespace odu::ledger {
struct RunLane;
}  // namespace odu::ledger

namespace odu::coordinator {

class LaneCarrier;
class SetupStory;

/// Divides the waits that people are promised (open time, idle exit, graces), so that tests need
/// not sit them out: ODU_TIME_SCALE=600 makes ten minutes one second.
class TimeScale {
 public:
  TimeScale() = default;
  /// Reads ODU_TIME_SCALE; anything but a number from 1 to 1,000,000 counts as 1.
  static TimeScale From(const os::Environment& environment);
  async::Duration operator()(async::Duration wait) const { return wait / divisor_; }
  int64_t divisor() const { return divisor_; }

 private:
  int64_t divisor_ = 1;
};

class Publisher;

/// Everything a coordinator's parts share and do not own; outlives them all.
struct World {
  boost::asio::any_io_executor executor;
  async::Clock& clock;
  os::Reaper& reaper;
  async::Worker& worker;
  git::Runner& git;
  /// What runs beside the calls and the live run; stopped before the rest.
  async::TaskGroup& tasks;
  service::Home home;
  std::string toplevel;
  std::string checkout_id;
  ledger::CheckoutFolder checkout;
  uint64_t epoch = 0;
  std::string runner;  ///< the path of `odu-runner`
  std::string build;
  TimeScale scale;
  std::shared_ptr<GrowthWatch> watch;
  /// The coordinator's own, for what it starts to reach other machines.
  os::Environment environment = {};
  /// What callers brought for that.
  std::shared_ptr<SshAgents> ssh_agents = std::make_shared<SshAgents>();
  /// The same with tokens: for the forge and nobody else.
  os::Environment forge_environment = environment;
  /// The Coordinator's, who sets it; null where nothing is posted.
  Publisher* publisher = nullptr;
  /// Whether the checkout is still this process's; empty = it always is. One that was stopped for
  /// an hour may have been replaced, and then writes nothing more.
  std::function<bool()> owned = {};
  /// The same, looked at this very moment; on any thread. Empty = as `owned`.
  std::function<bool()> owned_now = {};
  /// The way to a lane, instead of the real ones: for tests that need no processes. `story` is null
  /// for a lane of this machine.
  std::function<std::unique_ptr<LaneCarrier>(const ledger::RunLane& lane, SetupStory* story)>
      carrier = {};

  bool Owns() const { return !owned || owned(); }
  bool OwnsNow() const { return owned_now ? owned_now() : Owns(); }
};

/// Where `odu-runner` is: beside this program, else in ../libexec/odu, else what $ODU_RUNNER says.
/// kHost "no_runner".
base::Result<std::string> FindRunner(const os::Environment& environment);

}  // namespace odu::coordinator
