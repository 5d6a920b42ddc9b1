#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>

#include "async/clock.h"

namespace provision {

/// Notices that the machine slept, this process stood still or the clock was set: every few seconds
/// the wall clock and the steady one are compared with what they should say. After that, ssh still
/// believes in a connection for half a minute: what it carries is to be looked at again.
class WakeDetector {
 public:
  static constexpr auto kEvery = std::chrono::seconds(5);
  /// A gap below this is a busy machine or a clock that is being slewed.
  static constexpr auto kGap = std::chrono::seconds(15);

  /// `steady` is time awake (CLOCK_MONOTONIC stands still during sleep).
  WakeDetector(async::Clock& clock, std::function<async::Duration()> steady,
               std::function<void()> on_wake);
  WakeDetector(async::Clock& clock, std::function<void()> on_wake);

  /// Looks until it is cancelled; spawn it in a group. A process that stood still alone (stopped,
  /// or frozen with its container) finds out here, too: it comes back much too late.
  boost::asio::awaitable<void> Run();

  /// One look; true, and `on_wake` was called, when there is a gap since the last one.
  bool Look();

 private:
  async::Clock& clock_;
  std::function<async::Duration()> steady_;
  std::function<void()> on_wake_;
  async::Duration last_steady_{};
  async::Duration last_boot_{};
  int64_t last_wall_ms_ = 0;
};

}  // namespace provision
