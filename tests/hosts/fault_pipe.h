#pragma once

#include "base/error.h"
#include "hosts/fault_plan.h"

namespace hosts {

/// Starts the command (or connects) and relays stdin and stdout, byte by counted byte, with the
/// plan's faults; the command's stderr is ours. Returns the exit code: the command's, 255 after a
/// cut. At its end, the log file gets a line `up N down M END`, END being `cut` or `exit CODE`.
base::Result<int> RunFaultPipe(const FaultPlan& plan);

}  // namespace hosts
