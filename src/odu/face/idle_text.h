#pragma once

#include <cstdint>
#include <string>

#include "odu/face/watcher.h"

namespace odu::face {

/// What `odu attach` in a pipe says of an idle checkout: the plan of HEAD and the newest runs.
/// Whole lines; a long plan is cut.
std::string IdleText(const View& view, const Idle& idle, int64_t now_ms, bool colour);

}  // namespace odu::face
