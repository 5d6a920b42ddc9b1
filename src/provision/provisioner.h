#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "provision/host_facts.h"
#include "provision/host_fault.h"
#include "provision/host_state.h"

namespace provision {

/// How a provisioner says what it does. Each call re-arms the bound on silence.
struct ProvisionProgress {
  std::function<void(HostPhase)> phase;  ///< kCopying or kRealising
  std::function<void(uint64_t sent, uint64_t total)> bytes;
  std::function<void(std::string_view line)> line;
};

/// A file there that the agent must find unchanged (`--self-check`) before it starts.
struct FileCheck {
  std::string path;
  std::string sha256;
  bool operator==(const FileCheck&) const = default;
};

/// What lies ready on the host now.
struct Provisioned {
  std::string agent;                              ///< absolute path there
  std::map<std::string, std::string> companions;  ///< name -> absolute path there
  /// The agent first; empty where nobody can have changed it (a Nix store).
  std::vector<FileCheck> checks;
};

/// A way to bring the agent and its companions to a host. Cancelling the call ends all it started.
class Provisioner {
 public:
  virtual ~Provisioner() = default;
  virtual std::string_view name() const = 0;
  /// Makes sure all is there; does nothing, quickly, when it is. `facts.companions` has those that
  /// the host's own PATH gives already; the result has them all. `progress` lives until the end.
  virtual boost::asio::awaitable<HostResult<Provisioned>> Provide(
      HostFacts facts, const ProvisionProgress& progress) = 0;
};

}  // namespace provision
