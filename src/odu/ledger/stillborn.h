#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.h"

namespace odu::ledger {

/// Removes what is left of this checkout's newest runs whose owner died while it wrote them down: a
/// folder without a header or without a journal, in which no lane ever lived. Nothing of them ran,
/// nobody was told of them, and their caller's environment must not stay. The caller owns the
/// checkout's lock. Returns how many there were.
base::Result<size_t> RemoveStillbornRuns(std::string_view state, std::string_view checkout_id);

}  // namespace odu::ledger
