#include "os/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>

#include "base/text.h"
#include "os/file_system.h"

namespace os {
namespace {

constexpr size_t kNoteBytes = 64;

struct flock WholeFile() {
  struct flock range{};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  return range;
}

bool ParseNumber(std::string_view text, auto& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool IsSameFile(int fd, const std::string& path) {
  const base::Result<FileStatus> locked = StatusOf(fd);
  const base::Result<FileStatus> named = StatusOf(path);
  return locked && named && locked->inode == named->inode && locked->device == named->device;
}

base::Error Locked(const std::string& path) {
  const std::optional<ProcessIdentity> holder = HolderOf(path);
  const std::string by = holder ? fmt::format(" by process {}", holder->pid) : std::string();
  return base::Error(base::ErrorKind::kBusy, "locked",
                     fmt::format("{}: locked{}", base::Quoted(path), by),
                     holder ? fmt::format("wait for process {} to end, or end it", holder->pid)
                            : "wait for the process that holds it to end");
}

}  // namespace

base::Result<FileLock> FileLock::TryLock(const std::string& path) {
  // Whoever removes a lock file may do so between our open and our lock: then begin again.
  for (;;) {
    base::Result<Fd> fd = OpenFile(path, O_RDWR | O_CREAT, 0600);
    if (!fd) {
      return base::Pass(fd.error());
    }
    struct flock range = WholeFile();
    if (fcntl(fd->get(), F_OFD_SETLK, &range) != 0) {
      if (errno == EAGAIN || errno == EACCES) {
        return std::unexpected(Locked(path));
      }
      return std::unexpected(base::SystemError(base::Quoted(path), errno));
    }
    if (IsSameFile(fd->get(), path)) {
      return FileLock(std::move(*fd), path);
    }
  }
}

base::Result<void> FileLock::WriteHolder() {
  const ProcessIdentity own = OwnIdentity();
  // Blank-padded to one size: a reader never sees half a note after a shorter one.
  const std::string note =
      fmt::format("{:<{}}\n", fmt::format("{} {}", own.pid, own.start_time), kNoteBytes - 1);
  if (pwrite(fd_.get(), note.data(), note.size(), 0) != static_cast<ssize_t>(note.size())) {
    return std::unexpected(base::SystemError(base::Quoted(path_), errno));
  }
  return {};
}

bool FileLock::StillAtPath() const {
  return IsSameFile(fd_.get(), path_);
}

base::Result<bool> IsLocked(const std::string& path) {
  const base::Result<Fd> fd = OpenFile(path, O_RDWR);
  if (!fd) {
    if (fd.error().code() == "not_found") {
      return false;
    }
    return base::Pass(fd.error());
  }
  struct flock range = WholeFile();
  if (fcntl(fd->get(), F_OFD_GETLK, &range) != 0) {
    return std::unexpected(base::SystemError(base::Quoted(path), errno));
  }
  return range.l_type != F_UNLCK;
}

std::optional<ProcessIdentity> HolderOf(const std::string& path) {
  const base::Result<std::string> note = ReadFile(path, 4096);
  if (!note) {
    return std::nullopt;
  }
  const std::vector<std::string_view> words = base::Split(*note, ' ');
  ProcessIdentity holder;
  if (words.size() < 2 || !ParseNumber(words[0], holder.pid) ||
      !ParseNumber(words[1], holder.start_time) || holder.pid <= 0) {
    return std::nullopt;
  }
  return holder;
}

}  // namespace os
