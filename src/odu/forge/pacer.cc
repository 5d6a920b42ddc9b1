#include "odu/forge/pacer.h"

#include <algorithm>

namespace odu::forge {

Pacer::Ms Pacer::Wait(Ms now, bool urgent) const {
  const size_t allowed = urgent ? most_ : std::max<size_t>(most_ / 2, 1);
  const auto first = std::ranges::find_if(sent_, [&](Ms at) { return at + window_ > now; });
  const auto recent = static_cast<size_t>(sent_.end() - first);
  if (recent < allowed) {
    return Ms(0);
  }
  // One more fits when so many of the recent ones are over that `allowed - 1` are left.
  return *(first + static_cast<std::ptrdiff_t>(recent - allowed)) + window_ - now;
}

void Pacer::Sent(Ms now) {
  while (!sent_.empty() && sent_.front() + window_ <= now) {
    sent_.pop_front();
  }
  sent_.push_back(now);
}

std::chrono::milliseconds Backoff(int tries, double dice, std::chrono::milliseconds most) {
  const int doubled = std::clamp(tries - 1, 0, 20);
  const auto whole = std::min(std::chrono::milliseconds(int64_t{1000} << doubled), most);
  return whole - std::chrono::milliseconds(static_cast<int64_t>(static_cast<double>(whole.count()) /
                                                                2 * std::clamp(dice, 0.0, 1.0)));
}

}  // namespace odu::forge
