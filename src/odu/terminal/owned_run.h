#pragma once

#include <optional>
#include <string>

#include "async/clock.h"
#include "odu/face/stored_view.h"
#include "odu/terminal/state.h"
#include "odu/terminal/steering.h"

namespace odu::terminal {

/// Knows when the run that `odu run` started has ended, also when another one is current by then.
class OwnedRun {
 public:
  /// `run_id` empty: there is none, and it never ends.
  OwnedRun(std::string run_id, async::Clock& clock) : run_id_(std::move(run_id)), clock_(clock) {}

  /// Looks at the state; true once the run has ended, its verdict then being there (or empty, when
  /// nobody knows it any more).
  bool HasEnded(const State& state, Steering& steering);
  /// It has a verdict, but its last nodes are still to come: look again soon.
  bool ending() const { return settled_at_.has_value(); }

  /// What was on the screen at the end; where the coordinator shows another run by then, ours as
  /// its folder tells it.
  face::View LastView(const State& state, const face::LoadRun& load_run) const;

  const std::string& run_id() const { return run_id_; }
  const std::optional<model::Verdict>& verdict() const { return verdict_; }

 private:
  std::string run_id_;
  async::Clock& clock_;
  std::optional<async::Duration> settled_at_;
  std::optional<model::Verdict> verdict_;
  bool asked_ = false;
  bool ended_ = false;
};

}  // namespace odu::terminal
