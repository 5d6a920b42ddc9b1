#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "os/fd.h"

namespace os {

struct Exited {
  int code = 0;
  bool operator==(const Exited&) const = default;
};
struct Signalled {
  int signal = 0;
  bool operator==(const Signalled&) const = default;
};
/// How a child ended.
using WaitStatus = std::variant<Exited, Signalled>;

/// Decodes a raw status of waitpid for a child that ended.
WaitStatus DecodeWaitStatus(int raw);
bool Succeeded(const WaitStatus& status);
/// "exit 3", "signal 9".
std::string Describe(const WaitStatus& status);

/// Where in a child's new life a descriptor comes from.
inline constexpr int kDevNull = -1;
inline constexpr int kInherit = -2;

/// What to start. References nothing but the strings and descriptors it is given, and only until
/// Spawn returns.
struct SpawnSpec {
  /// argv[0] without a slash is looked up in PATH of the *given* environment.
  std::span<const std::string> argv;
  /// "KEY=value" strings, not copied. An entry of `extra_environment` replaces an equal key here.
  std::span<const std::string> environment;
  std::span<const std::string> extra_environment;
  /// Where the child starts; null = here.
  const char* directory = nullptr;
  /// Descriptors for 0, 1, 2: a number, kDevNull or kInherit. They stay open in the caller.
  int stdin_fd = kDevNull;
  int stdout_fd = kDevNull;
  int stderr_fd = kDevNull;
  /// The child leads a process group of its own (its id is the pid).
  bool own_group = true;
  /// The child leads a session of its own (implies a group).
  bool own_session = false;
  /// The child's umask; empty = ours.
  std::optional<mode_t> umask;
};

/// Starts a program at the cost of posix_spawn. It gets no other descriptors. Signals are unblocked
/// and at their defaults in the child. Failures, all kHost unless said: "program_not_found"
/// (kInput), "not_executable" (kInput), "no_such_directory" (kInput), "argument_list_too_long"
/// (kLimit), else "io". Whoever spawns must register the pid at the Reaper (or wait) before the
/// next turn of the event loop.
base::Result<pid_t> Spawn(const SpawnSpec& spec);

struct PipedChild {
  pid_t pid = 0;
  /// The read end of the one pipe that is the child's stdout and stderr; non-blocking.
  Fd output;
};
/// Spawn with stdout and stderr (whatever the spec says of them) on one new pipe.
base::Result<PipedChild> SpawnPiped(SpawnSpec spec);

/// The file that `program` means under that PATH for a child that starts in `directory`.
base::Result<std::string> FindProgram(const std::string& program,
                                      std::span<const std::string> environment,
                                      const char* directory = nullptr);

/// Waits, blocking, for a child. Not for processes that have a Reaper.
base::Result<WaitStatus> WaitForChild(pid_t pid);

/// Signals a whole process group. False when nobody is left in it.
bool SignalGroup(pid_t group, int signal);

}  // namespace os
