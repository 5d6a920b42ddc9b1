#include "os/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/bug.h"
#include "base/text.h"
#include "os/environment.h"
#include "os/path_error.h"

namespace os {
namespace {

using base::ErrorKind;

/// Two C objects that posix_spawn reads, freed together.
class SpawnPlan {
 public:
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  ~SpawnPlan() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  void SetAttributes(const SpawnSpec& spec) {
    int flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    // exec leaves ignored what we ignore. (All of them: glibc asks for each that is not in the
    // set.)
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    if (spec.own_session) {
      flags |= POSIX_SPAWN_SETSID;
    } else if (spec.own_group) {
      flags |= POSIX_SPAWN_SETPGROUP;
      posix_spawnattr_setpgroup(&attributes_, 0);
    }
    posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
  }

  void Place(int target, int source) {
    if (source == kDevNull) {
      posix_spawn_file_actions_addopen(&actions_, target, "/dev/null",
                                       target == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0);
    } else if (source != kInherit) {
      posix_spawn_file_actions_adddup2(&actions_, source, target);
    }
  }

  /// What somebody opened without close-on-exec before we were started, who waits for its end.
  void CloseTheRest() { posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1); }

  void StartIn(const char* directory) {
    posix_spawn_file_actions_addchdir_np(&actions_, directory);
  }

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

/// posix_spawn wants char*, and changes nothing.
char* AsArgument(const std::string& text) {
  return const_cast<char*>(text.c_str());
}

std::vector<char*> PointersTo(std::span<const std::string> strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& text : strings) {
    pointers.push_back(AsArgument(text));
  }
  pointers.push_back(nullptr);
  return pointers;
}

bool SameKey(std::string_view a, std::string_view b) {
  const size_t equals = a.find('=');
  return b.size() > equals && a.substr(0, equals + 1) == b.substr(0, equals + 1);
}

std::vector<char*> EnvironmentPointers(const SpawnSpec& spec) {
  if (spec.extra_environment.empty()) {
    return PointersTo(spec.environment);
  }
  std::vector<char*> pointers;
  pointers.reserve(spec.environment.size() + spec.extra_environment.size() + 1);
  for (const std::string& entry : spec.environment) {
    const bool replaced =
        std::ranges::any_of(spec.extra_environment,
                            [&entry](const std::string& extra) { return SameKey(extra, entry); });
    if (!replaced) {
      pointers.push_back(AsArgument(entry));
    }
  }
  for (const std::string& extra : spec.extra_environment) {
    pointers.push_back(AsArgument(extra));
  }
  pointers.push_back(nullptr);
  return pointers;
}

bool IsDirectory(const char* path) {
  struct stat found{};
  return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

base::Error NotFound(const std::string& program) {
  return base::Error(ErrorKind::kInput, "program_not_found",
                     base::Quoted(program) + ": no such program");
}

base::Error NotExecutable(const std::string& program, int error_number) {
  return base::Error(ErrorKind::kInput, "not_executable",
                     base::Quoted(program) + ": cannot be run: " + std::strerror(error_number));
}

/// posix_spawn gives one number for every step of the child; this finds the step.
base::Error SpawnError(const SpawnSpec& spec, const std::string& file, int error_number) {
  if (spec.directory != nullptr && !IsDirectory(spec.directory)) {
    return base::Error(ErrorKind::kInput, "no_such_directory",
                       base::Quoted(spec.directory) + ": no such directory");
  }
  switch (error_number) {
    case E2BIG:
      return base::Error(ErrorKind::kLimit, "argument_list_too_long",
                         base::Quoted(spec.argv[0]) + ": arguments and environment are too long");
    case ENOENT: {
      const std::string path =
          file.starts_with('/') || spec.directory == nullptr ? file : spec.directory + ("/" + file);
      if (access(path.c_str(), F_OK) == 0) {
        return base::Error(ErrorKind::kInput, "not_executable",
                           base::Quoted(spec.argv[0]) + ": its interpreter does not exist");
      }
      return NotFound(spec.argv[0]);
    }
    case EACCES:
    case ENOEXEC:
    case EISDIR:
    case ELIBBAD:
    case ENOTDIR:
    case ELOOP:
    case ETXTBSY:
      return NotExecutable(spec.argv[0], error_number);
    default:
      return base::SystemError(base::Quoted(spec.argv[0]), error_number);
  }
}

/// The descriptors are placed in order 0, 1, 2: a source among those placed before is another file
/// by then, unless it was left as it was.
bool TakesOverwritten(const SpawnSpec& spec) {
  const std::array sources{spec.stdin_fd, spec.stdout_fd, spec.stderr_fd};
  for (int target = 1; target < 3; ++target) {
    const int source = sources[static_cast<size_t>(target)];
    if (source >= 0 && source < target) {
      const int there = sources[static_cast<size_t>(source)];
      if (there != kInherit && there != source) {
        return true;
      }
    }
  }
  return false;
}

/// Our umask while one child is started.
class UmaskFor {
 public:
  explicit UmaskFor(const std::optional<mode_t>& wanted) : changed_(wanted.has_value()) {
    if (changed_) {
      before_ = ::umask(*wanted);
    }
  }
  ~UmaskFor() {
    if (changed_) {
      ::umask(before_);
    }
  }
  UmaskFor(const UmaskFor&) = delete;
  UmaskFor& operator=(const UmaskFor&) = delete;

 private:
  bool changed_;
  mode_t before_ = 0;
};

}  // namespace

WaitStatus DecodeWaitStatus(int raw) {
  if (WIFSIGNALED(raw)) {
    return Signalled{WTERMSIG(raw)};
  }
  return Exited{WEXITSTATUS(raw)};
}

bool Succeeded(const WaitStatus& status) {
  return status == WaitStatus(Exited{0});
}

std::string Describe(const WaitStatus& status) {
  if (const auto* exited = std::get_if<Exited>(&status)) {
    return fmt::format("exit {}", exited->code);
  }
  return fmt::format("signal {}", std::get<Signalled>(status).signal);
}

base::Result<std::string> FindProgram(const std::string& program,
                                      std::span<const std::string> environment,
                                      const char* directory) {
  if (program.find('/') != std::string::npos) {
    return program;
  }
  const std::string_view path = LookUp(environment, "PATH").value_or("/usr/bin:/bin");
  bool blocked = false;
  for (const std::string_view folder : base::Split(path, ':')) {
    std::string candidate;
    // An empty or relative entry means the directory the child starts in.
    if (!folder.starts_with('/') && directory != nullptr) {
      candidate = std::string(directory) + "/";
    }
    candidate += folder.empty() ? "." : folder;
    candidate += "/" + program;
    if (access(candidate.c_str(), X_OK) == 0 && !IsDirectory(candidate.c_str())) {
      return candidate;
    }
    blocked = blocked || (errno == EACCES && access(candidate.c_str(), F_OK) == 0);
  }
  return std::unexpected(blocked ? NotExecutable(program, EACCES) : NotFound(program));
}

base::Result<pid_t> Spawn(const SpawnSpec& spec) {
  if (spec.argv.empty() || spec.argv[0].empty()) {
    return base::Fail(ErrorKind::kInput, "program_not_found", "no program to run");
  }
  const base::Result<std::string> file =
      FindProgram(spec.argv[0], spec.environment, spec.directory);
  if (!file) {
    return base::Pass(file.error());
  }
  BUG_IF(TakesOverwritten(spec), "a child's descriptor comes from one that was replaced before");
  SpawnPlan plan;
  plan.SetAttributes(spec);
  plan.Place(STDIN_FILENO, spec.stdin_fd);
  plan.Place(STDOUT_FILENO, spec.stdout_fd);
  plan.Place(STDERR_FILENO, spec.stderr_fd);
  plan.CloseTheRest();
  if (spec.directory != nullptr) {
    plan.StartIn(spec.directory);
  }
  const std::vector<char*> arguments = PointersTo(spec.argv);
  const std::vector<char*> environment = EnvironmentPointers(spec);
  const UmaskFor umask(spec.umask);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, file->c_str(), plan.actions(), plan.attributes(),
                                arguments.data(), environment.data());
  if (error != 0) {
    return std::unexpected(SpawnError(spec, *file, error));
  }
  return pid;
}

base::Result<PipedChild> SpawnPiped(SpawnSpec spec) {
  base::Result<Pipe> pipe = MakePipe();
  if (!pipe) {
    return base::Pass(pipe.error());
  }
  spec.stdout_fd = pipe->write_end.get();
  spec.stderr_fd = pipe->write_end.get();
  const base::Result<pid_t> pid = Spawn(spec);
  if (!pid) {
    return base::Pass(pid.error());
  }
  // Only our end: the two ends are two open files.
  const base::Result<void> changed = SetNonBlocking(pipe->read_end.get(), true);
  BUG_IF(!changed.has_value(), "a new pipe refuses O_NONBLOCK");
  return PipedChild{*pid, std::move(pipe->read_end)};
}

base::Result<WaitStatus> WaitForChild(pid_t pid) {
  int raw = 0;
  while (waitpid(pid, &raw, 0) < 0) {
    if (errno != EINTR) {
      return std::unexpected(base::SystemError(fmt::format("process {}", pid), errno));
    }
  }
  return DecodeWaitStatus(raw);
}

bool SignalGroup(pid_t group, int signal) {
  return group > 1 && kill(-group, signal) == 0;
}

}  // namespace os
