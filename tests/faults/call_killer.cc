#include "faults/call_killer.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <charconv>
#include <set>
#include <string>
#include <thread>

#include "os/file_system.h"

namespace odu::faults {
namespace {

using std::chrono::steady_clock;

bool IsNoticed(uint64_t call) {
  static const std::set<uint64_t> kCalls = {
      SYS_write,    SYS_writev,  SYS_pwrite64,  SYS_ftruncate, SYS_fsync,   SYS_fdatasync,
      SYS_renameat, SYS_linkat,  SYS_symlinkat, SYS_unlinkat,  SYS_mkdirat, SYS_fchmod,
      SYS_sendto,   SYS_sendmsg, SYS_clone,     SYS_clone3,    SYS_kill,    SYS_bind,
#if defined(__x86_64__)
      SYS_rename,   SYS_link,    SYS_symlink,   SYS_unlink,    SYS_mkdir,   SYS_rmdir,
      SYS_vfork,    SYS_fork,    SYS_chmod,
#endif
  };
  return kCalls.contains(call);
}

/// One hunt; everything of it happens in one thread, as ptrace wants it. What is still followed
/// when that thread ends is let go by the kernel.
class Hunt {
 public:
  Hunt(pid_t pid, int number, bool after) : pid_(pid), left_(number), after_(after) {}
  /// Kills nobody.
  Hunt(pid_t pid, std::chrono::milliseconds each)
      : pid_(pid), left_(0), after_(false), each_(each) {}

  bool Run(std::chrono::milliseconds most) {
    const auto until = steady_clock::now() + most;
    if (!SeizeAll()) {
      return false;
    }
    while (!killed_ && steady_clock::now() < until) {
      int status = 0;
      const pid_t thread = waitpid(-1, &status, __WALL | __WNOTHREAD | WNOHANG);
      if (thread < 0) {
        return false;  // nobody is left
      }
      if (thread == 0) {
        sched_yield();
      } else if (WIFSTOPPED(status)) {
        Stopped(thread, status);
      } else if (thread == pid_) {
        return false;
      }
    }
    return killed_;
  }

 private:
  bool SeizeAll() {
    const auto threads = os::ListDir("/proc/" + std::to_string(pid_) + "/task");
    if (!threads) {
      return false;
    }
    bool any = false;
    for (const os::DirEntry& entry : *threads) {
      pid_t thread = 0;
      std::from_chars(entry.name.data(), entry.name.data() + entry.name.size(), thread);
      constexpr long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE;
      if (ptrace(PTRACE_SEIZE, thread, nullptr, kOptions) == 0) {
        ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr);
        any = true;
      }
    }
    return any;
  }

  void Stopped(pid_t thread, int status) {
    constexpr int kCallStop = SIGTRAP | 0x80;
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    if (signal == kCallStop) {
      Called(thread);
    } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
      ptrace(PTRACE_LISTEN, thread, nullptr, nullptr);  // it was stopped by somebody
      return;
    }
    const bool delivered = signal != kCallStop && event == 0;
    ptrace(PTRACE_SYSCALL, thread, nullptr, static_cast<long>(delivered ? signal : 0));
  }

  void Called(pid_t thread) {
    __ptrace_syscall_info info{};
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, sizeof info, &info) <= 0) {
      return;
    }
    const bool enters = info.op == PTRACE_SYSCALL_INFO_ENTRY;
    if (each_.count() > 0) {
      if (enters && IsNoticed(info.entry.nr)) {
        poll(nullptr, 0, static_cast<int>(each_.count()));
      }
      return;
    }
    if (enters && dying_ == 0 && IsNoticed(info.entry.nr) && --left_ == 0) {
      dying_ = thread;
    }
    if (dying_ == thread && enters != after_) {
      kill(pid_, SIGKILL);
      killed_ = true;
    }
  }

  pid_t pid_;
  int left_;
  bool after_;
  std::chrono::milliseconds each_{0};
  pid_t dying_ = 0;  ///< the thread in the call that is the last one
  bool killed_ = false;
};

}  // namespace

bool KillAtCall(pid_t pid, int number, bool after, std::chrono::milliseconds most) {
  bool killed = false;
  std::thread hunter([&] { killed = Hunt(pid, number, after).Run(most); });
  hunter.join();
  return killed;
}

void SlowCalls(pid_t pid, std::chrono::milliseconds each, std::chrono::milliseconds most) {
  std::thread holder([&] { static_cast<void>(Hunt(pid, each).Run(most)); });
  holder.join();
}

}  // namespace odu::faults
