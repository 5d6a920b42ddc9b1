#include "odu/agent/heartbeat.h"

#include <utility>

namespace odu::agent {

struct Heartbeat::State {
  mcp::Call* call = nullptr;  ///< null once it is over
  int64_t total_seconds = 0;
  std::function<std::string()> message;
};

Heartbeat::Heartbeat(boost::asio::any_io_executor executor, async::Clock& clock, mcp::Call& call,
                     int64_t total_seconds, std::function<std::string()> message)
    : state_(std::make_shared<State>()), tasks_(std::move(executor)) {
  if (!call.wants_progress()) {
    return;
  }
  state_->call = &call;
  state_->total_seconds = total_seconds;
  state_->message = std::move(message);
  tasks_.Spawn("heartbeat", [state = state_, &clock] { return Beat(state, &clock); });
}

Heartbeat::~Heartbeat() {
  state_->call = nullptr;
}

boost::asio::awaitable<void> Heartbeat::Beat(std::shared_ptr<State> state, async::Clock* clock) {
  const async::Duration since = clock->Now();
  for (;;) {
    const bool passed = co_await clock->Sleep(kHeartbeat);
    if (!passed || state->call == nullptr) {
      co_return;
    }
    const auto waited = std::chrono::duration_cast<std::chrono::seconds>(clock->Now() - since);
    const std::optional<int64_t> total =
        state->total_seconds > 0 ? std::optional(state->total_seconds) : std::nullopt;
    state->call->Progress(waited.count(), total, state->message());
  }
}

}  // namespace odu::agent
