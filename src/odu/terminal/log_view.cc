#include "odu/terminal/log_view.h"

#include <algorithm>
#include <utility>

namespace odu::terminal {

LogView::LogView(async::Clock& clock, State& state, LogSize size, std::function<void()> changed)
    : state_(state),
      size_(std::move(size)),
      pump_(
          clock, document_, state.log,
          [this](const LogTarget& target) { return size_ ? size_(target) : std::nullopt; },
          changed),
      search_([this](std::optional<uint64_t> line, bool again) { Found(line, again); }, changed) {}

void LogView::Show(surface::Client* client, const Rect& pane) {
  pane_ = pane;
  search_.Continue();
  state_.log.progress = search_.running() ? search_.Progress() : "";
  SetColumns(state_.log.wrap ? std::max(pane.width, 2) : LogDocument::kUnwrapped);
  const face::View& view = state_.shown();
  const auto node = view.nodes.find(state_.focus);
  if (state_.is_idle() || node == view.nodes.end() || !view.run.run_id.has_value()) {
    pump_.Close();
    return;
  }
  const LogTarget target{*view.run.run_id, state_.focus,
                         state_.log.attempt > 0 ? state_.log.attempt : node->second.attempt};
  if (target.attempt == 0) {
    pump_.Close();
    state_.log.note =
        model::IsTerminal(node->second.status) ? "it did not run" : "it has not begun";
    return;
  }
  if (target != pump_.target()) {
    search_.Stop();
  }
  pump_.Show(client, target);
  pump_.Adjust(pane.height);
}

void LogView::SetColumns(int columns) {
  if (columns == document_.columns()) {
    return;
  }
  const size_t top = state_.log.top;
  const bool has_top = top < document_.size();
  const uint64_t offset = has_top ? document_.line(top).offset : 0;
  document_.SetColumns(columns);
  if (has_top) {
    state_.log.top = document_.LineAt(offset);
  }
  state_.log.selection.reset();
}

void LogView::Do(const Effect& effect, surface::Client* client) {
  switch (effect.kind) {
    case Effect::Kind::kLogStart:
      pump_.ToStart();
      break;
    case Effect::Kind::kLogEnd:
      pump_.ToEnd();
      break;
    case Effect::Kind::kLogBefore:
      pump_.Before();
      break;
    case Effect::Kind::kSearch:
      StartSearch(effect, client);
      break;
    default:
      break;
  }
}

void LogView::Close() {
  search_.Stop();
  pump_.Close();
}

void LogView::StartSearch(const Effect& effect, surface::Client* client) {
  if (effect.pattern.empty()) {
    search_.Stop();
    return;
  }
  if (pump_.target().node.empty() || client == nullptr) {
    Say(state_, "there is no log to search");
    return;
  }
  const uint64_t known = std::max(state_.log.size, document_.end());
  const uint64_t size = size_ ? size_(pump_.target()).value_or(known) : known;
  search_.Start(client, pump_.target(), effect.pattern, effect.forward, effect.offset,
                std::max(size, known));
  seeking_errors_ = effect.pattern.is_errors();
}

void LogView::Found(std::optional<uint64_t> line, bool again) {
  if (!line.has_value()) {
    Say(state_, seeking_errors_ ? "no line reads like an error" : "not found", !seeking_errors_);
    return;
  }
  if (again) {
    Say(state_, "found beyond the log's end: the search began again");
  }
  state_.log.match = line;
  pump_.ToLine(*line, pane_.height);
}

}  // namespace odu::terminal
