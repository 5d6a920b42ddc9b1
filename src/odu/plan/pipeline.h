#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "odu/model/plan.h"
#include "odu/plan/justfile.h"
#include "odu/plan/sources.h"
#include "odu/plan/values.h"

namespace odu::plan {

/// The nodes that one platform runs, and the recipe they grew from.
struct PlannedLane {
  std::string root;  ///< its namepath
  model::LanePlan lane;
};

/// Plans a lane. `justfile` must be the dump as the platform's system sees it, `root` replaces the
/// tagged recipe. A root without a body is a marker: what needs it needs what it needs. Failures:
/// those of FindRoot, Expand, NeedsOf and SortForShowing.
base::Result<PlannedLane> PlanLane(const Justfile& justfile, const Sources& sources,
                                   std::string_view platform,
                                   const std::optional<std::string>& root,
                                   const EvaluateVariable& evaluate);

}  // namespace odu::plan
