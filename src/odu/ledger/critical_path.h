#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace odu::ledger {

/// A node as it ran.
struct PathNode {
  std::string name;
  std::vector<std::string> needs;  ///< names; those that are not given do not count
  int64_t started_at = 0;          ///< epoch milliseconds
  int64_t duration_ms = 0;
};

/// The chain that decided how long a run took: from the node that ended last back over, each time,
/// the need that ended last. `duration_ms` is from the first one's start to the last one's end.
struct CriticalPath {
  std::vector<std::string> names;  ///< in the order they ran
  int64_t duration_ms = 0;
};

/// Pure. Nothing for no nodes; needs that go round are followed once.
CriticalPath CriticalPathOf(std::span<const PathNode> nodes);

}  // namespace odu::ledger
