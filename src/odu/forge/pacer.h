#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace odu::forge {

/// How often something new may be said, so that a forge never has to refuse: GitHub takes 80 that
/// create content a minute, and 900 points, of which a POST costs 5. News that something has begun
/// use half of it at most, so that ends are not held up by beginnings. Pure: time is an argument.
class Pacer {
 public:
  using Ms = std::chrono::milliseconds;
  /// `window` in milliseconds; a test may have it shorter than a minute.
  explicit Pacer(size_t most = 80, Ms window = Ms(60'000)) : most_(most), window_(window) {}

  /// How long to wait before one more, zero = now.
  Ms Wait(Ms now, bool urgent) const;
  /// One was sent.
  void Sent(Ms now);

  size_t most() const { return most_; }

 private:
  size_t most_;
  Ms window_;
  std::deque<Ms> sent_;  ///< of the last window, oldest first
};

/// How long to wait before try `tries` + 1: 1 s, doubled each time up to `most`, of which a random
/// part (`dice`, 0 to 1) of a half is taken away, so that many do not come back at once. Pure.
std::chrono::milliseconds Backoff(int tries, double dice, std::chrono::milliseconds most);

}  // namespace odu::forge
