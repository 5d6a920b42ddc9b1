#include "odu/forge/pacer.h"

#include <algorithm>

namespace odu::forge {
namespace {

constexpr int kWindows = 60;

}  // namespace

Pacer::Ms Pacer::Wait(Ms now, bool urgent) const {
  const size_t allowed = urgent ? most_ : std::max<size_t>(most_ / 2, 1);
  const auto first = std::ranges::find_if(ended_, [&](Ms at) { return at + window_ > now; });
  if (!urgent && ended_.size() >= kMostBeforeOnlyEnds) {
    const Ms over =
        *(ended_.end() - static_cast<std::ptrdiff_t>(kMostBeforeOnlyEnds)) + window_ * kWindows;
    if (over > now) {
      return over - now;
    }
  }
  const auto recent = static_cast<size_t>(ended_.end() - first);
  if (recent + under_way_ < allowed) {
    return Ms(0);
  }
  if (recent == 0) {
    return window_;  // all are under way: whichever ends is the one to count
  }
  // One more fits when so many of the recent ones are over that `allowed - 1` are left.
  const size_t over = std::min(recent + under_way_ - allowed, recent - 1);
  return *(first + static_cast<std::ptrdiff_t>(over)) + window_ - now;
}

void Pacer::Ended(Ms now) {
  under_way_ -= std::min<size_t>(under_way_, 1);
  while (!ended_.empty() && ended_.front() + window_ * kWindows <= now) {
    ended_.pop_front();
  }
  ended_.push_back(now);
}

std::chrono::milliseconds Backoff(int tries, double dice, std::chrono::milliseconds most) {
  const int doubled = std::clamp(tries - 1, 0, 20);
  const auto whole = std::min(std::chrono::milliseconds(int64_t{1000} << doubled), most);
  return whole - std::chrono::milliseconds(static_cast<int64_t>(static_cast<double>(whole.count()) /
                                                                2 * std::clamp(dice, 0.0, 1.0)));
}

}  // namespace odu::forge
