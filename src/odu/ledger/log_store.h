#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "odu/ledger/run_folder.h"

namespace odu::ledger {

/// Where the log of attempt `n` of a node is in its run's folder: on localhost the lane's own file,
/// else the copy that was pulled. Whether it exists is another question.
std::string LogFileOf(const RunFolder& folder, std::string_view platform, std::string_view instance,
                      int32_t attempt);

/// The newest attempt of a node that has a log; empty when none has.
base::Result<std::optional<int32_t>> NewestLogOf(const RunFolder& folder, std::string_view platform,
                                                 std::string_view instance);

/// The last `lines` lines (at most `limit` bytes of them) of a log, for summaries.
base::Result<std::string> TailOf(const std::string& path, size_t lines,
                                 size_t limit = size_t{64} << 10);

}  // namespace odu::ledger
