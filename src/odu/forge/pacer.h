#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace odu::forge {

/// How often something new may be said, so that a forge never has to refuse: GitHub takes 80 that
/// create content a minute, and 900 points, of which a POST costs 5. News that something has begun
/// use half of it at most, so that ends are not held up by beginnings. "In general" it takes 500 an
/// hour too: beginnings end at half of that, while ends go on until it is said that it is enough,
/// because one that comes an hour late may have been late for nothing. What counts is when a
/// request has ended: the forge may have seen it as late as that, and sees the next one no earlier
/// than it begins. Pure: time is an argument.
class Pacer {
 public:
  using Ms = std::chrono::milliseconds;
  static constexpr size_t kMost = 80;
  static constexpr size_t kMostBeforeOnlyEnds = 250;  ///< in the last 60 windows
  /// A test may have a window shorter than a minute.
  explicit Pacer(size_t most = kMost, Ms window = Ms(60'000)) : most_(most), window_(window) {}

  /// How long to wait before one more begins, zero = now.
  Ms Wait(Ms now, bool urgent) const;
  void Begun() { ++under_way_; }
  void Ended(Ms now);

 private:
  size_t most_;
  Ms window_;
  size_t under_way_ = 0;
  std::deque<Ms> ended_;  ///< in the last 60 windows, oldest first
};

/// How long to wait before try `tries` + 1: 1 s, doubled each time up to `most`, of which a random
/// part (`dice`, 0 to 1) of a half is taken away, so that many do not come back at once. Pure.
std::chrono::milliseconds Backoff(int tries, double dice, std::chrono::milliseconds most);

}  // namespace odu::forge
