#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <string>

#include "async/clock.h"
#include "async/worker.h"

namespace odu::coordinator {

/// Ends every process whose ODU_ATTEMPT_ID starts with `marker`: what a killed lane left behind.
/// TERM, and KILL for those still there after `grace`. Returns how many it found.
boost::asio::awaitable<size_t> EndLeftovers(async::Clock& clock, async::Worker& worker,
                                            std::string marker, async::Duration grace);

}  // namespace odu::coordinator
