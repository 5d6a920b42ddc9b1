#pragma once

#include <cstdint>
#include <string>

#include "odu/face/view.h"

namespace odu::face {

/// How a frame is drawn.
struct FrameStyle {
  int columns = 80;
  int rows = 24;  ///< the frame takes at most so many lines
  bool colour = false;
};

/// The live view of a run: recipes × platforms, counts, lanes that are not simply connected, and
/// the end of one failing node's log. Pure: the same arguments give the same lines. Every line ends
/// in a newline and is no wider than the terminal. `focus` names the node whose `tail` is shown,
/// empty for none; `hint` is a last dim line ("q to leave"), may be empty.
std::string Frame(const View& view, int64_t now_ms, const FrameStyle& style,
                  const std::string& focus, const std::string& tail, const std::string& hint);

}  // namespace odu::face
