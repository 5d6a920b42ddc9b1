#include "odu/terminal/crash_guard.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>

#include "base/bug.h"

namespace odu::terminal {
namespace {

constexpr std::array kFatal{SIGSEGV, SIGBUS,  SIGILL,  SIGFPE,    SIGABRT,
                            SIGSYS,  SIGTRAP, SIGQUIT, SIGXCPU,   SIGXFSZ,
                            SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF};

/// Where the handler runs when the process's own stack is what broke.
constexpr size_t kStackBytes = size_t{64} << 10;

struct Guarded {
  int fd = -1;
  const char* bytes = nullptr;
  size_t size = 0;
  termios mode{};
  std::array<struct sigaction, kFatal.size()> before{};
  std::array<char, kStackBytes> stack{};
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

/// The terminal may still be busy with the last frame, but not for ever.
void WriteAll(int fd, const char* bytes, size_t size) {
  constexpr int kPatienceMs = 200;
  for (int tries = 0; size > 0 && tries < 10; ++tries) {
    const ssize_t written = write(fd, bytes, size);
    if (written > 0) {
      bytes += written;
      size -= static_cast<size_t>(written);
      continue;
    }
    pollfd room{fd, POLLOUT, 0};
    poll(&room, 1, kPatienceMs);
  }
}

extern "C" void GiveTerminalBack(int signal) {
  Guarded& guarded = Shared();
  if (Armed().exchange(false)) {
    WriteAll(guarded.fd, guarded.bytes, guarded.size);
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
  stack_t other{};
  if (sigaltstack(nullptr, &other) == 0 && (other.ss_flags & SS_DISABLE) != 0) {
    other = {};
    other.ss_sp = guarded.stack.data();
    other.ss_size = guarded.stack.size();
    sigaltstack(&other, nullptr);
  }
  action.sa_flags = SA_ONSTACK;
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
