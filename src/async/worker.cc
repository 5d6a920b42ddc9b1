#include "async/worker.h"

#include <pthread.h>
#include <signal.h>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

namespace async {
namespace asio = boost::asio;
namespace {

/// Keeps every signal from the threads that are made in its scope: they belong to the event loop.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

struct Worker::Pool {
  explicit Pool(size_t threads) : pool(threads) {}
  asio::thread_pool pool;
};

Worker::Worker(size_t threads) {
  if (threads == 0) {
    return;
  }
  const SignalsBlocked blocked;
  pool_ = std::make_unique<Pool>(threads);
}

Worker::~Worker() {
  if (pool_) {
    pool_->pool.join();
  }
}

asio::awaitable<void> Worker::RunErased(std::move_only_function<void()> work) {
  if (!pool_) {
    work();
    co_return;
  }
  std::exception_ptr failure;
  auto initiate = [this, &work, &failure](auto handler) {
    // The loop must not run dry while the work is away.
    auto loop = asio::prefer(asio::get_associated_executor(handler),
                             asio::execution::outstanding_work.tracked);
    asio::post(pool_->pool,
               [&work, &failure, loop = std::move(loop), handler = std::move(handler)]() mutable {
                 try {
                   work();
                 } catch (...) {
                   failure = std::current_exception();
                 }
                 asio::post(loop, std::move(handler));
               });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(std::move(initiate),
                                                                       asio::use_awaitable);
  if (failure) {
    std::rethrow_exception(failure);
  }
}

}  // namespace async
