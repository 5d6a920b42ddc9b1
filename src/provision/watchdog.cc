#include "provision/watchdog.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

namespace provision {
namespace asio = boost::asio;
namespace {

asio::awaitable<void> Cancellable(std::move_only_function<asio::awaitable<void>()>& work) {
  // A total cancellation of the caller must reach the work.
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  co_await work();
}

}  // namespace

asio::awaitable<void> Watchdog::Watch(Bound& fired) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  const async::Duration last = clock_.Now() + ceiling_;
  for (;;) {
    const async::Duration now = clock_.Now();
    if (now >= last) {
      fired = Bound::kCeiling;
      co_return;
    }
    if (!muted_ && now >= heard_ + silence_) {
      fired = Bound::kSilence;
      co_return;
    }
    // While muted it looks in again now and then: silence may count once more.
    const async::Duration quiet = muted_ ? now + silence_ : heard_ + silence_;
    const bool passed = co_await clock_.Sleep(std::min(last, quiet) - now);
    if (!passed) {
      co_return;
    }
  }
}

asio::awaitable<Bound> Watchdog::Run(std::move_only_function<asio::awaitable<void>()> work) {
  heard_ = clock_.Now();
  muted_ = false;
  Bound fired = Bound::kNone;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto group = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, Cancellable(work), asio::deferred),
      asio::co_spawn(executor, Watch(fired), asio::deferred));
  const auto [order, failure, watch_failure] = co_await group.async_wait(
      asio::experimental::wait_for_one(), asio::as_tuple(asio::use_awaitable));
  // What work that was cut off throws is the echo of our cancelling it.
  const bool ended = order[0] == 0;
  if (const std::exception_ptr& first = ended ? failure : watch_failure) {
    std::rethrow_exception(first);
  }
  co_return ended ? Bound::kNone : fired;
}

}  // namespace provision
