#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>

#include "async/clock.h"

namespace provision {

enum class Bound {
  kNone,
  kSilence,  ///< nothing was heard for too long
  kCeiling,  ///< it talked all the time, and took too long
};

/// Bounds work that may take long as long as it shows a sign of life.
class Watchdog {
 public:
  Watchdog(async::Clock& clock, async::Duration silence, async::Duration ceiling)
      : clock_(clock), silence_(silence), ceiling_(ceiling) {}

  /// A sign of life.
  void Pet() { heard_ = clock_.Now(); }
  /// Takes the bound on silence away (what follows has a bound of its own), or back.
  void Mute(bool muted) {
    muted_ = muted;
    Pet();
  }

  /// Runs `work`; kNone when it ended by itself, else the bound that came first: then it was
  /// cancelled and its end awaited. Once at a time.
  boost::asio::awaitable<Bound> Run(std::move_only_function<boost::asio::awaitable<void>()> work);

 private:
  boost::asio::awaitable<void> Watch(Bound& fired);

  async::Clock& clock_;
  async::Duration silence_;
  async::Duration ceiling_;
  async::Duration heard_{};
  bool muted_ = false;
};

}  // namespace provision
