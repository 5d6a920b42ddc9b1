#include "odu/ledger/ci_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <random>

#include "base/text.h"
#include "os/file_system.h"

namespace odu::ledger {
namespace {

using base::ErrorKind;

constexpr std::string_view kIgnoreAll = "*\n";

base::Error Trouble(const std::string& path, int error_number) {
  return base::SystemError(base::Quoted(path), error_number);
}

/// Makes `name` below an open directory if need be, and opens it. `path` is its name for people.
base::Result<os::Fd> MakeDirAt(int dir_fd, const std::string& name, const std::string& path) {
  if (mkdirat(dir_fd, name.c_str(), 0700) != 0 && errno != EEXIST) {
    return base::Pass(Trouble(path, errno));
  }
  auto opened = os::OpenDirAt(dir_fd, name);
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

/// Another name of `log` below `dir_fd`, of which nobody knows yet.
base::Result<std::string> LinkAside(int dir_fd, const std::string& log, const std::string& path) {
  std::random_device random;
  const std::string name = fmt::format(".new-{:08x}{:08x}", random(), random());
  if (linkat(AT_FDCWD, log.c_str(), dir_fd, name.c_str(), 0) == 0) {
    return name;
  }
  const bool other_ways =
      errno == EXDEV || errno == EPERM || errno == EMLINK || errno == EOPNOTSUPP;
  if (!other_ways || symlinkat(log.c_str(), dir_fd, name.c_str()) != 0) {
    return base::Pass(Trouble(path, errno));
  }
  return name;
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
  std::string path = fmt::format("{}/{}", toplevel, kCiFolder);
  auto dir = os::OpenDirNoFollow(toplevel);
  for (const std::string_view part : {kCiFolder, sha7, platform}) {
    if (!dir) {
      return base::Pass(dir.error());
    }
    if (part != kCiFolder) {
      path += fmt::format("/{}", part);
    }
    dir = MakeDirAt(dir->get(), std::string(part), path);
  }
  if (!dir) {
    return base::Pass(dir.error());
  }
  const std::string name = fmt::format("{}.log", instance);
  path += "/" + name;
  auto aside = LinkAside(dir->get(), log, path);
  if (!aside) {
    return base::Pass(aside.error());
  }
  const bool moved = renameat(dir->get(), aside->c_str(), dir->get(), name.c_str()) == 0;
  const int error_number = errno;
  // Where both names were the same file already, rename does nothing at all.
  unlinkat(dir->get(), aside->c_str(), 0);
  if (moved) {
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
