#pragma once

#include <string>

#include "odu/terminal/state.h"

/// The cell that the keys and the log pane are about.
namespace odu::terminal {

/// Chooses a node; another one's log is followed from its end.
void FocusOn(State& state, std::string node);
/// To the next cell in that direction, over empty ones; nowhere at an edge.
void MoveFocus(State& state, int rows, int columns);
/// To the next (1) or last (-1) cell that is red or runs; without any, to the next one.
void NextFocus(State& state, int step);
/// To a row of those shown, from 0, in the same column if it can be.
void FocusRow(State& state, int rows_shown, int row);

}  // namespace odu::terminal
