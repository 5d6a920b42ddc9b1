#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "async/clock.h"
#include "base/error.h"

namespace async {

/// Runs `work` for at most `bound`. True when it ended by itself; false when the bound came first:
/// then it was cancelled (terminal) and its end awaited. Exceptions of `work` pass through, and so
/// does a cancellation of the caller.
boost::asio::awaitable<bool> RunBounded(
    Clock& clock, Duration bound, std::move_only_function<boost::asio::awaitable<void>()> work);

/// The failure of a wait that took too long: kHost, code "timeout", "<what>: no answer within 10
/// s".
base::Error Timeout(std::string_view what, Duration bound);

namespace internal {

template <class T>
struct Flattened {
  using Type = base::Result<T>;
};
template <class T>
struct Flattened<base::Result<T>> {
  using Type = base::Result<T>;
};

template <class T>
boost::asio::awaitable<void> Store(boost::asio::awaitable<T> work, std::optional<T>& out) {
  out.emplace(co_await std::move(work));
}

}  // namespace internal

/// What `work` gives, or Timeout(what, bound). An awaitable of a Result stays one Result.
template <class T>
  requires(!std::is_void_v<T>)
boost::asio::awaitable<typename internal::Flattened<T>::Type> WithDeadline(
    Clock& clock, Duration bound, boost::asio::awaitable<T> work, std::string what) {
  std::optional<T> out;
  std::move_only_function<boost::asio::awaitable<void>()> stored =
      [&out, work = std::move(work)]() mutable { return internal::Store(std::move(work), out); };
  const bool ended = co_await RunBounded(clock, bound, std::move(stored));
  if (!ended || !out.has_value()) {
    co_return std::unexpected(Timeout(what, bound));
  }
  co_return std::move(*out);
}

/// The same for work without a value.
inline boost::asio::awaitable<base::Result<void>> WithDeadline(Clock& clock, Duration bound,
                                                               boost::asio::awaitable<void> work,
                                                               std::string what) {
  std::move_only_function<boost::asio::awaitable<void>()> stored =
      [work = std::move(work)]() mutable { return std::move(work); };
  const bool ended = co_await RunBounded(clock, bound, std::move(stored));
  if (!ended) {
    co_return std::unexpected(Timeout(what, bound));
  }
  co_return base::Result<void>();
}

}  // namespace async
