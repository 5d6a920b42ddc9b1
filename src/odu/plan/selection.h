#pragma once

#include <span>
#include <string>

#include "base/error.h"
#include "odu/model/plan.h"

namespace odu::plan {

/// The part of `pipeline` that the selectors (`recipe`, `recipe@platform`, `@platform`) name, all
/// together, with everything it needs; with `no_deps` without that, and then a need outside the
/// selection is dropped. Lanes without a selected node are dropped. Without selectors all of it.
/// Failures: kUsage "no_deps_alone" (`no_deps` without a selector), "setup_selected",
/// "nothing_to_run", and those of model::MatchNodes.
base::Result<model::Pipeline> Select(const model::Pipeline& pipeline,
                                     std::span<const std::string> selectors, bool no_deps);

}  // namespace odu::plan
