#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "os/fd.h"
#include "os/process.h"

namespace os {

/// An exclusive lock on a file that the kernel frees when its last holder dies (an OFD lock: a
/// forked child that keeps the descriptor keeps the lock). The file stays when the lock goes.
class FileLock {
 public:
  /// Makes the file (0600) if need be. kBusy, code "locked", when somebody else holds it; the
  /// message names the holder when its note tells.
  static base::Result<FileLock> TryLock(const std::string& path);

  FileLock(FileLock&&) noexcept = default;
  FileLock& operator=(FileLock&&) noexcept = default;

  /// Writes this process into the file, so that others can say who holds it. Call it again after a
  /// fork, in the child that keeps the lock.
  base::Result<void> WriteHolder();

  /// False when the path no longer leads to the locked file: the lock protects nothing then.
  bool StillAtPath() const;

  /// The descriptor that carries the lock.
  int fd() const { return fd_.get(); }
  const std::string& path() const { return path_; }

 private:
  FileLock(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Fd fd_;
  std::string path_;
};

/// True when somebody (not through a descriptor shared with the caller) holds the lock now. A
/// missing file is not locked.
base::Result<bool> IsLocked(const std::string& path);

/// Who wrote the last holder note; empty when there is none or it is unreadable. It may be out of
/// date: ask IsLocked() and IsAlive() too.
std::optional<ProcessIdentity> HolderOf(const std::string& path);

}  // namespace os
