#include "async/deadline.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

namespace async {
namespace asio = boost::asio;
namespace {

asio::awaitable<void> Bounded(std::move_only_function<asio::awaitable<void>()>& work) {
  // A total cancellation of the caller must reach the work.
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  co_await work();
}

asio::awaitable<void> SleepFor(Clock& clock, Duration bound) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  co_await clock.Sleep(bound);
}

std::string Words(Duration bound) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(bound).count();
  return ms % 1000 == 0 ? fmt::format("{} s", ms / 1000) : fmt::format("{} ms", ms);
}

}  // namespace

asio::awaitable<bool> RunBounded(Clock& clock, Duration bound,
                                 std::move_only_function<asio::awaitable<void>()> work) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  auto group = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, Bounded(work), asio::deferred),
      asio::co_spawn(executor, SleepFor(clock, bound), asio::deferred));
  const auto [order, failure, timer_failure] = co_await group.async_wait(
      asio::experimental::wait_for_one(), asio::as_tuple(asio::use_awaitable));
  // What work that was cut off gives or throws is the echo of our cancelling it.
  const bool ended = order[0] == 0;
  if (const std::exception_ptr& first = ended ? failure : timer_failure) {
    std::rethrow_exception(first);
  }
  co_return ended;
}

base::Error Timeout(std::string_view what, Duration bound) {
  return base::Error(base::ErrorKind::kHost, "timeout",
                     fmt::format("{}: no answer within {}", what, Words(bound)));
}

}  // namespace async
