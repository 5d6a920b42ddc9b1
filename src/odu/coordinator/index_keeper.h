#pragma once

#include <boost/asio/awaitable.hpp>

#include "odu/coordinator/board.h"
#include "odu/coordinator/world.h"

namespace odu::coordinator {

/// Takes what the runs have written since into the index, on the worker; no run waits for it. A
/// failure is a notice: the index can always be made from the folders, and readers do.
boost::asio::awaitable<void> KeepIndex(World& world, Board& board);

/// Removes runs of this user that are past their time, at most daily; a failure is only logged.
boost::asio::awaitable<void> SweepOldRuns(World& world);

}  // namespace odu::coordinator
