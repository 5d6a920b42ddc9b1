#include "async/clock.h"

#include <time.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace async {
namespace {

Duration Read(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// CLOCK_BOOTTIME as Asio's timers want it.
struct BootTime {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootTime>;
  static constexpr bool is_steady = true;
  static time_point now() { return time_point(Read(CLOCK_BOOTTIME)); }
};

// The kernel timer below Asio stands still while the machine sleeps, so no single wait is longer
// than this; the deadline itself is compared in boot time after each.
constexpr Duration kLongestWait = std::chrono::seconds(15);

struct ShortWaits {
  static Duration to_wait_duration(const Duration& duration) {
    return std::clamp(duration, Duration::zero(), kLongestWait);
  }
  static Duration to_wait_duration(const BootTime::time_point& time) {
    return to_wait_duration(time - BootTime::now());
  }
};

using BootTimer = boost::asio::basic_waitable_timer<BootTime, ShortWaits>;

}  // namespace

Duration SystemClock::Now() const {
  return Read(CLOCK_BOOTTIME);
}

int64_t SystemClock::WallMs() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Read(CLOCK_REALTIME)).count();
}

boost::asio::awaitable<bool> SystemClock::Sleep(Duration duration) {
  if (duration <= Duration::zero()) {
    co_return true;
  }
  const Duration now = Now();
  BootTimer timer(co_await boost::asio::this_coro::executor);
  // A duration near the largest must not wrap round into the past.
  timer.expires_at(BootTime::time_point(now + std::min(duration, Duration::max() - now)));
  const auto [error] = co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  co_return !error;
}

}  // namespace async
