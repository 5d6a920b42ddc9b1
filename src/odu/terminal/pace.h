#pragma once

#include <cstddef>

#include "async/clock.h"

namespace odu::terminal {

/// How much a terminal at the end of a thin line is sent. What stands in the line's buffers is
/// shown before what comes later, a key's effect too: so there must not be more of it than passes
/// in a moment. A log that rushes by is drawn less often there; what a key asks for is drawn at
/// once.
class Pace {
 public:
  /// Without `far` everything passes.
  explicit Pace(bool far) : far_(far) {}

  /// A frame of so many bytes was written.
  void Spend(size_t bytes, async::Duration now);
  /// Whether the next frame may be written; `for_key`: it shows what a person did.
  bool MayDraw(async::Duration now, bool for_key);

  /// What a line of 16 kB/s passes, with something to spare for the way back.
  static constexpr double kBytesPerSecond = 12'000;
  static constexpr double kBurst = 6'000;
  /// So far into the future a key may reach.
  static constexpr double kCredit = 6'000;

 private:
  void Refill(async::Duration now);

  bool far_;
  double allowed_ = kBurst;
  async::Duration refilled_{};
};

}  // namespace odu::terminal
