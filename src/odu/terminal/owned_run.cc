#include "odu/terminal/owned_run.h"

#include <algorithm>
#include <utility>

namespace odu::terminal {
namespace {

/// A run whose verdict is there may be this far ahead of its last nodes.
constexpr async::Duration kLastNodes = std::chrono::seconds(2);

bool AllTerminal(const face::View& view) {
  return std::ranges::all_of(
      view.nodes, [](const auto& entry) { return model::IsTerminal(entry.second.status); });
}

}  // namespace

bool OwnedRun::HasEnded(const State& state, Steering& steering) {
  if (run_id_.empty() || !state.known || ended_) {
    return ended_;
  }
  const model::Run& run = state.live.run;
  if (run.run_id == run_id_) {
    if (run.phase != model::RunPhase::kSettled || !run.verdict.has_value()) {
      settled_at_.reset();
      return false;
    }
    if (!settled_at_.has_value()) {
      settled_at_ = clock_.Now();
    }
    const bool late = clock_.Now() - *settled_at_ > kLastNodes;
    if (late || AllTerminal(state.live)) {
      verdict_ = run.verdict;
      ended_ = true;
    }
    return ended_;
  }
  // Another run is current, or none: ours has ended while nobody told us.
  if (run.last_run_id == run_id_ && run.last_verdict.has_value()) {
    verdict_ = run.last_verdict;
    ended_ = true;
  } else if (!state.link_lost.has_value() && !asked_) {
    asked_ = true;
    steering.AskVerdict(run_id_, [this](const base::Result<std::optional<model::Verdict>>& told) {
      const bool link =
          !told && (told.error().code() == "closed" || told.error().code() == "closing");
      if (link) {
        asked_ = false;  // the next one may know
        return;
      }
      verdict_ = told.value_or(std::nullopt);
      ended_ = true;
    });
  }
  return ended_;
}

face::View OwnedRun::LastView(const State& state, const face::LoadRun& load_run) const {
  const bool live = state.live.run.run_id.has_value() || !state.past.has_value();
  const face::View& shown = live ? state.live : state.past->view;
  if (run_id_.empty() || shown.run.run_id == run_id_) {
    return shown;
  }
  face::View ours;
  ours.run.run_id = run_id_;
  if (load_run) {
    if (auto stored = load_run(run_id_)) {
      ours = std::move(*stored);
    }
  }
  ours.coordinator = state.live.coordinator;
  return ours;
}

}  // namespace odu::terminal
