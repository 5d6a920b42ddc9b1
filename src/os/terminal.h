#pragma once

#include <optional>

#include "os/environment.h"

namespace os {

struct TerminalSize {
  int rows = 0;
  int columns = 0;
  bool operator==(const TerminalSize&) const = default;
};

bool IsTerminal(int fd);
/// Empty when `fd` is no terminal or does not know.
std::optional<TerminalSize> SizeOf(int fd);

/// Colour is wanted when stdout is a terminal, NO_COLOR is unset (set but empty counts as set) and
/// TERM is neither unset nor "dumb". It governs stderr too.
bool WantsColour(bool stdout_is_terminal, const Environment& environment);

}  // namespace os
