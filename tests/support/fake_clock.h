#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "async/clock.h"
#include "async/notifier.h"

namespace support {

/// Time that stands still until the test moves it.
class FakeClock final : public async::Clock {
 public:
  FakeClock();
  ~FakeClock() override;

  async::Duration Now() const override { return now_; }
  int64_t WallMs() const override;
  boost::asio::awaitable<bool> Sleep(async::Duration duration) override;

  /// Moves time on and wakes who is due, in order of deadline; they run when the loop does. Tests
  /// with sleepers that sleep again use support::Loop::Advance.
  void Advance(async::Duration duration);

  /// How many coroutines sleep, and when the first of them is due.
  size_t sleepers() const { return sleepers_.size(); }
  async::Duration NextDeadline() const;

 private:
  async::Duration now_ = std::chrono::hours(1);
  std::multimap<async::Duration, std::shared_ptr<async::Notifier>> sleepers_;
};

}  // namespace support
