#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <string>
#include <vector>

#include "async/clock.h"
#include "async/worker.h"
#include "os/reaper.h"

namespace provision {

/// What every session of a process shares and does not own; all of it outlives them.
struct HostWorld {
  boost::asio::any_io_executor executor;
  async::Clock& clock;
  os::Reaper& reaper;
  async::Worker& worker;  ///< hashes our own programs
  /// Absolute; `<state_dir>/ssh` is made in it (0700) for ssh's control sockets and markers.
  std::string state_dir;
  /// "KEY=value" for ssh and pipes, asked before each start: the newest agent socket counts.
  std::function<std::vector<std::string>()> environment;
  /// The program that stands for ssh.
  std::string ssh = "ssh";
};

}  // namespace provision
