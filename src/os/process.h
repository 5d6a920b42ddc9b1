#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "os/fd.h"

namespace os {

/// A process for certain: pids are used again, a pid with its start time is not (within one boot).
struct ProcessIdentity {
  pid_t pid = 0;
  uint64_t start_time = 0;  ///< clock ticks after boot
  bool operator==(const ProcessIdentity&) const = default;
};

/// What /proc/<pid>/stat says.
struct ProcessStatus {
  ProcessIdentity identity;
  pid_t parent = 0;
  pid_t group = 0;
  char state = '?';  ///< R S D T t Z X …
};

/// kGone, "no_process", when there is none.
base::Result<ProcessStatus> StatusOfProcess(pid_t pid);
base::Result<ProcessIdentity> IdentityOf(pid_t pid);
/// This process.
ProcessIdentity OwnIdentity();

/// True while exactly that process runs or is stopped; a zombie is not alive.
bool IsAlive(const ProcessIdentity& identity);
/// True when it is stopped (SIGSTOP, SIGTSTP) or traced.
bool IsStopped(const ProcessIdentity& identity);

/// Changes with every boot of the machine.
base::Result<std::string> BootId();

/// The direct children of a process, of all its threads. Empty when there are none or it is gone.
std::vector<pid_t> ChildrenOf(pid_t pid);

/// This process's own children at one read each time: those of its main thread, to which a
/// subreaper's orphans fall while it lives. Complete where no other thread starts programs.
class OwnChildren {
 public:
  OwnChildren();
  std::vector<pid_t> List() const;

 private:
  Fd file_;  ///< empty where the kernel does not have the list
};

/// `pid`'s descendants, children first, each once.
std::vector<pid_t> DescendantsOf(pid_t pid);
/// Every process that /proc shows.
std::vector<pid_t> AllProcesses();

/// The value of `key` in the environment a process was started with; empty when it has none or may
/// not be read (another user's, a zombie).
std::optional<std::string> EnvironmentValueOf(pid_t pid, std::string_view key);

/// Sends `signal` to the process only if it is still that one. False when it is gone or refuses.
bool SendSignal(const ProcessIdentity& identity, int signal);

}  // namespace os
