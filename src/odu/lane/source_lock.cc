#include "odu/lane/source_lock.h"

#include <fmt/format.h>

#include <utility>

#include "os/file_system.h"
#include "service/home.h"

namespace odu::lane {

namespace {

constexpr async::Duration kLookAgain = std::chrono::milliseconds(100);

std::string UseMark(const std::string& cache) {
  return cache + "/odu-used";
}

}  // namespace

std::string SourceLockPath(const std::string& cache) {
  return cache + ".lock";
}

boost::asio::awaitable<base::Result<os::FileLock>> LockSource(
    async::Clock& clock, std::string cache, std::function<void(std::string_view)> told) {
  const std::string path = SourceLockPath(cache);
  bool waiting = false;
  while (true) {
    if (auto own = service::MakeOwnDir(path.substr(0, path.rfind('/'))); !own) {
      co_return base::Pass(own.error());
    }
    auto lock = os::FileLock::TryLock(path);
    if (lock && lock->StillAtPath()) {
      (void)lock->WriteHolder();
      co_return lock;
    }
    if (!lock && lock.error().kind() != base::ErrorKind::kBusy) {
      co_return lock;
    }
    if (!lock && !std::exchange(waiting, true) && told) {
      told(fmt::format("[odu] waiting for the object cache: {}", lock.error().message()));
    }
    const bool passed = co_await clock.Sleep(kLookAgain);
    if (!passed) {
      co_return base::Fail(base::ErrorKind::kCancelled, "cancelled", "object cache: cancelled");
    }
  }
}

void NoteSourceUse(const std::string& cache) {
  (void)os::WriteFileAtomic(UseMark(cache), "");
}

int64_t LastSourceUse(const std::string& cache) {
  for (const std::string& path : {UseMark(cache), cache}) {
    if (const auto status = os::StatusOf(path)) {
      return status->modified_ms;
    }
  }
  return 0;
}

}  // namespace odu::lane
