#include "odu/lane/group_sync.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "os/file_system.h"

namespace odu::lane {

void GroupSync::Wrote(const std::shared_ptr<os::Fd>& file) {
  if (!on_) {
    return;
  }
  dirty_.insert(file);
  if (!scheduled_) {
    scheduled_ = tasks_.Spawn("group sync", [this] { return Later(); });
  }
}

void GroupSync::WroteNameIn(const std::string& folder) {
  auto known = folders_.find(folder);
  if (known == folders_.end()) {
    auto opened = os::OpenFile(folder, O_RDONLY | O_DIRECTORY);
    if (!opened) {
      base::LogWarning("lane", "{}", opened.error().In("syncing a folder").message());
      return;
    }
    known = folders_.emplace(folder, std::make_shared<os::Fd>(std::move(*opened))).first;
  }
  Wrote(known->second);
}

boost::asio::awaitable<void> GroupSync::Later() {
  while (!dirty_.empty()) {
    const bool passed = co_await clock_.Sleep(kAtMost);
    if (!passed) {
      break;
    }
    co_await Now();
  }
  scheduled_ = false;
}

boost::asio::awaitable<void> GroupSync::Now() {
  std::vector<std::shared_ptr<os::Fd>> files(dirty_.begin(), dirty_.end());
  dirty_.clear();
  // What another call is putting there just now is not there yet.
  files.insert(files.end(), syncing_.begin(), syncing_.end());
  if (files.empty()) {
    co_return;
  }
  syncing_.insert(files.begin(), files.end());
  auto work = [&files] {
    int error_number = 0;
    for (const std::shared_ptr<os::Fd>& file : files) {
      if (::fdatasync(file->get()) != 0) {
        error_number = errno;
      }
    }
    return error_number;
  };
  const int failed = co_await worker_.get().Run(std::move(work));
  for (const std::shared_ptr<os::Fd>& file : files) {
    syncing_.erase(syncing_.find(file));
  }
  if (failed != 0) {
    base::LogWarning("lane", "{}", base::SystemError("syncing logs", failed).message());
  }
}

}  // namespace odu::lane
