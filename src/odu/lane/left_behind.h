#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "async/clock.h"

namespace odu::lane {

/// Ends every process of this machine whose ODU_ATTEMPT_ID begins with `marker`: what a lane that
/// was killed has left. TERM, and KILL after `grace`. Returns how many there were.
boost::asio::awaitable<size_t> EndLeftBehind(async::Clock& clock, std::string marker,
                                             async::Duration grace);

}  // namespace odu::lane
