#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "odu/coordinator/growth_watch.h"
#include "os/fd.h"
#include "surface/stream.h"
#include "surface/wakers.h"

namespace odu::coordinator {

/// The log of one attempt as a stream reads it: a file that another process appends to, which may
/// not be there yet. Held by its readers and, while the attempt runs, by the run.
class LogTail final : public surface::ByteLog {
 public:
  /// `watch` may be null for a log that is finished from the start.
  explicit LogTail(std::shared_ptr<GrowthWatch> watch) : watch_(std::move(watch)) {}

  /// Where the bytes are; readers that wait look now.
  void Begin(std::string path);
  /// No byte will be added.
  void Finish();

  base::Result<size_t> ReadAt(uint64_t offset, char* buffer, size_t capacity) override;
  bool Ended() const override { return ended_; }
  std::shared_ptr<void> OnGrowth(surface::Waker waker) override;

 private:
  void WatchIfWanted();

  std::shared_ptr<GrowthWatch> watch_;
  std::string path_;
  os::Fd fd_;
  bool ended_ = false;
  std::shared_ptr<surface::Wakers> wakers_ = std::make_shared<surface::Wakers>();
  std::shared_ptr<void> watching_;
};

/// A log that is whole already.
std::shared_ptr<surface::ByteLog> FinishedLog(std::string path);

}  // namespace odu::coordinator
