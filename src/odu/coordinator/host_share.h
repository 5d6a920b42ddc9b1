#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "odu/plan/hosts_file.h"

namespace odu::coordinator {

/// The part of `total` that the `index`th of `count` lanes on one host gets: as equal as can be,
/// the first ones more, none less than 1. Their sum is `total`, unless there are more lanes.
int32_t ShareOf(int32_t total, size_t index, size_t count);

/// How many nodes each lane may run at once, in the order of `hosts`, which are one a lane. The
/// limit is a host's: lanes on the same one (the same address or command; all names of this
/// machine are one) share it.
/// - `asked` (--jobs) is each host's, whatever the hosts file says.
/// - Else a lane keeps what the hosts file says of it, and the others there share what is left of
///   the host's CPUs: `cpus_here` for this machine.
/// - 0, "the host's CPUs", for a lane alone on its host of which nothing is said, and for lanes of
///   another machine: how many CPUs that has only shows when it is reached.
/// Pure.
std::vector<int32_t> ShareJobs(std::span<const plan::HostEntry> hosts, int32_t asked,
                               int32_t cpus_here);

}  // namespace odu::coordinator
