#pragma once

namespace os {

/// Gives a process that was started without stdin, stdout or stderr something harmless there, so
/// that no file or socket of its own gets one of their numbers. Reading finds the end of /dev/null;
/// writing to such a stdout fails (EBADF: whoever wants the output must learn that there is none),
/// what goes to such a stderr is lost. The first thing in main.
void OpenMissingStreams();

}  // namespace os
