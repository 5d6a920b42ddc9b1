#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "odu/model/node.h"

namespace odu::face {

/// Turns the coalesced states of nodes into the transitions that happened: each attempt's `running`
/// once and its end once, in the order of time, whatever was merged on the way or told again after
/// a reconnect. Pending is silent.
///
/// Per node the last thing said is (attempt, running or ended); nothing older is ever said again. A
/// node that ended between two looks says `running` first when it has a start time and did run.
class Transitions {
 public:
  /// What the states of one batch add, oldest first. Each is the node as it is shown at that
  /// moment: a synthesised `running` has no exit code, no duration and no reason.
  std::vector<model::Node> Take(std::span<const model::Node> batch);

 private:
  struct Said {
    int32_t attempt = 0;
    bool ended = false;
    model::NodeStatus status = model::NodeStatus::kPending;
  };
  std::unordered_map<std::string, Said> said_;
};

}  // namespace odu::face
