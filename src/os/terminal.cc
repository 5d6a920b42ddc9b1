#include "os/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace os {

bool IsTerminal(int fd) {
  return isatty(fd) == 1;
}

std::optional<TerminalSize> SizeOf(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) {
    return std::nullopt;
  }
  return TerminalSize{size.ws_row, size.ws_col};
}

bool WantsColour(bool stdout_is_terminal, const Environment& environment) {
  const std::optional<std::string_view> term = environment.Get("TERM");
  return stdout_is_terminal && !environment.Get("NO_COLOR") && term && !term->empty() &&
         *term != "dumb";
}

}  // namespace os
