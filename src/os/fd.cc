#include "os/fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <vector>

namespace os {

void Fd::Reset(int fd) {
  if (fd_ >= 0 && fd_ != fd) {
    // Not repeated on EINTR: Linux has freed the number by then.
    close(fd_);
  }
  fd_ = fd;
}

base::Result<Fd> Fd::Duplicate() const {
  Fd copy(fcntl(fd_, F_DUPFD_CLOEXEC, 0));
  if (!copy.valid()) {
    return std::unexpected(base::SystemError("descriptor", errno));
  }
  return copy;
}

base::Result<Pipe> MakePipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return std::unexpected(base::SystemError("pipe", errno));
  }
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

ReadOutcome TryRead(int fd, std::span<char> buffer) {
  for (;;) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got > 0) {
      return {ReadEnd::kData, static_cast<size_t>(got), 0};
    }
    if (got == 0) {
      return {ReadEnd::kEof, 0, 0};
    }
    if (errno == EAGAIN) {
      return {ReadEnd::kWouldBlock, 0, 0};
    }
    if (errno != EINTR) {
      return {ReadEnd::kFailed, 0, errno};
    }
  }
}

base::Result<size_t> ReadSome(int fd, std::span<char> buffer) {
  const ReadOutcome outcome = TryRead(fd, buffer);
  switch (outcome.end) {
    case ReadEnd::kData:
    case ReadEnd::kEof:
      return outcome.bytes;
    case ReadEnd::kWouldBlock:
      return std::unexpected(base::SystemError("read", EAGAIN));
    case ReadEnd::kFailed:
      break;
  }
  return std::unexpected(base::SystemError("read", outcome.error_number));
}

base::Result<size_t> ReadAt(int fd, uint64_t offset, std::span<char> buffer) {
  size_t done = 0;
  while (done < buffer.size()) {
    const ssize_t got =
        pread(fd, buffer.data() + done, buffer.size() - done, static_cast<off_t>(offset + done));
    if (got == 0) {
      break;
    }
    if (got < 0) {
      if (errno == EINTR) {
        continue;
      }
      return std::unexpected(base::SystemError("read", errno));
    }
    done += static_cast<size_t>(got);
  }
  return done;
}

base::Result<void> WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put >= 0) {
      bytes.remove_prefix(static_cast<size_t>(put));
    } else if (errno == EAGAIN) {
      pollfd wait{fd, POLLOUT, 0};
      poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      return std::unexpected(base::SystemError("write", errno));
    }
  }
  return {};
}

namespace {

base::Result<void> ChangeFlag(int fd, int get, int set, int flag, bool on) {
  const int flags = fcntl(fd, get);
  if (flags < 0 || fcntl(fd, set, on ? flags | flag : flags & ~flag) < 0) {
    return std::unexpected(base::SystemError("descriptor", errno));
  }
  return {};
}

}  // namespace

base::Result<void> SetNonBlocking(int fd, bool non_blocking) {
  return ChangeFlag(fd, F_GETFL, F_SETFL, O_NONBLOCK, non_blocking);
}

base::Result<void> SetInheritable(int fd, bool inheritable) {
  return ChangeFlag(fd, F_GETFD, F_SETFD, FD_CLOEXEC, !inheritable);
}

void CloseInherited() {
  DIR* const open = opendir("/proc/self/fd");
  if (open == nullptr) {
    return;
  }
  std::vector<int> inherited;
  while (const dirent* const entry = readdir(open)) {
    const std::string_view name = entry->d_name;
    int fd = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), fd);
    if (error != std::errc() || end != name.data() + name.size() || fd <= STDERR_FILENO) {
      continue;
    }
    const int flags = fcntl(fd, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) {
      inherited.push_back(fd);
    }
  }
  closedir(open);
  for (const int fd : inherited) {
    close(fd);
  }
}

}  // namespace os
