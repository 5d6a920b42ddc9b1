#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "odu/ledger/run_environment.h"
#include "odu/plan/hosts_file.h"

namespace odu::coordinator {

/// What recipes on localhost get of the caller's environment (contract.md section 3, "Execution"):
/// all of it, without
/// - what agent hosts and their tools put there (CLAUDE* CODEX* GEMINI_CLI* OPENCODE* MCP_*),
/// - forge tokens (model::kForgeTokens),
/// - what ties a process to the caller's place: PWD, OLDPWD and git's own variables (a run started
///   from a git hook must not redirect its recipes' git),
/// - ODU_ATTEMPT_ID and its kin of a run around this one.
/// `pass_env` brings back what it names exactly; no pattern.
std::vector<std::string> RecipeEnvironment(std::span<const std::string> caller,
                                           std::span<const std::string> pass_env);

/// The same for all lanes of a run, taken apart: what every lane gets, and what only one does.
ledger::RunEnvironment RunEnvironmentOf(std::span<const std::string> caller,
                                        std::span<const plan::HostEntry> hosts);

/// Refuses an environment that no process could be given: kLimit "environment_too_large" over 1 MiB
/// or 8,192 entries; kUsage "bad_environment" for an entry without '=' or with a NUL.
base::Result<void> CheckEnvironment(std::span<const std::string> environment);

}  // namespace odu::coordinator
