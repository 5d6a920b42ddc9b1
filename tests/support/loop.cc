#include "support/loop.h"

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace support {
namespace {

constexpr auto kHang = std::chrono::seconds(30);

}  // namespace

void Loop::RunUntilIdle() {
  do {
    context_.restart();
  } while (context_.poll() != 0);
}

bool Loop::RunUntil(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + kHang;
  while (!done()) {
    context_.restart();
    if (context_.run_one_until(end) == 0) {
      return done();
    }
  }
  return true;
}

void Loop::Advance(FakeClock& clock, async::Duration duration) {
  const async::Duration end = clock.Now() + duration;
  RunUntilIdle();
  while (clock.NextDeadline() <= end) {
    clock.Advance(clock.NextDeadline() - clock.Now());
    RunUntilIdle();
  }
  clock.Advance(end - clock.Now());
  RunUntilIdle();
}

void Loop::RunVoid(boost::asio::awaitable<void> work) {
  bool ended = false;
  std::exception_ptr failure;
  boost::asio::co_spawn(context_, std::move(work), [&ended, &failure](std::exception_ptr caught) {
    ended = true;
    failure = std::move(caught);
  });
  if (!RunUntil([&ended] { return ended; })) {
    std::fprintf(stderr, "a coroutine did not end within 30 s\n");
    std::abort();
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
}

}  // namespace support
