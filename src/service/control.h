#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>

#include "service/ensure.h"

namespace service {

struct Stopped {
  int64_t pid = 0;         ///< who was stopped, 0 when it did not say
  bool by_signal = false;  ///< it did not answer on its door and was sent SIGTERM
};

/// Asks the service to stop (`surface.stop`, which every build serves, whatever its contract) and
/// waits until it has let go of its lock. One that serves the door and owns another state folder is
/// asked too, and its process waited for. Without a door, its recorded owner gets SIGTERM. kGone
/// "not_running" when there is none; kBusy "owner_stopped"; kBusy "still_running" after `deadline`.
boost::asio::awaitable<base::Result<Stopped>> Stop(
    boost::asio::any_io_executor executor, async::Clock& clock, ServicePlace place,
    async::Duration deadline = std::chrono::seconds(20));

/// Stop (if it runs) and Ensure.
boost::asio::awaitable<base::Result<std::unique_ptr<surface::Client>>> Restart(
    boost::asio::any_io_executor executor, async::Clock& clock, os::Reaper& reaper,
    ServicePlace place, EnsureOptions options = EnsureOptions());

}  // namespace service
