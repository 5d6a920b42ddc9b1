#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "odu/ledger/run_record.h"
#include "odu/model/lane_contract.h"
#include "odu/model/lane_folder.h"

namespace odu::coordinator {

/// What a lane that is dead had decided, from its own journal; nothing when it left none.
std::vector<model::Attempt> LastWordsOf(const model::LaneFolder& folder);

/// Reads the logs of ended attempts: one that is not what its record says has not a complete log.
/// So it is when the power went before a log was on the disk.
void DoubtLogs(const model::LaneFolder& folder, std::vector<model::Attempt>& attempts);

/// Whether the lane that lived there is dead and the record knows all that it did: nothing of it is
/// unfinished or unheard of.
bool IsDoneWith(const ledger::RunRecord& record, const ledger::RunFolder& folder,
                const std::string& platform);

/// Whether the lane ever wrote anything down: one that did not has no plan, and ran nothing.
bool HadPlan(const model::LaneFolder& folder);

/// Whether the lane wrote down its own end: it was released, or told to go.
bool EndedByItself(const model::LaneFolder& folder);

/// Adds `[odu] <text>` to a log whose lane can write no more (the file is made if need be), as far
/// as there is room for it, and seals it. Returns its size.
uint64_t WriteEpitaph(const std::string& log, const std::string& text);

}  // namespace odu::coordinator
