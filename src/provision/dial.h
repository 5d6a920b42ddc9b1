#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "provision/host_shell.h"
#include "provision/host_state.h"
#include "provision/provisioner.h"
#include "surface/link.h"

namespace provision {

/// One start of the agent.
struct DialCall {
  std::string agent;
  std::vector<std::string> args;
  std::vector<FileCheck> checks;
  bool login_environment = false;
  /// From asking for a shell to having one, and again from there to the agent's sentinel.
  async::Duration handshake = std::chrono::seconds(30);
  std::function<void(HostPhase)> on_phase;  ///< kStarting, kHandshaking
  HostProcess::LineHandler on_line;         ///< the far side's stderr, also later; may outlive us
};

struct Dialled {
  std::unique_ptr<surface::Link> link;  ///< owns the process
  std::string noise;
};

/// Becomes the agent there and waits for its first line. Faults: those of HostShell; kRemote
/// "no_handshake" (it is there, but silent); kRemote "agent_stale" (a check failed: provision
/// again).
boost::asio::awaitable<HostResult<Dialled>> Dial(HostShell& shell, DialCall call);

}  // namespace provision
