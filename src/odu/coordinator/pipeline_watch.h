#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "odu/coordinator/board.h"
#include "odu/coordinator/world.h"

namespace odu::coordinator {

/// Keeps the cell `pipeline`: the plan of HEAD, so that somebody who attaches while nothing runs
/// sees what could. Looks only when somebody is there and nothing is under way, and reads the plan
/// again only when HEAD has moved.
class PipelineWatch {
 public:
  /// `environment` is where just and the hosts file are looked for.
  PipelineWatch(World& world, Board& board, std::vector<std::string> environment);
  PipelineWatch(const PipelineWatch&) = delete;
  PipelineWatch& operator=(const PipelineWatch&) = delete;

  /// Looks in a moment, once however often it is asked. A plan that was read then replaces the
  /// cell.
  void LookSoon();
  /// While true nothing is read: a run has the machine.
  void Pause(bool paused);

 private:
  boost::asio::awaitable<void> Look();
  boost::asio::awaitable<void> Read();
  /// Changes whenever HEAD moves; asks no process.
  std::string HeadTrace() const;

  World& world_;
  Board& board_;
  std::vector<std::string> environment_;
  std::string seen_trace_;
  std::string seen_sha_;
  bool looking_ = false;
  bool paused_ = false;
};

/// The cell's value for a plan.
model::PlannedPipeline ShownPipeline(const std::string& sha, const model::Pipeline& pipeline);

}  // namespace odu::coordinator
