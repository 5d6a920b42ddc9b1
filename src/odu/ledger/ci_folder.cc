#include "odu/ledger/ci_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/text.h"
#include "os/file_system.h"

namespace odu::ledger {
namespace {

using base::ErrorKind;

constexpr std::string_view kIgnoreAll = "*\n";

base::Error Trouble(const std::string& path, int error_number) {
  const base::Error error = base::SystemError(base::Quoted(path), error_number);
  if (error_number != EACCES && error_number != EPERM && error_number != EROFS) {
    return error;
  }
  return error.WithHint(
      "odu keeps its socket and the logs' names in '.ci': let this user write to it, or to the "
      "checkout so that it can be made");
}

/// Makes `name` below an open directory if need be, and opens it. `path` is its name for people.
base::Result<os::Fd> MakeDirAt(int dir_fd, const std::string& name, const std::string& path) {
  auto opened = os::OpenDirAt(dir_fd, name);
  if (!opened && opened.error().code() == "not_found") {
    if (mkdirat(dir_fd, name.c_str(), 0700) != 0 && errno != EEXIST) {
      return base::Pass(Trouble(path, errno));
    }
    opened = os::OpenDirAt(dir_fd, name);
  }
  if (!opened && opened.error().kind() == ErrorKind::kRefused) {
    const bool symlink = opened.error().code() == "symlink";
    return base::Fail(
        ErrorKind::kRefused, opened.error().code(),
        fmt::format("{} is {}", base::Quoted(path), symlink ? "a symlink" : "not a directory"),
        "move it out of the way: odu keeps its socket and the logs' names there");
  }
  return opened;
}

/// Hides everything in the folder from git, unless it has an ignore file already.
base::Result<void> WriteIgnoreFile(int dir_fd, const std::string& path) {
  const os::Fd file(
      openat(dir_fd, ".gitignore", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file.valid()) {
    if (errno == EEXIST) {
      return {};
    }
    return base::Pass(Trouble(path + "/.gitignore", errno));
  }
  return os::WriteAll(file.get(), kIgnoreAll);
}

/// Gives `log` another name below `dir_fd`: a hard link, or a symlink where there can be none. An
/// errno, or 0.
int LinkAt(int dir_fd, const std::string& log, const std::string& name) {
  if (linkat(AT_FDCWD, log.c_str(), dir_fd, name.c_str(), 0) == 0) {
    return 0;
  }
  const bool other_ways =
      errno == EXDEV || errno == EPERM || errno == EMLINK || errno == EOPNOTSUPP;
  if (other_ways && symlinkat(log.c_str(), dir_fd, name.c_str()) == 0) {
    return 0;
  }
  return errno;
}

/// `.ci/<sha7>/<platform>`
base::Result<os::Fd> MakeLogFolder(const std::string& toplevel, std::string_view sha7,
                                   std::string_view platform) {
  std::string path = fmt::format("{}/{}", toplevel, kCiFolder);
  auto dir = os::OpenDirNoFollow(toplevel);
  for (const std::string_view part : {kCiFolder, sha7, platform}) {
    if (!dir) {
      return dir;
    }
    if (part != kCiFolder) {
      path += fmt::format("/{}", part);
    }
    dir = MakeDirAt(dir->get(), std::string(part), path);
  }
  return dir;
}

}  // namespace

std::string SocketPath(std::string_view toplevel) {
  return fmt::format("{}/{}/odu.sock", toplevel, kCiFolder);
}

base::Result<os::Fd> PrepareCiFolder(const std::string& toplevel, bool tracked) {
  const std::string path = fmt::format("{}/{}", toplevel, kCiFolder);
  auto top = os::OpenDirNoFollow(toplevel);
  if (!top) {
    return base::Pass(top.error());
  }
  auto folder = MakeDirAt(top->get(), std::string(kCiFolder), path);
  if (!folder) {
    return folder;
  }
  const auto status = os::StatusOf(folder->get());
  if (!status) {
    return base::Pass(status.error());
  }
  if (status->owner != geteuid()) {
    return base::Fail(
        ErrorKind::kRefused, "foreign_owner",
        fmt::format("{} belongs to another user (uid {})", base::Quoted(path), status->owner),
        "remove it, or run odu as that user");
  }
  if (tracked) {
    return folder;
  }
  if (status->mode != 0700 && fchmod(folder->get(), 0700) != 0) {
    return base::Pass(Trouble(path, errno));
  }
  if (auto hidden = WriteIgnoreFile(folder->get(), path); !hidden) {
    return base::Pass(hidden.error());
  }
  return folder;
}

base::Result<void> LinkLog(const std::string& toplevel, std::string_view sha7,
                           std::string_view platform, std::string_view instance,
                           const std::string& log) {
  std::string path = fmt::format("{}/{}/{}/{}", toplevel, kCiFolder, sha7, platform);
  auto dir = os::OpenDirNoFollow(path);
  if (!dir) {
    dir = MakeLogFolder(toplevel, sha7, platform);
  }
  if (!dir) {
    return base::Pass(dir.error());
  }
  const std::string name = fmt::format("{}.log", instance);
  path += "/" + name;
  int error_number = LinkAt(dir->get(), log, name);
  if (error_number == EEXIST) {
    // The name of an earlier attempt: replaced in one step, by way of a name that nobody knows.
    // (std::random_device asks the processor what it is each time, which is slow on a virtual one.)
    uint64_t unique = 0;
    (void)getrandom(&unique, sizeof unique, 0);
    const std::string aside = fmt::format(".new-{:016x}", unique);
    error_number = LinkAt(dir->get(), log, aside);
    if (error_number == 0) {
      const bool moved = renameat(dir->get(), aside.c_str(), dir->get(), name.c_str()) == 0;
      error_number = moved ? 0 : errno;
      // Where both names were the same file already, rename does nothing at all.
      unlinkat(dir->get(), aside.c_str(), 0);
    }
  }
  if (error_number == 0) {
    return {};
  }
  if (error_number == EISDIR || error_number == EEXIST || error_number == ENOTEMPTY) {
    return base::Fail(ErrorKind::kRefused, "is_a_directory",
                      fmt::format("{} is a directory: the log keeps its place in the run's folder",
                                  base::Quoted(path)));
  }
  return base::Pass(Trouble(path, error_number));
}

}  // namespace odu::ledger
