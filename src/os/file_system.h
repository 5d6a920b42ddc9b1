#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "os/fd.h"

namespace os {

/// Failures of this unit name the path in single quotes; a missing file or directory is kGone with
/// code "not_found", a full disk kHost "disk_full", all else kHost "io" unless said.

enum class FileKind { kFile, kDirectory, kSymlink, kSocket, kOther };

/// What lstat says of a path; `device` and `inode` are its identity.
struct FileStatus {
  FileKind kind = FileKind::kOther;
  mode_t mode = 0;  ///< permission bits only
  uid_t owner = 0;
  uint64_t size = 0;
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t links = 0;
  int64_t modified_ms = 0;  ///< since 1970
};
/// Never follows a symlink in the last component.
base::Result<FileStatus> StatusOf(const std::string& path);
base::Result<FileStatus> StatusOf(int fd);
/// True when something, even a dangling symlink, is there.
bool Exists(const std::string& path);

/// The whole file; kLimit, code "too_large", when it holds more than `limit` bytes.
base::Result<std::string> ReadFile(const std::string& path, size_t limit);

struct WriteOptions {
  mode_t mode = 0600;
  bool sync = false;  ///< also on the disk (file and directory) when it returns
};
/// Replaces the file as one step: readers see the old bytes or the new ones; on failure the old
/// ones stay and no temporary file is left.
base::Result<void> WriteFileAtomic(const std::string& path, std::string_view bytes,
                                   WriteOptions options = {});

/// Makes the directory and its missing parents with `mode`. Existing ones are left as they are; a
/// last component that exists but is no directory (a symlink to one counts as one) is kRefused,
/// "not_a_directory".
base::Result<void> MakeDirs(const std::string& path, mode_t mode = 0700);

/// Opens a directory (O_PATH is not set) refusing a symlink in any component: kRefused, "symlink".
/// A last component that is no directory: kRefused, "not_a_directory".
base::Result<Fd> OpenDirNoFollow(const std::string& path);
/// The same below an open directory, `name` being one component.
base::Result<Fd> OpenDirAt(int dir_fd, const std::string& name);
/// OpenDirNoFollow, plus: ours and open to nobody else (0700), else kRefused, "not_private".
base::Result<Fd> OpenPrivateDir(const std::string& path);

/// Opens a file with open(2) flags and `mode`, always close-on-exec, never through a symlink in the
/// last component (kRefused, "symlink").
base::Result<Fd> OpenFile(const std::string& path, int flags, mode_t mode = 0600);

/// Removes a file, symlink or whole directory, following no symlink and making our own read-only
/// directories writable on the way. What is not there is a success.
base::Result<void> RemoveTree(const std::string& path);

struct DirEntry {
  std::string name;
  FileKind kind = FileKind::kOther;
};
/// Sorted by name, without . and ..
base::Result<std::vector<DirEntry>> ListDir(const std::string& path);

/// Makes `path` another name of `target` (a hard link; across devices or where links are refused a
/// symlink), replacing what is there as one step. A directory in the way is kRefused.
base::Result<void> LinkOrSymlink(const std::string& target, const std::string& path);

/// Bytes that an ordinary user may still write to the file system of `path`.
base::Result<uint64_t> FreeBytes(const std::string& path);

/// The absolute path without symlinks, . and ..
base::Result<std::string> RealPath(const std::string& path);
base::Result<std::string> CurrentDirectory();

/// Puts directory entries (a new file, a rename) on the disk.
base::Result<void> SyncDirectory(const std::string& path);

}  // namespace os
