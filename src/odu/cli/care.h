#pragma once

#include "odu/cli/caller.h"

/// The commands that look after what odu keeps.
namespace odu::cli {

Exit Prune(const Caller& caller);
/// Exit 3 when something is wrong and was not put right.
Exit Doctor(const Caller& caller);

}  // namespace odu::cli
