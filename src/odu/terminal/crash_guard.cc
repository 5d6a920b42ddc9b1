#include "odu/terminal/crash_guard.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>

#include "base/bug.h"

namespace odu::terminal {
namespace {

constexpr std::array kFatal{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS};

struct Guarded {
  int fd = -1;
  const char* bytes = nullptr;
  size_t size = 0;
  termios mode{};
  std::array<struct sigaction, kFatal.size()> before{};
};

/// What a signal handler finds; `armed` says whether it may.
Guarded& Shared() {
  static Guarded guarded;
  return guarded;
}

std::atomic<bool>& Armed() {
  static std::atomic<bool> armed = false;
  return armed;
}

extern "C" void GiveTerminalBack(int signal) {
  Guarded& guarded = Shared();
  if (Armed().exchange(false)) {
    static_cast<void>(!write(guarded.fd, guarded.bytes, guarded.size));
    tcsetattr(guarded.fd, TCSANOW, &guarded.mode);
  }
  // The fault happens again, or is raised again, and then is what it was before.
  for (size_t i = 0; i < kFatal.size(); ++i) {
    if (kFatal[i] == signal) {
      sigaction(signal, &guarded.before[i], nullptr);
    }
  }
  raise(signal);
}

}  // namespace

CrashGuard::CrashGuard(int fd, std::string_view restore, const termios& mode) {
  BUG_IF(Armed().load(), "two terminals are guarded");
  Guarded& guarded = Shared();
  guarded.fd = fd;
  guarded.bytes = restore.data();
  guarded.size = restore.size();
  guarded.mode = mode;
  Armed().store(true);
  struct sigaction action{};
  action.sa_handler = GiveTerminalBack;
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < kFatal.size(); ++i) {
    sigaction(kFatal[i], &action, &guarded.before[i]);
  }
}

CrashGuard::~CrashGuard() {
  if (!Armed().exchange(false)) {
    return;
  }
  const Guarded& guarded = Shared();
  for (size_t i = 0; i < kFatal.size(); ++i) {
    sigaction(kFatal[i], &guarded.before[i], nullptr);
  }
}

}  // namespace odu::terminal
