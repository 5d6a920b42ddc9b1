#pragma once

#include <string>
#include <vector>

#include "odu/agent/fit_list.h"
#include "odu/agent/live_checkout.h"
#include "odu/agent/wait_shapes.h"

namespace odu::agent {

/// The most of what an answer shows of one log, as JSON.
inline constexpr size_t kExcerptJsonBytes = size_t{4} << 10;

/// A red node with the part of its log that matters, as of `report` (a node of a run that is over)
/// or of the live view. A log that cannot be read gives an empty excerpt.
RedNode RedNodeOf(Store& store, const std::string& toplevel, const std::string& run_id,
                  const model::Node& node);

/// Shortens what is shown until the answer is at most kAnswerBytes of JSON; what went is told by
/// `has_more`. Names of nodes go last.
void FitAnswer(WaitOut& answer);

}  // namespace odu::agent
