#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "os/fd.h"

namespace os {

/// The one writer of a file that only grows. Knows its own end: bytes go to explicit offsets, so a
/// foreign truncation cannot shift what readers were told. After a failure (disk full: code
/// "disk_full") nothing is lost: size() and the buffer say what is written and what is not, and the
/// next call carries on from there.
class AppendFile {
 public:
  /// Opens or makes `path`; writing goes on at its present end. Refuses a symlink.
  static base::Result<AppendFile> Open(const std::string& path, mode_t mode = 0600);

  AppendFile(AppendFile&&) noexcept = default;
  AppendFile& operator=(AppendFile&&) noexcept = default;

  /// Writes through to the file system now, after what is buffered.
  base::Result<void> Append(std::string_view bytes);

  /// Keeps `bytes` for the next Flush(); flushes by itself above 64 KiB. A writer of many small
  /// lines flushes once a turn. What is buffered does not survive the process.
  base::Result<void> AppendBuffered(std::string_view bytes);
  base::Result<void> Flush();

  /// Flush(), then fdatasync when anything was written since the last one.
  base::Result<void> Sync();

  /// From now on that much space beyond the end is taken from the file system ahead of need, where
  /// there is so much: what must be said when the disk is full can be written. 0 gives it back.
  void KeepRoom(size_t bytes);

  /// Cuts the file (and the buffer) back to `size` bytes, e.g. a torn last line.
  base::Result<void> TruncateTo(uint64_t size);

  /// Bytes in the file: what a reader finds.
  uint64_t size() const { return written_; }
  size_t buffered() const { return buffer_.size(); }
  bool synced() const { return synced_ == written_; }
  int fd() const { return fd_.get(); }

 private:
  AppendFile(Fd fd, std::string path, uint64_t size);
  base::Result<void> WriteOut(std::string_view bytes, size_t& done);
  void TakeRoom();

  Fd fd_;
  std::string path_;
  std::string buffer_;
  uint64_t written_ = 0;
  uint64_t synced_ = 0;
  size_t room_ = 0;
  uint64_t room_until_ = 0;
};

}  // namespace os
