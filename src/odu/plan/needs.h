#pragma once

#include <cstddef>
#include <vector>

#include "base/error.h"
#include "odu/plan/instances.h"

namespace odu::plan {

/// `&&` behind `&&` can multiply needs; nobody writes this many.
inline constexpr size_t kMaxNeeds = 4'000'000;
/// The failure to say so: kLimit "too_large".
base::Error TooManyNeeds();

/// What each instance must wait for, as indices without duplicates, in the order the justfile says:
/// 1. what stands before its `&&`, each followed by what that one leaves to run after itself, so
///    that `&&` dependencies are over before a dependent starts;
/// 2. where it stands after the `&&` of another, that other;
/// 3. what is reached only by way of an `&&` waits for the recipe that has it, as when just runs
/// it. Failure: kLimit "too_large" when that makes more than 4 million needs.
base::Result<std::vector<std::vector<size_t>>> NeedsOf(const std::vector<Instance>& instances);

}  // namespace odu::plan
