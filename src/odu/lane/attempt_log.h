#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "os/fd.h"
#include "surface/stream.h"
#include "surface/wakers.h"

namespace odu::lane {

/// The log of one attempt: bytes exactly as they came. Its one writer appends and seals; readers of
/// stream `attemptLog` hold it as a ByteLog. When nobody reads, a reader costs nothing.
class AttemptLog final : public surface::ByteLog {
 public:
  /// A new log. Failure: kHost "disk_full" or "io"; one that exists already is never overwritten.
  static base::Result<std::shared_ptr<AttemptLog>> Create(const std::string& path);
  /// A log that was sealed, for readers only.
  static base::Result<std::shared_ptr<AttemptLog>> OpenSealed(const std::string& path);

  AttemptLog(std::shared_ptr<os::Fd> fd, uint64_t size, bool sealed)
      : fd_(std::move(fd)), size_(size), sealed_(sealed) {}

  /// Appends and wakes the readers. After a failure size() still is what the file holds, and
  /// nothing more should be appended. Where somebody else has changed the file's length since the
  /// last time, changed() tells, and it goes on behind what there is.
  base::Result<void> Append(std::string_view bytes);
  /// No byte will follow; the file becomes read-only.
  void Seal();

  uint64_t size() const { return size_; }
  /// Somebody else wrote into the file or cut it: it is not what was appended.
  bool changed() const { return changed_; }
  /// The file, open for reading and writing; lives as long as anybody needs it (syncing, hashing).
  const std::shared_ptr<os::Fd>& fd() const { return fd_; }

  base::Result<size_t> ReadAt(uint64_t offset, char* buffer, size_t capacity) override;
  bool Ended() const override { return sealed_; }
  std::shared_ptr<void> OnGrowth(surface::Waker waker) override;

 private:
  void LookForChange();

  std::shared_ptr<os::Fd> fd_;
  uint64_t size_ = 0;
  bool changed_ = false;
  bool sealed_ = false;
  surface::Wakers wakers_;
};

}  // namespace odu::lane
