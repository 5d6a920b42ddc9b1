#pragma once

#include "odu/cli/caller.h"

/// The commands that show a pipeline.
namespace odu::cli {

Exit Dump(const Caller& caller);
Exit Graph(const Caller& caller);

}  // namespace odu::cli
