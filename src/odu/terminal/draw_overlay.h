#pragma once

#include "odu/terminal/picture.h"

namespace odu::terminal {

/// The box above everything, where one is open: help, palette, attempts.
void DrawOverlay(Picture& picture, const State& state, const Theme& theme);

}  // namespace odu::terminal
