#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace async {

/// A few threads for work that blocks (git, hashing, SQLite). Its result comes back on the caller's
/// event loop. The threads take no signals. Destroy it before the loop.
class Worker {
 public:
  /// With no thread the work is done where it is asked for, at once: for tests that count turns.
  explicit Worker(size_t threads = 2);
  /// Waits for what was given already.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Runs `function` on a thread of the pool, where it must touch nothing that the loop touches; it
  /// is not interrupted by a cancellation of the caller. Its exception is thrown here.
  template <class F>
  boost::asio::awaitable<std::invoke_result_t<F&>> Run(F function) {
    using T = std::invoke_result_t<F&>;
    if constexpr (std::is_void_v<T>) {
      std::move_only_function<void()> work = std::move(function);
      co_await RunErased(std::move(work));
    } else {
      std::optional<T> result;
      std::move_only_function<void()> work = [&result, &function] { result.emplace(function()); };
      co_await RunErased(std::move(work));
      co_return std::move(*result);
    }
  }

 private:
  boost::asio::awaitable<void> RunErased(std::move_only_function<void()> work);

  struct Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace async
