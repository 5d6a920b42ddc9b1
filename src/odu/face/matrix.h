#pragma once

#include <cstdint>
#include <span>
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
/// the ends of red nodes' logs. Pure: the same arguments give the same lines. Every line ends in a
/// newline and is no wider than the terminal. Of `tails` (most wanted first) so many are shown as
/// there is room for; `hint` is a last dim line ("q to leave"), may be empty.
std::string Frame(const View& view, int64_t now_ms, const FrameStyle& style,
                  std::span<const LogTail> tails, const std::string& hint);

}  // namespace odu::face
