#include "faults/disk_recorder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdarg>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace odu::faults {
namespace {

/// What is written down. Syncs come from worker threads, so a lock guards it.
class Tape {
 public:
  void Begin(std::string root) {
    const std::scoped_lock lock(mutex_);
    root_ = std::move(root) + "/";
    ops_.clear();
    files_.clear();
    next_file_ = 0;
    promises_ = 0;
  }
  std::vector<DiskOp> End() {
    const std::scoped_lock lock(mutex_);
    root_.clear();
    return std::exchange(ops_, {});
  }
  void Promise() {
    const std::scoped_lock lock(mutex_);
    DiskOp op;
    op.kind = DiskOp::Kind::kPromise;
    op.offset = ++promises_;
    ops_.push_back(std::move(op));
  }

  /// Something was done through a descriptor.
  void OnDescriptor(int fd, DiskOp op) {
    const std::scoped_lock lock(mutex_);
    const std::string path = root_.empty() ? std::string() : PathOf(fd);
    struct stat status{};
    if (path.empty() || fstat(fd, &status) != 0) {
      return;
    }
    if (S_ISDIR(status.st_mode)) {
      if (op.kind == DiskOp::Kind::kSync) {
        op.kind = DiskOp::Kind::kSyncDir;
        op.path = path;
        ops_.push_back(std::move(op));
      }
      return;
    }
    op.file = FileAt(path, status.st_ino);
    ops_.push_back(std::move(op));
  }
  /// A file is open that was perhaps made just now.
  void OnOpened(int fd) {
    const std::scoped_lock lock(mutex_);
    const std::string path = root_.empty() ? std::string() : PathOf(fd);
    struct stat status{};
    if (!path.empty() && fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
      static_cast<void>(FileAt(path, status.st_ino));
    }
  }
  void OnPath(DiskOp::Kind kind, const char* path, const char* other) {
    const std::scoped_lock lock(mutex_);
    DiskOp op;
    op.kind = kind;
    if (root_.empty() || !Below(path, op.path) || (other != nullptr && !Below(other, op.other))) {
      return;
    }
    if (kind == DiskOp::Kind::kRename || kind == DiskOp::Kind::kUnlink) {
      const auto found = files_.find(op.path);
      const auto moved = found != files_.end() ? std::optional(found->second) : std::nullopt;
      files_.erase(op.path);
      if (moved && kind == DiskOp::Kind::kRename) {
        files_[op.other] = *moved;
      }
    }
    ops_.push_back(std::move(op));
  }

 private:
  bool Below(std::string_view path, std::string& relative) const {
    if (!path.starts_with(root_)) {
      return false;
    }
    relative = path.substr(root_.size());
    return true;
  }
  std::string PathOf(int fd) const {
    std::array<char, PATH_MAX> target{};
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t length = readlink(link.c_str(), target.data(), target.size());
    std::string path;
    const std::string_view whole(target.data(), length > 0 ? static_cast<size_t>(length) : 0);
    return Below(std::string(whole) + (whole.size() + 1 == root_.size() ? "/" : ""), path)
               ? path.empty() ? "." : path
               : "";
  }
  int FileAt(const std::string& path, ino_t inode) {
    const auto found = files_.find(path);
    if (found != files_.end() && found->second.second == inode) {
      return found->second.first;
    }
    DiskOp op;
    op.kind = DiskOp::Kind::kCreate;
    op.file = next_file_++;
    op.path = path;
    files_[path] = {op.file, inode};
    ops_.push_back(op);
    return op.file;
  }

  std::mutex mutex_;
  std::string root_;  ///< with a slash; empty = nothing is written down
  std::vector<DiskOp> ops_;
  std::map<std::string, std::pair<int, ino_t>> files_;
  int next_file_ = 0;
  uint64_t promises_ = 0;
};

/// The calls below have no other way to it.
Tape& TheTape() {
  static Tape tape;
  return tape;
}

}  // namespace

DiskRecorder::DiskRecorder(const std::string& root) {
  TheTape().Begin(root);
}

DiskRecorder::~DiskRecorder() {
  static_cast<void>(TheTape().End());
}

void DiskRecorder::Promise() {
  TheTape().Promise();
}

std::vector<DiskOp> DiskRecorder::Take() {
  return TheTape().End();
}

}  // namespace odu::faults

// The C library's names, as this program finds them: first here. Each does what it says.
using odu::faults::DiskOp;
using odu::faults::TheTape;

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  const off_t offset = lseek(fd, 0, SEEK_CUR);
  const ssize_t put = syscall(SYS_write, fd, bytes, size);
  if (put > 0 && offset >= 0) {
    DiskOp op;
    op.offset = static_cast<uint64_t>(offset);
    op.bytes.assign(static_cast<const char*>(bytes), static_cast<size_t>(put));
    TheTape().OnDescriptor(fd, std::move(op));
  }
  return put;
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  const ssize_t put = syscall(SYS_pwrite64, fd, bytes, size, offset);
  if (put > 0) {
    DiskOp op;
    op.offset = static_cast<uint64_t>(offset);
    op.bytes.assign(static_cast<const char*>(bytes), static_cast<size_t>(put));
    TheTape().OnDescriptor(fd, std::move(op));
  }
  return put;
}

int ftruncate(int fd, off_t size) noexcept {
  const long failed = syscall(SYS_ftruncate, fd, size);
  if (failed == 0) {
    DiskOp op;
    op.kind = DiskOp::Kind::kTruncate;
    op.offset = static_cast<uint64_t>(size);
    TheTape().OnDescriptor(fd, std::move(op));
  }
  return static_cast<int>(failed);
}

int fsync(int fd) {
  const long failed = syscall(SYS_fsync, fd);
  if (failed == 0) {
    DiskOp op;
    op.kind = DiskOp::Kind::kSync;
    TheTape().OnDescriptor(fd, std::move(op));
  }
  return static_cast<int>(failed);
}

int fdatasync(int fd) {
  const long failed = syscall(SYS_fdatasync, fd);
  if (failed == 0) {
    DiskOp op;
    op.kind = DiskOp::Kind::kSync;
    TheTape().OnDescriptor(fd, std::move(op));
  }
  return static_cast<int>(failed);
}

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  const long fd = syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  if (fd >= 0 && (flags & O_CREAT) != 0) {
    TheTape().OnOpened(static_cast<int>(fd));
  }
  return static_cast<int>(fd);
}

int rename(const char* from, const char* to) noexcept {
  const long failed = syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
  if (failed == 0) {
    TheTape().OnPath(DiskOp::Kind::kRename, from, to);
  }
  return static_cast<int>(failed);
}

int unlink(const char* path) noexcept {
  const long failed = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (failed == 0) {
    TheTape().OnPath(DiskOp::Kind::kUnlink, path, nullptr);
  }
  return static_cast<int>(failed);
}

int mkdir(const char* path, mode_t mode) noexcept {
  const long failed = syscall(SYS_mkdirat, AT_FDCWD, path, mode);
  if (failed == 0) {
    TheTape().OnPath(DiskOp::Kind::kMakeDir, path, nullptr);
  }
  return static_cast<int>(failed);
}

}  // extern "C"
