// Opening directories without trusting their path, and removing whole trees.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/text.h"
#include "os/file_system.h"
#include "os/path_error.h"

namespace os {
namespace {

constexpr int kOpenDir = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
// A directory on the way needs no read permission.
constexpr int kOpenOnTheWay = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/// Why the component `name` of `path` could not be opened as a directory.
base::Error WhyNot(int dir_fd, const std::string& name, const std::string& path, int error_number) {
  struct stat found{};
  if (fstatat(dir_fd, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0) {
    if (S_ISLNK(found.st_mode)) {
      return base::Error(
          base::ErrorKind::kRefused, "symlink",
          fmt::format("{}: {} is a symlink", base::Quoted(path), base::Quoted(name)));
    }
    if (!S_ISDIR(found.st_mode)) {
      return base::Error(
          base::ErrorKind::kRefused, "not_a_directory",
          fmt::format("{}: {} is not a directory", base::Quoted(path), base::Quoted(name)));
    }
  }
  return PathError(path, error_number);
}

std::vector<std::string> ComponentsOf(const std::string& path) {
  std::vector<std::string> components;
  for (const std::string_view part : base::Split(path, '/')) {
    if (!part.empty() && part != ".") {
      components.emplace_back(part);
    }
  }
  return components;
}

/// The directory if no component of `path` is a symlink and nothing else is wrong either; what is
/// (also: a kernel without the call) the walk finds out.
Fd OpenInOneStep(const std::string& path) {
  open_how how{};
  how.flags = kOpenDir;
  how.resolve = RESOLVE_NO_SYMLINKS;
  return Fd(static_cast<int>(syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how)));
}

/// Gives us all rights on our own directories below `name`, so that they can be emptied.
void MakeWritable(int dir_fd, const char* name) {
  const Fd pinned(openat(dir_fd, name, kOpenOnTheWay));
  if (!pinned.valid()) {
    return;
  }
  chmod(fmt::format("/proc/self/fd/{}", pinned.get()).c_str(), 0700);
  const int readable = openat(pinned.get(), ".", kOpenDir);
  if (readable < 0) {
    return;
  }
  DIR* dir = fdopendir(readable);
  if (dir == nullptr) {
    close(readable);
    return;
  }
  while (const dirent* entry = readdir(dir)) {
    const std::string_view child = entry->d_name;
    if (child != "." && child != ".." && (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN)) {
      MakeWritable(readable, entry->d_name);
    }
  }
  closedir(dir);
}

}  // namespace

base::Result<Fd> OpenDirNoFollow(const std::string& path) {
  if (Fd fd = OpenInOneStep(path); fd.valid()) {
    return fd;
  }
  Fd dir(open(path.starts_with('/') ? "/" : ".", kOpenOnTheWay));
  if (!dir.valid()) {
    return std::unexpected(PathError(path, errno));
  }
  for (const std::string& name : ComponentsOf(path)) {
    Fd next(openat(dir.get(), name.c_str(), kOpenOnTheWay));
    if (!next.valid()) {
      return std::unexpected(WhyNot(dir.get(), name, path, errno));
    }
    dir = std::move(next);
  }
  Fd opened(openat(dir.get(), ".", kOpenDir));
  if (!opened.valid()) {
    return std::unexpected(PathError(path, errno));
  }
  return opened;
}

base::Result<Fd> OpenDirAt(int dir_fd, const std::string& name) {
  if (name.empty() || name == ".." || name.find('/') != std::string::npos) {
    return base::Fail(base::ErrorKind::kRefused, "bad_name",
                      base::Quoted(name) + ": not one name of a directory");
  }
  Fd fd(openat(dir_fd, name.c_str(), kOpenDir));
  if (!fd.valid()) {
    return std::unexpected(WhyNot(dir_fd, name, name, errno));
  }
  return fd;
}

base::Result<Fd> OpenPrivateDir(const std::string& path) {
  base::Result<Fd> fd = OpenDirNoFollow(path);
  if (!fd) {
    return fd;
  }
  const base::Result<FileStatus> status = StatusOf(fd->get());
  if (!status) {
    return base::Pass(status.error());
  }
  if (status->owner != geteuid() || (status->mode & 077) != 0) {
    return base::Fail(base::ErrorKind::kRefused, "not_private",
                      fmt::format("{}: open to other users (owner {}, mode {:04o})",
                                  base::Quoted(path), status->owner, status->mode),
                      "it must be yours and have mode 0700");
  }
  return fd;
}

base::Result<void> RemoveTree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error == std::errc::permission_denied) {
    MakeWritable(AT_FDCWD, path.c_str());
    std::filesystem::remove_all(path, error);
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return std::unexpected(PathError(path, error.value()));
  }
  return {};
}

}  // namespace os
