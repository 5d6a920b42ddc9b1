#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "odu/model/lane_contract.h"
#include "odu/model/lane_folder.h"

namespace odu::coordinator {

/// What a lane that is dead had decided, from its own journal; nothing when it left none.
std::vector<model::Attempt> LastWordsOf(const model::LaneFolder& folder);

/// Adds `[odu] <text>` to a log whose lane can write no more (the file is made if need be). Returns
/// its size.
base::Result<uint64_t> WriteEpitaph(const std::string& log, const std::string& text);

}  // namespace odu::coordinator
