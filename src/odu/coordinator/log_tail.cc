#include "odu/coordinator/log_tail.h"

#include <fcntl.h>

#include "base/text.h"
#include "os/file_system.h"

namespace odu::coordinator {

void LogTail::Begin(std::string path) {
  path_ = std::move(path);
  WatchIfWanted();
  wakers_->WakeAll();
}

void LogTail::Finish() {
  ended_ = true;
  watching_.reset();
  wakers_->WakeAll();
}

base::Result<size_t> LogTail::ReadAt(uint64_t offset, char* buffer, size_t capacity) {
  if (!fd_.valid() && !path_.empty()) {
    auto opened = os::OpenFile(path_, O_RDONLY);
    if (opened) {
      fd_ = std::move(*opened);
      WatchIfWanted();
    } else if (ended_ || opened.error().code() != "not_found") {
      return base::Fail(base::ErrorKind::kGone, "no_log",
                        "log: its file cannot be read: " + opened.error().message());
    }
  }
  if (!fd_.valid()) {
    return size_t{0};
  }
  return os::ReadAt(fd_.get(), offset, std::span<char>(buffer, capacity));
}

std::shared_ptr<void> LogTail::OnGrowth(surface::Waker waker) {
  auto registration = wakers_->Add(std::move(waker));
  WatchIfWanted();
  return std::shared_ptr<void>(std::move(registration));
}

void LogTail::WatchIfWanted() {
  if (watch_ == nullptr || ended_ || watching_ != nullptr || wakers_->empty() ||
      !os::Exists(path_)) {
    return;
  }
  // Only the list is captured: a watch must not keep its log alive.
  watching_ = watch_->Watch(path_, [wakers = wakers_] { wakers->WakeAll(); });
}

std::shared_ptr<surface::ByteLog> FinishedLog(std::string path) {
  auto log = std::make_shared<LogTail>(nullptr);
  log->Begin(std::move(path));
  log->Finish();
  return log;
}

}  // namespace odu::coordinator
