#pragma once

#include <cstdint>
#include <deque>

#include "odu/terminal/state.h"

namespace odu::terminal {

/// What the node has come to, as a line of the events lane; of one that has no times, at `now_ms`.
EventLine EventOf(const model::Node& node, int64_t now_ms);

/// What happened in a run, told afterwards: the nodes that ran, by when they ended or began.
std::deque<EventLine> EventsOf(const face::View& view);

}  // namespace odu::terminal
