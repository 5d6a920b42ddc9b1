#pragma once

#include <cstdint>

namespace odu::faults {

/// Numbers from a seed, the same on every machine and with every standard library (splitmix64).
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15U) {}

  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15U;
    uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }
  /// From `least` to `most`, both included.
  int Between(int least, int most) {
    return least + static_cast<int>(Next() % static_cast<uint64_t>(most - least + 1));
  }
  /// True once in `times`.
  bool OnceIn(int times) { return Between(1, times) == 1; }

 private:
  uint64_t state_;
};

}  // namespace odu::faults
