#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace os {

/// Owns one file descriptor and closes it.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { Reset(); }
  Fd(Fd&& other) noexcept : fd_(other.Release()) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      Reset(other.Release());
    }
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;

  /// The number, -1 when empty.
  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }

  /// Gives the descriptor away without closing it.
  int Release() { return std::exchange(fd_, -1); }
  /// Closes what is held and holds `fd` instead.
  void Reset(int fd = -1);

  /// Another descriptor of the same open file, closed on exec.
  base::Result<Fd> Duplicate() const;

 private:
  int fd_ = -1;
};

/// Both ends of a pipe, closed on exec.
struct Pipe {
  Fd read_end;
  Fd write_end;
};
base::Result<Pipe> MakePipe();

/// How one read of a descriptor that may be non-blocking ended.
enum class ReadEnd { kData, kEof, kWouldBlock, kFailed };
struct ReadOutcome {
  ReadEnd end = ReadEnd::kFailed;
  size_t bytes = 0;      ///< with kData, at least 1
  int error_number = 0;  ///< with kFailed
};

/// One read(2), repeated when a signal interrupts it. Allocates nothing: for hot paths.
ReadOutcome TryRead(int fd, std::span<char> buffer);

/// Bytes read once from a blocking descriptor, 0 at its end.
base::Result<size_t> ReadSome(int fd, std::span<char> buffer);

/// Bytes read at `offset`: fewer than asked for only at the end of the file.
base::Result<size_t> ReadAt(int fd, uint64_t offset, std::span<char> buffer);

/// Writes all of `bytes`; waits when the descriptor is non-blocking and full. ENOSPC and EDQUOT are
/// code "disk_full".
base::Result<void> WriteAll(int fd, std::string_view bytes);

base::Result<void> SetNonBlocking(int fd, bool non_blocking);
/// Closes what our parent left open to us beyond the three streams: every descriptor that goes
/// through exec. (Ours do not.) Somebody may wait for its end.
void CloseInherited();
/// Lets `fd` through exec (true) or not.
base::Result<void> SetInheritable(int fd, bool inheritable);

}  // namespace os
