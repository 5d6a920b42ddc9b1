#pragma once

#include <string>

#include "async/clock.h"
#include "odu/cli/caller.h"

/// The commands that tell of runs that were.
namespace odu::cli {

Exit Runs(const Caller& caller);
Exit Show(const Caller& caller);
Exit Flakes(const Caller& caller);
Exit Diff(const Caller& caller);

/// What a run's summary ends with, of this checkout's newest run: its critical path if that was
/// long, and a line for each node that took at least twice what it usually does. Empty when there
/// is none, or nothing is known; a run that `took` too little for a slow node is not looked up.
std::string SlowNodes(const Caller& caller, async::Duration took);

/// The run id that --run names; empty without that option. Failures as ledger::FindRun.
base::Result<std::string> NamedRun(const Caller& caller);

}  // namespace odu::cli
