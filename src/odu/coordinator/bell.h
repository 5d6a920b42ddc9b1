#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <list>
#include <utility>

#include "async/clock.h"
#include "async/deadline.h"
#include "async/notifier.h"

namespace odu::coordinator {

/// Wakes any number of waiters at once. What it stands for is looked up by them, before they wait
/// and after. One thread; it must outlive its waiters.
class Bell {
 public:
  explicit Bell(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  void Ring() {
    for (async::Notifier* waiter : waiters_) {
      waiter->Notify();
    }
  }

  /// Waits for the next Ring(). Returns early, as if rung, when it was cancelled: the next co_await
  /// of the caller then throws.
  boost::asio::awaitable<void> Wait() {
    async::Notifier notifier(executor_);
    const Place place(waiters_, notifier);
    static_cast<void>(co_await notifier.Wait());
  }

  /// The same, but no longer than `until` (as `clock` tells time).
  boost::asio::awaitable<void> WaitUntil(async::Clock& clock, async::Duration until) {
    std::move_only_function<boost::asio::awaitable<void>()> wait = [this] { return Wait(); };
    const async::Duration left = until - clock.Now();
    static_cast<void>(co_await async::RunBounded(clock, left, std::move(wait)));
  }

  size_t waiting() const { return waiters_.size(); }

 private:
  using Waiters = std::list<async::Notifier*>;

  /// Leaves the list however the wait ends.
  class Place {
   public:
    Place(Waiters& waiters, async::Notifier& notifier)
        : waiters_(waiters), here_(waiters.insert(waiters.end(), &notifier)) {}
    ~Place() { waiters_.erase(here_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    Waiters& waiters_;
    Waiters::iterator here_;
  };

  boost::asio::any_io_executor executor_;
  Waiters waiters_;
};

}  // namespace odu::coordinator
