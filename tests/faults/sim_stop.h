#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>

#include "async/task_group.h"
#include "faults/sim_process.h"

namespace odu::faults {

/// Runs a coroutine on the process's loop to its end, turning what `turn` turns too; its time goes
/// on as it needs it, nobody else's does.
void RunToEnd(SimProcess& process, boost::asio::awaitable<void> work,
              const std::function<void()>& turn);

/// Ends all tasks of a group.
void StopTasks(SimProcess& process, async::TaskGroup& tasks, const std::function<void()>& turn);

}  // namespace odu::faults
