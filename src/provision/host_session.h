#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "provision/agent_spec.h"
#include "provision/host_address.h"
#include "provision/host_facts.h"
#include "provision/host_state.h"
#include "provision/host_world.h"
#include "surface/link.h"

namespace provision {

/// The bounds of a session, before the time scale.
struct SessionBounds {
  async::Duration handshake = std::chrono::seconds(30);  ///< from the start to the agent's sentinel
  async::Duration silence = std::chrono::minutes(2);     ///< while probing, copying or realising
  async::Duration ceiling = std::chrono::minutes(45);    ///< of one attempt, however much it talks
  async::Duration backoff_first = std::chrono::seconds(1);
  async::Duration backoff_cap = std::chrono::seconds(60);
  int32_t remote_attempts = 5;
};

struct SessionOptions {
  double time_scale = 1.0;  ///< all bounds are divided by it
  SessionBounds bounds;
  /// What follows the agent's path in its argv; asked before each start.
  std::function<std::vector<std::string>(const HostFacts&)> args;
  /// Asked of a host that answered, before anything is sent there; a failure is final.
  std::function<base::Result<void>(const HostFacts&)> accept;
};

/// Called on the executor, never from inside a call into the session.
struct SessionHandlers {
  std::function<void(const HostState&)> on_state;
  /// What happens, a line at a time, for people: ours and the far side's own words (sanitised).
  std::function<void(std::string_view line)> on_line;
};

/// An agent that answered.
struct Connection {
  /// Owns the ssh process: closing or dropping it ends that.
  std::unique_ptr<surface::Link> link;
  HostFacts facts;
  std::string noise;  ///< what login shells printed before the agent spoke, raw
};

/// One host, from its name to a link with the agent on it; again whenever the link died. The states
/// and rules are drawn in session_machine.h.
class HostSession {
 public:
  HostSession(HostWorld& world, HostAddress address, AgentSpec spec, SessionOptions options,
              SessionHandlers handlers);
  ~HostSession();
  HostSession(const HostSession&) = delete;
  HostSession& operator=(const HostSession&) = delete;

  /// Probes, ships, starts, shakes hands; retries by the rules. One at a time. A failure is final,
  /// kHost: "host_unreachable" (never reached within what the caller allows: only by
  /// cancellation), "host_refused", "host_unfit"; its message ends with the far side's own last
  /// lines and its hint is what a person has to fix. A later call goes straight to the start when
  /// the host is known.
  boost::asio::awaitable<base::Result<Connection>> Connect();

  /// The holder of the link says that it died; told so, the state is `lost` until the next
  /// Connect().
  void LinkLost(std::string cause);

  /// Forgets what may be stale (a shared ssh connection after sleep) and ends a wait between two
  /// attempts now. An attempt that waits on the network starts anew. The owner closes a connected
  /// link itself.
  void Recheck();

  /// One attempt to look, which changes nothing there: `odu hosts --check`.
  boost::asio::awaitable<base::Result<HostFacts>> Probe();

  const HostAddress& address() const;
  const HostState& state() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace provision
