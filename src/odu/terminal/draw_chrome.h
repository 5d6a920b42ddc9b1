#pragma once

#include "odu/terminal/picture.h"

/// The parts around matrix and log, each drawn into its place of the picture.
namespace odu::terminal {

/// Which run, how it stands, how long it took and will take.
void DrawHeader(Picture& picture, const State& state, const Theme& theme);
/// What is typed, or what was just said, or the keys that help now.
void DrawFooter(Picture& picture, const State& state, const Theme& theme);
/// What happened last.
void DrawEvents(Picture& picture, const State& state, const Theme& theme);

}  // namespace odu::terminal
