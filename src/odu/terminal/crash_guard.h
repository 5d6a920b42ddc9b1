#pragma once

#include <termios.h>

#include <string_view>

namespace odu::terminal {

/// While it lives, a crash of this process (a broken invariant, an invalid access) first gives the
/// terminal back: the only thing that a signal handler here does, and the reason for the one
/// process-wide variable that it needs. One at a time.
class CrashGuard {
 public:
  /// `restore` outlives the guard.
  CrashGuard(int fd, std::string_view restore, const termios& mode);
  ~CrashGuard();
  CrashGuard(const CrashGuard&) = delete;
  CrashGuard& operator=(const CrashGuard&) = delete;
};

}  // namespace odu::terminal
