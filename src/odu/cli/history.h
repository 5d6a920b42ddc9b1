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

/// A line for each node of this checkout's newest run that took at least twice what it usually
/// does: what a run's summary ends with. Empty when there is none, or nothing is known; a run that
/// `took` too little for a slow node is not looked up.
std::string SlowNodes(const Caller& caller, async::Duration took);

}  // namespace odu::cli
