#include "support/fake_clock.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

namespace support {

FakeClock::FakeClock() = default;
FakeClock::~FakeClock() = default;

int64_t FakeClock::WallMs() const {
  constexpr int64_t k2026 = 1'767'225'600'000;
  return k2026 + std::chrono::duration_cast<std::chrono::milliseconds>(now_).count();
}

boost::asio::awaitable<bool> FakeClock::Sleep(async::Duration duration) {
  if (duration <= async::Duration::zero()) {
    co_return true;
  }
  auto due = std::make_shared<async::Notifier>(co_await boost::asio::this_coro::executor);
  const async::Duration deadline = now_ + std::min(duration, async::Duration::max() - now_);
  sleepers_.emplace(deadline, due);
  const bool passed = co_await due->Wait();
  if (!passed) {
    // Advance() removes those it wakes; a cancelled sleeper is still there, unless both happened.
    for (auto it = sleepers_.begin(); it != sleepers_.end(); ++it) {
      if (it->second == due) {
        sleepers_.erase(it);
        break;
      }
    }
  }
  co_return passed;
}

void FakeClock::Advance(async::Duration duration) {
  now_ += duration;
  while (!sleepers_.empty() && sleepers_.begin()->first <= now_) {
    const std::shared_ptr<async::Notifier> due = sleepers_.begin()->second;
    sleepers_.erase(sleepers_.begin());
    due->Notify();
  }
}

async::Duration FakeClock::NextDeadline() const {
  return sleepers_.empty() ? async::Duration::max() : sleepers_.begin()->first;
}

}  // namespace support
