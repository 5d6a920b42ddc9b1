#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <span>
#include <string>

#include "odu/coordinator/world.h"
#include "odu/model/run.h"

namespace odu::coordinator {

/// Whether the work trees of `run_id` are of no use any more: it is not one of `runs` (the newest
/// first), or it is over and was not red, or it is red but older than a day, or three newer runs
/// are red. Pure.
bool IsStale(const std::string& run_id, std::span<const model::RunSummary> runs, int64_t now_ms);

/// Removes this checkout's stale work trees below the cache folder; those of a lane that lives are
/// never touched. Asks git only when there is something to look at.
boost::asio::awaitable<void> SweepWorkTrees(World& world);

}  // namespace odu::coordinator
