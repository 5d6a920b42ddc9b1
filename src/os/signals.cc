#include "os/signals.h"

#include <signal.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace os {

namespace asio = boost::asio;

void IgnoreBrokenPipes() {
  signal(SIGPIPE, SIG_IGN);
}

struct SignalSource::State {
  explicit State(const asio::any_io_executor& executor) : set(executor) {}
  asio::signal_set set;
};

SignalSource::SignalSource(asio::any_io_executor executor, std::initializer_list<int> signals)
    : state_(std::make_unique<State>(executor)) {
  for (const int signal : signals) {
    state_->set.add(signal);
  }
}

SignalSource::~SignalSource() = default;

asio::awaitable<std::optional<int>> SignalSource::Next() {
  const auto [error, signal] = co_await state_->set.async_wait(asio::as_tuple(asio::use_awaitable));
  std::optional<int> next;
  if (!error) {
    next = signal;
  }
  co_return next;
}

}  // namespace os
