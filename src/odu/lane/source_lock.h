#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "async/clock.h"
#include "base/error.h"
#include "os/file_lock.h"

namespace odu::lane {

/// The file whose lock says who may change an object cache; beside it, so that the cache can be
/// removed under its lock.
std::string SourceLockPath(const std::string& cache);

/// Waits until nobody else changes the object cache at `cache`; its folder is made, ours alone. The
/// holder is told once when it is not free at once. kCancelled when the waiter was cancelled.
boost::asio::awaitable<base::Result<os::FileLock>> LockSource(
    async::Clock& clock, std::string cache, std::function<void(std::string_view)> told);

/// Says that the cache has been used now; what has not been for long is swept.
void NoteSourceUse(const std::string& cache);

/// When it was used last, in milliseconds since 1970; 0 = unknown.
int64_t LastSourceUse(const std::string& cache);

}  // namespace odu::lane
