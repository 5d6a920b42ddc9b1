#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "os/environment.h"
#include "provision/agent_spec.h"
#include "provision/host_address.h"

namespace odu::coordinator {

/// What is put on another machine so that it can be a lane: `odu-runner` for its system, and a
/// `just` where it has none that is new enough. Both are looked for beside our own `odu-runner`
/// (`odu-runner-<system>`, `just-<system>`), `just` for this system also on PATH. `provision` is as
/// in the hosts file: auto (also when empty), nix, copy. $ODU_RUNNER_FLAKE names another flake.
provision::AgentSpec LaneAgentSpec(const std::string& runner, const std::string& provision,
                                   const os::Environment& environment);

/// The way to the host of a lane: `command` if there is one, else ssh to `host`.
base::Result<provision::HostAddress> LaneAddress(const std::string& host,
                                                 const std::vector<std::string>& command);

/// The file that `name` has for `system`; its failure names the systems there are programs for.
base::Result<std::string> ProgramFor(const std::string& name, const std::string& system,
                                     const std::string& runner, const os::Environment& environment);

}  // namespace odu::coordinator
