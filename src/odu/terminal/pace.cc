#include "odu/terminal/pace.h"

#include <algorithm>
#include <chrono>

namespace odu::terminal {

void Pace::Refill(async::Duration now) {
  const double passed = std::chrono::duration<double>(now - refilled_).count();
  allowed_ = std::min(allowed_ + std::max(passed, 0.0) * kBytesPerSecond, kBurst);
  refilled_ = now;
}

void Pace::Spend(size_t bytes, async::Duration now) {
  Refill(now);
  allowed_ -= static_cast<double>(bytes);
}

bool Pace::MayDraw(async::Duration now, bool for_key) {
  if (!far_) {
    return true;
  }
  Refill(now);
  return allowed_ > (for_key ? -kCredit : 0);
}

}  // namespace odu::terminal
