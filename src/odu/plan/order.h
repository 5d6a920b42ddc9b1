#pragma once

#include <string_view>
#include <vector>

#include "base/error.h"
#include "odu/model/plan.h"

namespace odu::plan {

/// Sorts as people expect of names: `_`, `-`, `:` and the other marks before digits before letters,
/// upper and lower case together, lower case first where that is all the difference.
bool NameComesBefore(std::string_view a, std::string_view b);

/// Puts `nodes` into the order they are shown in: by name, but each after all it needs. As the
/// list sorted by name is read again and again, a node is taken as soon as all it needs is, also
/// when that was taken in the same reading. Every need must name a node, and no two nodes may
/// share an id. Failure: kInput "cycle", "<what> need each other: check -> build -> check".
base::Result<void> SortForShowing(std::vector<model::PlanNode>& nodes, std::string_view what);

}  // namespace odu::plan
