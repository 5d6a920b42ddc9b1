#include "faults/sim_stop.h"

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <utility>

namespace odu::faults {

void RunToEnd(SimProcess& process, boost::asio::awaitable<void> work,
              const std::function<void()>& turn) {
  bool ended = false;
  boost::asio::co_spawn(process.loop.context(), std::move(work),
                        [&ended](const std::exception_ptr&) { ended = true; });
  constexpr int kMost = 10'000;
  int times = 0;
  while (!ended) {
    if (times++ == kMost) {
      std::fprintf(stderr, "a simulated process does not end\n");
      std::abort();
    }
    process.loop.RunUntilIdle();
    turn();
    process.loop.RunUntilIdle();
    const auto next = process.clock.NextDeadline();
    if (!ended && next != async::Duration::max()) {
      process.clock.AdvanceTo(next);
    }
  }
  process.loop.RunUntilIdle();
  turn();
  process.loop.RunUntilIdle();
}

void StopTasks(SimProcess& process, async::TaskGroup& tasks, const std::function<void()>& turn) {
  RunToEnd(process, tasks.Stop(process.clock, std::chrono::seconds(2)), turn);
}

}  // namespace odu::faults
