#pragma once

#include <boost/asio/awaitable.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "async/notifier.h"
#include "async/task_group.h"
#include "base/error.h"

namespace async {

namespace internal {

template <class T>
struct ShieldedState {
  explicit ShieldedState(const boost::asio::any_io_executor& executor) : done(executor) {}
  std::optional<base::Result<T>> result;
  Notifier done;
};

template <class T>
boost::asio::awaitable<void> RunShielded(
    std::shared_ptr<ShieldedState<T>> state,
    std::move_only_function<boost::asio::awaitable<base::Result<T>>()> work) {
  std::exception_ptr failure;
  try {
    state->result.emplace(co_await work());
  } catch (...) {
    failure = std::current_exception();
    state->result.emplace(base::Fail(base::ErrorKind::kGone, "stopped", "the work was ended"));
  }
  state->done.Notify();
  if (failure) {
    std::rethrow_exception(failure);  // the group reports it, or knows it as a cancellation
  }
}

}  // namespace internal

/// Runs `work` to its end as a task of `tasks`, whatever becomes of the caller, who may be
/// cancelled while it waits for the result: what changes the world is not cut in half because
/// somebody hung up. Failures of its own: kGone "stopped" when the group is stopping; kCancelled
/// "cancelled" to a caller that was cancelled, while the work goes on.
template <class T>
boost::asio::awaitable<base::Result<T>> Shielded(
    TaskGroup& tasks, std::string name,
    std::move_only_function<boost::asio::awaitable<base::Result<T>>()> work) {
  auto state = std::make_shared<internal::ShieldedState<T>>(tasks.executor());
  const bool started = tasks.Spawn(std::move(name), [state, work = std::move(work)]() mutable {
    return internal::RunShielded<T>(state, std::move(work));
  });
  if (!started) {
    co_return base::Fail(base::ErrorKind::kGone, "stopped", "this process is stopping");
  }
  while (!state->result) {
    const bool woken = co_await state->done.Wait();
    if (!woken) {
      co_return base::Fail(base::ErrorKind::kCancelled, "cancelled", "the wait was given up");
    }
  }
  co_return std::move(*state->result);
}

}  // namespace async
