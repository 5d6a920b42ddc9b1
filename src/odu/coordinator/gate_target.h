#pragma once

#include <boost/asio/awaitable.hpp>

#include "base/error.h"
#include "odu/coordinator/world.h"
#include "odu/ledger/gate_journal.h"
#include "odu/ledger/run_folder.h"
#include "os/environment.h"

namespace odu::coordinator {

/// Whether a run of this scope posts anything: only a strict one does.
bool PostsStatuses(const model::Scope& scope);

/// Where the statuses of a run go: what its gate journal says, or for a run without one what
/// `origin` and the caller's GITHUB_API_URL and ODU_URL_BASE say. Failures: kRefused "no_forge",
/// git's, those of reading the run's header.
boost::asio::awaitable<base::Result<ledger::GateTarget>> FindGateTarget(
    World& world, ledger::RunFolder folder, os::Environment environment);

}  // namespace odu::coordinator
