#pragma once

#include <string>

#include "odu/face/view.h"

namespace odu::face {

/// What a terminal is sent when a run has settled that took long enough for its watcher to have
/// looked away: a bell, and OSC 9, which terminals that know it show as a notification and others
/// ignore. Empty for a short run, or one without a verdict. Pure.
std::string TerminalNotice(const View& view);

}  // namespace odu::face
