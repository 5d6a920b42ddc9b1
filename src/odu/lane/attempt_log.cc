#include "odu/lane/attempt_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <span>
#include <utility>

#include "os/file_system.h"

namespace odu::lane {

base::Result<std::shared_ptr<AttemptLog>> AttemptLog::Create(const std::string& path) {
  auto fd = os::OpenFile(path, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (!fd) {
    return base::Pass(fd.error());
  }
  return std::make_shared<AttemptLog>(std::make_shared<os::Fd>(std::move(*fd)), 0, false);
}

base::Result<std::shared_ptr<AttemptLog>> AttemptLog::OpenSealed(const std::string& path) {
  auto fd = os::OpenFile(path, O_RDONLY);
  if (!fd) {
    return base::Pass(fd.error());
  }
  auto status = os::StatusOf(fd->get());
  if (!status) {
    return base::Pass(status.error());
  }
  return std::make_shared<AttemptLog>(std::make_shared<os::Fd>(std::move(*fd)), status->size, true);
}

void AttemptLog::LookForChange() {
  struct stat now{};
  if (::fstat(fd_->get(), &now) == 0 && static_cast<uint64_t>(now.st_size) != size_) {
    changed_ = true;
    size_ = static_cast<uint64_t>(now.st_size);
    static_cast<void>(::lseek(fd_->get(), 0, SEEK_END));
  }
}

base::Result<void> AttemptLog::Append(std::string_view bytes) {
  LookForChange();
  auto written = os::WriteAll(fd_->get(), bytes);
  if (written) {
    size_ += bytes.size();
  } else if (auto status = os::StatusOf(fd_->get())) {
    size_ = std::max(size_, status->size);
  }
  wakers_.WakeAll();
  return written;
}

void AttemptLog::Seal() {
  LookForChange();
  // A tidiness: whoever may write here could also change the mode back.
  (void)::fchmod(fd_->get(), 0444);
  sealed_ = true;
  wakers_.WakeAll();
}

base::Result<size_t> AttemptLog::ReadAt(uint64_t offset, char* buffer, size_t capacity) {
  if (offset >= size_) {
    return size_t{0};
  }
  const size_t wanted = std::min<uint64_t>(capacity, size_ - offset);
  return os::ReadAt(fd_->get(), offset, std::span(buffer, wanted));
}

std::shared_ptr<void> AttemptLog::OnGrowth(surface::Waker waker) {
  return std::shared_ptr<void>(wakers_.Add(std::move(waker)));
}

}  // namespace odu::lane
