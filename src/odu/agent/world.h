#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>

#include "async/clock.h"
#include "odu/agent/store.h"
#include "os/environment.h"
#include "os/reaper.h"

namespace odu::agent {

/// What all tools share; outlives them.
struct World {
  boost::asio::any_io_executor executor;
  async::Clock& clock;
  os::Reaper& reaper;
  Store& store;
  os::Environment environment;  ///< the server's own: runs get it, filtered by the coordinator
  int32_t umask = 022;
  int64_t pid = 0;
  /// Other work trees of the repository must be allowed by name, too.
  bool fixed_checkouts = false;
};

}  // namespace odu::agent
