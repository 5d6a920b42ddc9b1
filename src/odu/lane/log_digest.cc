#include "odu/lane/log_digest.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "async/notifier.h"

namespace odu::lane {

namespace {

/// How far the hash may lag before a thread is asked again; and one read of that thread.
constexpr uint64_t kStepBytes = uint64_t{8} << 20;
constexpr size_t kReadBytes = size_t{256} << 10;

}  // namespace

/// What the task that hashes behind shares with the digest.
struct LogDigest::Behind {
  Behind(boost::asio::any_io_executor executor, std::shared_ptr<os::Fd> file, base::Sha256 so_far,
         uint64_t start)
      : changed(std::move(executor)), fd(std::move(file)), hash(so_far), hashed(start) {}

  async::Notifier changed;
  std::shared_ptr<os::Fd> fd;
  base::Sha256 hash;
  uint64_t hashed;
  uint64_t size = 0;
  bool finished = false;
  bool abandoned = false;
  bool failed = false;
  Done done;

  /// Runs on a thread: the loop does not touch hash, hashed and failed meanwhile.
  void HashUpTo(uint64_t end) {
    std::vector<char> buffer(kReadBytes);
    while (hashed < end && !failed) {
      const size_t wanted = std::min<uint64_t>(buffer.size(), end - hashed);
      auto read = os::ReadAt(fd->get(), hashed, std::span(buffer.data(), wanted));
      if (!read || *read == 0) {
        failed = true;
        return;
      }
      hash.Update(std::string_view(buffer.data(), *read));
      hashed += *read;
    }
  }

  static boost::asio::awaitable<void> Run(std::shared_ptr<Behind> self, LazyWorker& worker) {
    while (!self->abandoned) {
      const bool due = self->finished || self->size - self->hashed >= kStepBytes;
      if (due && self->hashed < self->size && !self->failed) {
        const uint64_t end = self->size;
        // Named: GCC 12 destroys a closure twice that is a temporary of a co_await.
        auto work = [self, end] { self->HashUpTo(end); };
        co_await worker.get().Run(std::move(work));
        continue;
      }
      if (self->finished) {
        // The callback holds the log's owner, which holds this.
        std::exchange(self->done, {})(self->failed ? std::string() : self->hash.HexDigest());
        co_return;
      }
      const bool woken = co_await self->changed.Wait();
      if (!woken) {
        co_return;
      }
    }
  }
};

LogDigest::LogDigest(std::shared_ptr<os::Fd> fd, async::TaskGroup& tasks, LazyWorker& worker)
    : fd_(std::move(fd)), tasks_(tasks), worker_(worker) {}

LogDigest::~LogDigest() {
  if (behind_) {
    behind_->abandoned = !behind_->finished;
    behind_->changed.Notify();
  }
}

void LogDigest::Grew(std::string_view bytes) {
  if (!behind_ && hashed_ + bytes.size() <= kInlineBytes) {
    hash_.Update(bytes);
    hashed_ += bytes.size();
    return;
  }
  if (!behind_) {
    behind_ = std::make_shared<Behind>(tasks_.executor(), fd_, hash_, hashed_);
    behind_->size = hashed_;
    tasks_.Spawn("log digest",
                 [behind = behind_, &worker = worker_] { return Behind::Run(behind, worker); });
  }
  behind_->size += bytes.size();
  behind_->changed.Notify();
}

void LogDigest::Finish(uint64_t size, Done done) {
  if (!behind_) {
    done(hash_.HexDigest());
    return;
  }
  behind_->size = size;
  behind_->finished = true;
  behind_->done = std::move(done);
  behind_->changed.Notify();
}

}  // namespace odu::lane
