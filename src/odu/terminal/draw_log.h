#pragma once

#include "odu/terminal/picture.h"

namespace odu::terminal {

/// The log of the node that has the focus, under a line that says which and how it stands.
void DrawLog(Picture& picture, const State& state, const LogDocument& log, const Theme& theme);

/// In the log's place when nothing runs: the plan's state and the newest runs.
void DrawRuns(Picture& picture, const State& state, const Theme& theme);

/// The first line of the log that a pane of so many rows shows.
size_t FirstLogLine(const LogPane& pane, const LogDocument& log, int rows);

}  // namespace odu::terminal
