#pragma once

#include <string>

#include "odu/cli/caller.h"

namespace odu::cli {

/// `odu mcp --install HOST`: shows what would change in the host's configuration, asks on the
/// terminal (or is told `--yes`), and writes it. kRefused "not_confirmed".
Exit InstallAgent(const Caller& caller);

}  // namespace odu::cli
