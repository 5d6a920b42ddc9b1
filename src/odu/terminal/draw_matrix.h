#pragma once

#include "odu/terminal/picture.h"

namespace odu::terminal {

/// Recipes by platforms with the heads of the columns, scrolled around the focus. Stale while
/// nobody answers: then all is dim.
void DrawMatrix(Picture& picture, const State& state, const Matrix& matrix, const Theme& theme);

}  // namespace odu::terminal
