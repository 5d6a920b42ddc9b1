#include "os/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/text.h"
#include "os/path_error.h"

namespace os {
namespace {

FileKind KindOf(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return FileKind::kFile;
    case S_IFDIR:
      return FileKind::kDirectory;
    case S_IFLNK:
      return FileKind::kSymlink;
    case S_IFSOCK:
      return FileKind::kSocket;
    default:
      return FileKind::kOther;
  }
}

FileStatus FromStat(const struct stat& from) {
  FileStatus status;
  status.kind = KindOf(from.st_mode);
  status.mode = from.st_mode & 07777;
  status.owner = from.st_uid;
  status.size = static_cast<uint64_t>(from.st_size);
  status.device = from.st_dev;
  status.inode = from.st_ino;
  status.links = from.st_nlink;
  status.modified_ms =
      static_cast<int64_t>(from.st_mtim.tv_sec) * 1000 + from.st_mtim.tv_nsec / 1'000'000;
  return status;
}

std::string ParentOf(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  const size_t slash = end == std::string::npos ? std::string::npos : path.rfind('/', end);
  if (slash == std::string::npos) {
    return path.starts_with('/') ? "/" : ".";
  }
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// A new empty file beside `path`; `name` becomes its path.
base::Result<Fd> OpenTemporary(const std::string& path, std::string& name) {
  name = path + ".XXXXXX";
  Fd fd(mkostemp(name.data(), O_CLOEXEC));
  if (!fd.valid()) {
    return std::unexpected(PathError(path, errno));
  }
  return fd;
}

base::Result<void> WriteTemporary(const Fd& fd, const std::string& path, std::string_view bytes,
                                  const WriteOptions& options) {
  const base::Result<void> written = WriteAll(fd.get(), bytes);
  if (!written) {
    return std::unexpected(written.error().In(base::Quoted(path)));
  }
  if (fchmod(fd.get(), options.mode) != 0 || (options.sync && fsync(fd.get()) != 0)) {
    return std::unexpected(PathError(path, errno));
  }
  return {};
}

struct DirCloser {
  void operator()(DIR* dir) const { closedir(dir); }
};

}  // namespace

base::Result<FileStatus> StatusOf(const std::string& path) {
  struct stat found{};
  if (lstat(path.c_str(), &found) != 0) {
    return std::unexpected(PathError(path, errno));
  }
  return FromStat(found);
}

base::Result<FileStatus> StatusOf(int fd) {
  struct stat found{};
  if (fstat(fd, &found) != 0) {
    return std::unexpected(base::SystemError("descriptor", errno));
  }
  return FromStat(found);
}

bool Exists(const std::string& path) {
  struct stat found{};
  return lstat(path.c_str(), &found) == 0;
}

base::Result<std::string> ReadFile(const std::string& path, size_t limit) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat found{};
  if (!fd.valid() || fstat(fd.get(), &found) != 0) {
    return std::unexpected(PathError(path, errno));
  }
  const auto too_large = [&] {
    return base::Fail(base::ErrorKind::kLimit, "too_large",
                      base::Quoted(path) + ": larger than " + base::Counted(limit, "byte"));
  };
  // The size is a hint: /proc says 0, and a file may grow while it is read.
  const auto hint = static_cast<size_t>(std::max<off_t>(found.st_size, 0));
  if (S_ISREG(found.st_mode) && hint > limit) {
    return too_large();
  }
  std::string bytes;
  size_t size = 0;
  for (;;) {
    if (size == bytes.size()) {
      bytes.resize(std::max({size * 2, hint + 1, size_t{4096}}));
    }
    const base::Result<size_t> got =
        ReadSome(fd.get(), std::span(bytes.data() + size, bytes.size() - size));
    if (!got) {
      return std::unexpected(got.error().In(base::Quoted(path)));
    }
    if (*got == 0) {
      break;
    }
    size += *got;
    if (size > limit) {
      return too_large();
    }
  }
  bytes.resize(size);
  return bytes;
}

base::Result<void> WriteFileAtomic(const std::string& path, std::string_view bytes,
                                   WriteOptions options) {
  std::string temporary;
  const base::Result<Fd> fd = OpenTemporary(path, temporary);
  if (!fd) {
    return base::Pass(fd.error());
  }
  base::Result<void> result = WriteTemporary(*fd, path, bytes, options);
  if (result && rename(temporary.c_str(), path.c_str()) != 0) {
    result = std::unexpected(PathError(path, errno));
  }
  if (!result) {
    unlink(temporary.c_str());
    return result;
  }
  return options.sync ? SyncDirectory(ParentOf(path)) : result;
}

base::Result<void> MakeDirs(const std::string& path, mode_t mode) {
  if (mkdir(path.c_str(), mode) == 0) {
    return {};
  }
  if (errno == ENOENT && !path.empty()) {
    const base::Result<void> parent = MakeDirs(ParentOf(path), mode);
    if (!parent) {
      return parent;
    }
    if (mkdir(path.c_str(), mode) == 0) {
      return {};
    }
  }
  if (errno != EEXIST) {
    return std::unexpected(PathError(path, errno));
  }
  struct stat found{};
  if (stat(path.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) {
    return base::Fail(base::ErrorKind::kRefused, "not_a_directory",
                      base::Quoted(path) + ": not a directory");
  }
  return {};
}

base::Result<Fd> OpenFile(const std::string& path, int flags, mode_t mode) {
  for (;;) {
    Fd fd(open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, mode));
    if (fd.valid()) {
      return fd;
    }
    if (errno == ELOOP) {
      return base::Fail(base::ErrorKind::kRefused, "symlink", base::Quoted(path) + ": a symlink");
    }
    if (errno != EINTR) {
      return std::unexpected(PathError(path, errno));
    }
  }
}

base::Result<std::vector<DirEntry>> ListDir(const std::string& path) {
  const std::unique_ptr<DIR, DirCloser> dir(opendir(path.c_str()));
  if (!dir) {
    return std::unexpected(PathError(path, errno));
  }
  std::vector<DirEntry> entries;
  for (;;) {
    errno = 0;
    const dirent* found = readdir(dir.get());
    if (found == nullptr) {
      break;
    }
    const std::string name = found->d_name;
    if (name == "." || name == "..") {
      continue;
    }
    FileKind kind = KindOf(DTTOIF(found->d_type));
    if (found->d_type == DT_UNKNOWN) {
      const base::Result<FileStatus> status = StatusOf(path + "/" + name);
      kind = status ? status->kind : FileKind::kOther;
    }
    entries.push_back({name, kind});
  }
  if (errno != 0) {
    return std::unexpected(PathError(path, errno));
  }
  std::ranges::sort(entries, {}, &DirEntry::name);
  return entries;
}

base::Result<void> LinkOrSymlink(const std::string& target, const std::string& path) {
  const base::Result<std::string> absolute = RealPath(target);
  if (!absolute) {
    return base::Pass(absolute.error());
  }
  std::string temporary;
  if (const base::Result<Fd> reserved = OpenTemporary(path, temporary); !reserved) {
    return base::Pass(reserved.error());
  }
  // Neither call replaces, so the reserved name is freed first; nobody else guesses it.
  unlink(temporary.c_str());
  if (link(absolute->c_str(), temporary.c_str()) != 0 &&
      symlink(absolute->c_str(), temporary.c_str()) != 0) {
    return std::unexpected(PathError(path, errno));
  }
  base::Result<void> result;
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    result = errno == EISDIR || errno == ENOTEMPTY || errno == EEXIST
                 ? base::Fail(base::ErrorKind::kRefused, "is_a_directory",
                              base::Quoted(path) + ": a directory is in the way")
                 : std::unexpected(PathError(path, errno));
  }
  // A rename between two names of one file is no rename: the temporary name is still there then.
  unlink(temporary.c_str());
  return result;
}

base::Result<uint64_t> FreeBytes(const std::string& path) {
  struct statvfs found{};
  if (statvfs(path.c_str(), &found) != 0) {
    return std::unexpected(PathError(path, errno));
  }
  return static_cast<uint64_t>(found.f_bavail) * found.f_frsize;
}

base::Result<std::string> RealPath(const std::string& path) {
  std::array<char, PATH_MAX> resolved{};
  if (realpath(path.c_str(), resolved.data()) == nullptr) {
    return std::unexpected(PathError(path, errno));
  }
  return std::string(resolved.data());
}

base::Result<std::string> CurrentDirectory() {
  std::array<char, PATH_MAX> directory{};
  if (getcwd(directory.data(), directory.size()) == nullptr) {
    return std::unexpected(base::SystemError("current directory", errno));
  }
  return std::string(directory.data());
}

base::Result<void> SyncDirectory(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || fsync(fd.get()) != 0) {
    return std::unexpected(PathError(path, errno));
  }
  return {};
}

}  // namespace os
