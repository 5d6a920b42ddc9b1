#include "odu/terminal/run_lookup.h"

#include <utility>

#include "odu/terminal/event_line.h"

namespace odu::terminal {

boost::asio::awaitable<void> RunLookup::Open(size_t index) {
  if (!load_run_ || index >= state_.idle.runs.size()) {
    co_return;
  }
  const std::string run_id = state_.idle.runs[index].run_id;
  if (state_.live.run.run_id == run_id) {
    state_.past.reset();
    co_return;
  }
  const auto load = [hook = load_run_, run_id] { return hook(run_id); };
  base::Result<face::View> view = co_await worker_.Run(load);
  if (!view) {
    Say(state_, view.error().message(), true);
    co_return;
  }
  std::deque<EventLine> events = EventsOf(*view);
  state_.past = Past{std::move(*view), index, std::move(events)};
  state_.focus_is_chosen = false;
  state_.log.attempt = 0;
  state_.log.follow = true;
  SettleFocus(state_);
}

boost::asio::awaitable<void> RunLookup::ListAttempts(std::string node) {
  const face::View& view = state_.shown();
  const auto known = view.nodes.find(node);
  if (known == view.nodes.end()) {
    co_return;
  }
  const model::Node shown = known->second;
  std::vector<AttemptLine> ended;
  if (load_attempts_) {
    const auto load = [hook = load_attempts_, run = view.run.run_id.value_or(""), node] {
      return hook(run, node);
    };
    ended = co_await worker_.Run(load);
  }
  if (state_.mode != Mode::kAttempts) {
    co_return;
  }
  state_.attempts.clear();
  for (int32_t attempt = 1; attempt <= shown.attempt; ++attempt) {
    AttemptLine line;
    line.attempt = attempt;
    for (const AttemptLine& told : ended) {
      if (told.attempt == attempt) {
        line = told;
      }
    }
    if (attempt == shown.attempt) {
      line.status = shown.status;
      line.reason = face::ShownReason(shown);
      line.duration_ms = shown.duration_ms;
    }
    state_.attempts.push_back(std::move(line));
  }
  if (state_.attempts.empty()) {
    state_.mode = Mode::kBrowse;
    Say(state_, "it has not begun");
    co_return;
  }
  state_.choice = state_.attempts.size() - 1;
}

}  // namespace odu::terminal
