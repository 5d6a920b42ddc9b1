#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "async/clock.h"
#include "odu/face/view.h"

namespace odu::face {

/// What an idle checkout has to show.
struct Idle {
  model::PlannedPipeline pipeline;
  std::vector<model::RunSummary> runs;  ///< newest first
};

/// How a run that is followed is shown: line by line. Calls come in this order:
/// Waiting* Began (Changed | Noticed | Ticked)* Settled?, then nothing; Noticed may come at any
/// time.
class Watcher {
 public:
  virtual ~Watcher() = default;

  /// How often Ticked and Waiting are wanted while nothing happens.
  virtual async::Duration TickEvery() const = 0;
  /// No run yet, or its nodes are not known yet.
  virtual void Waiting(const View& view, const Idle& idle) = 0;
  /// All nodes of the run are known.
  virtual void Began(const View& view) = 0;
  /// These transitions happened, oldest first; `view` has them all.
  virtual void Changed(const View& view, std::span<const model::Node> transitions) = 0;
  virtual void Noticed(const model::Notice& notice) = 0;
  /// Time passed, or something other than a node changed.
  virtual void Ticked(const View& view) = 0;
  /// The run has its verdict.
  virtual void Settled(const View& view, const std::map<std::string, std::string>& tails) = 0;
};

}  // namespace odu::face
