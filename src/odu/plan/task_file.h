#pragma once

#include <string_view>
#include <vector>

#include "base/error.h"
#include "odu/model/plan.h"

namespace odu::plan {

/// Reads an odu.json: `{"tasks": [{"id", "command", "needs"}]}`, plus the keys `name` and `pruned`
/// that `odu dump` prints and nobody needs. A string command runs as `/bin/sh -c`, an array as it
/// is. The nodes come in the order they are shown in. `file` names the file in messages. Failures:
/// kInput "bad_json", "bad_task_file", "bad_id", "duplicate_id", "unknown_need", "cycle"; kLimit
/// "too_large".
base::Result<std::vector<model::PlanNode>> ParseTaskFile(std::string_view text,
                                                         std::string_view file);

}  // namespace odu::plan
