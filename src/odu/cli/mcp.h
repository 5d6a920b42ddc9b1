#pragma once

#include "odu/cli/agent_store.h"
#include "odu/cli/caller.h"

/// The commands for agents.
namespace odu::cli {

/// `odu mcp`: serves until its input ends, a signal comes or nobody reads.
Exit Mcp(const Caller& caller, PlaceOf place_of, int32_t umask, const std::string& version);
/// `odu skill`.
Exit Skill(const Caller& caller);

}  // namespace odu::cli
