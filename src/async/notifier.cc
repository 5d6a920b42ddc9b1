#include "async/notifier.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <utility>

namespace async {

// A channel without a buffer is a rendezvous that costs neither a timer nor a system call, knows
// cancellation, and is emptied when the event loop goes.
struct Notifier::State {
  explicit State(boost::asio::any_io_executor executor) : channel(std::move(executor), 0) {}

  bool notified = false;
  boost::asio::experimental::channel<void(boost::system::error_code)> channel;
};

Notifier::Notifier(boost::asio::any_io_executor executor)
    : state_(std::make_shared<State>(std::move(executor))) {}

Notifier::~Notifier() {
  state_->channel.cancel();
}

void Notifier::Notify() {
  if (!state_->notified && !state_->channel.try_send(boost::system::error_code())) {
    state_->notified = true;
  }
}

boost::asio::awaitable<bool> Notifier::Wait() {
  if (state_->notified) {
    state_->notified = false;
    co_return true;
  }
  // Keeps the channel alive for a wait that outlives the notifier.
  const std::shared_ptr<State> state = state_;
  const auto [error] =
      co_await state->channel.async_receive(boost::asio::as_tuple(boost::asio::use_awaitable));
  co_return !error;
}

}  // namespace async
