#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.h"
#include "odu/plan/resolve.h"
#include "odu/plan/values.h"

namespace odu::plan {

/// A recipe with the arguments it is called with: one node to be.
struct Instance {
  size_t recipe = 0;
  std::vector<std::string> arguments;
  std::string id;
  std::vector<std::string> argv;
  /// Indices of what stands before and after the `&&`, in order, without duplicates.
  std::vector<size_t> priors;
  std::vector<size_t> afters;
};

/// More nodes than this are refused: arguments can multiply a recipe without end.
inline constexpr size_t kMaxInstances = 100'000;

/// Everything reached from the recipe `root` called without arguments; [0] is that. Calls with the
/// same recipe and arguments are one instance. Failures, with their place: kInput
/// "unresolved_argument" (an argument that is no value), "missing_argument", "bad_argument",
/// "reserved_name"; kLimit "too_large"; those of ResolveDependencies.
base::Result<std::vector<Instance>> Expand(const View& view, size_t root, Values& values);

}  // namespace odu::plan
