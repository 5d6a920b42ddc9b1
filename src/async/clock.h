#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>

namespace async {

/// A span of time as every clock here counts it.
using Duration = std::chrono::nanoseconds;

/// The only door to time. Tests use support::FakeClock.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Time since the machine started, time asleep included (CLOCK_BOOTTIME). Never goes back.
  virtual Duration Now() const = 0;

  /// Milliseconds since 1970-01-01 UTC, for people and files; may jump. Never measure with it.
  virtual int64_t WallMs() const = 0;

  /// Waits for `duration` (not at all when it is zero or less). True when it passed; false when the
  /// waiting coroutine was cancelled, whose next co_await then throws operation_aborted.
  /// (Name the result, then test it: g++ 12 miscompiles a co_await inside an if or while
  /// condition.)
  virtual boost::asio::awaitable<bool> Sleep(Duration duration) = 0;
};

/// The machine's clock. After a suspend a sleeper wakes at most 15 s late.
class SystemClock final : public Clock {
 public:
  Duration Now() const override;
  int64_t WallMs() const override;
  boost::asio::awaitable<bool> Sleep(Duration duration) override;
};

}  // namespace async
