#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "async/task_group.h"
#include "async/worker.h"
#include "base/sha256.h"
#include "os/fd.h"

namespace odu::lane {

/// The threads for what may block, made at the first use: most lanes never need them.
class LazyWorker {
 public:
  explicit LazyWorker(size_t threads = 2) : threads_(threads) {}
  async::Worker& get() {
    if (!worker_) {
      worker_ = std::make_unique<async::Worker>(threads_);
    }
    return *worker_;
  }

 private:
  size_t threads_;
  std::unique_ptr<async::Worker> worker_;
};

/// The sha256 of a log while it grows. Up to kInlineBytes are hashed where they pass by; a longer
/// log is read again from the page cache on a thread, behind its writer, so that neither the event
/// loop nor memory pays for a gigabyte.
class LogDigest {
 public:
  static constexpr uint64_t kInlineBytes = uint64_t{1} << 20;

  using Done = std::move_only_function<void(std::string hex)>;

  /// `fd` is the log's file. Both references must outlive the digest and its tasks.
  LogDigest(std::shared_ptr<os::Fd> fd, async::TaskGroup& tasks, LazyWorker& worker);
  ~LogDigest();
  LogDigest(const LogDigest&) = delete;
  LogDigest& operator=(const LogDigest&) = delete;

  /// `bytes` were appended to the file.
  void Grew(std::string_view bytes);

  /// Calls `done` with 64 hex digits once all `size` bytes of the file are hashed: at once for
  /// short logs. An empty text says that the file could not be read. Once, and nothing after it.
  void Finish(uint64_t size, Done done);

 private:
  struct Behind;

  std::shared_ptr<os::Fd> fd_;
  async::TaskGroup& tasks_;
  LazyWorker& worker_;
  base::Sha256 hash_;
  uint64_t hashed_ = 0;
  std::shared_ptr<Behind> behind_;
};

}  // namespace odu::lane
