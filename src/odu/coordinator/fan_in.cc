#include "odu/coordinator/fan_in.h"

#include <algorithm>

#include "base/bug.h"
#include "odu/model/ids.h"

namespace odu::coordinator {

using model::Attempt;
using model::Node;
using model::NodeStatus;

namespace {

/// Why a run is not green whose nodes are all ok.
void ExplainLostLog(Node& node) {
  if (node.status == NodeStatus::kOk && !node.log_complete && node.reason.empty()) {
    node.reason = "its log is not complete";
  }
}

}  // namespace

FanIn::FanIn(std::string run_id, std::string_view sha7, std::span<const model::LanePlan> lanes)
    : run_id_(std::move(run_id)) {
  size_t count = 0;
  for (const model::LanePlan& lane : lanes) {
    count += lane.nodes.size() + 1;
  }
  nodes_.reserve(count);
  lanes_.reserve(lanes.size());
  for (const model::LanePlan& plan : lanes) {
    Lane lane;
    lane.platform = plan.platform;
    lane.first = nodes_.size();
    const auto add = [&](std::string_view instance) {
      Node node;
      node.name = model::NodeId(instance, plan.platform);
      node.recipe = instance;
      node.platform = plan.platform;
      node.log = model::LogPath(sha7, instance, plan.platform);
      node.order = static_cast<int32_t>(nodes_.size());
      nodes_.push_back(std::move(node));
    };
    add(model::kSetupRecipe);
    for (const model::PlanNode& node : plan.nodes) {
      add(node.id);
    }
    lane.end = nodes_.size();
    lanes_.push_back(std::move(lane));
  }
  // Keys are views of the nodes' own strings: nodes_ never grows again.
  for (Lane& lane : lanes_) {
    lane.by_instance.reserve(lane.end - lane.first);
    for (size_t i = lane.first; i < lane.end; ++i) {
      const bool added = lane.by_instance.emplace(nodes_[i].recipe, i).second;
      BUG_IF(!added, "two nodes of a plan have one name");
    }
  }
  oldest_attempt_.assign(nodes_.size(), 1);
  unsettled_lanes_ = lanes_.size();
}

const FanIn::Lane* FanIn::FindLane(std::string_view platform) const {
  for (const Lane& lane : lanes_) {
    if (lane.platform == platform) {
      return &lane;
    }
  }
  return nullptr;
}

FanIn::Lane* FanIn::FindLane(std::string_view platform) {
  return const_cast<Lane*>(std::as_const(*this).FindLane(platform));
}

std::optional<size_t> FanIn::Find(std::string_view platform, std::string_view instance) const {
  const Lane* lane = FindLane(platform);
  if (lane == nullptr) {
    return std::nullopt;
  }
  const auto found = lane->by_instance.find(instance);
  if (found == lane->by_instance.end()) {
    return std::nullopt;
  }
  return found->second;
}

std::optional<size_t> FanIn::Find(std::string_view node_id) const {
  const auto name = model::SplitNodeId(node_id);
  return name ? Find(name->platform, name->instance) : std::nullopt;
}

Applied FanIn::Apply(std::string_view platform, const Attempt& attempt, uint64_t log_here,
                     bool log_final) {
  const auto index = Find(platform, attempt.node);
  if (!index || attempt.n < 1) {
    return Applied::kUnknown;
  }
  Node& node = nodes_[*index];
  if (attempt.n < oldest_attempt_[*index] || attempt.n < node.attempt) {
    return Applied::kSame;
  }
  if (attempt.status == NodeStatus::kPending) {
    const bool news = attempt.n > node.attempt && node.status != NodeStatus::kPending;
    if (news) {
      Wait(*index, attempt.n);
    }
    return news ? Applied::kChanged : Applied::kSame;
  }
  const bool known = attempt.n == node.attempt;
  if (known && model::IsTerminal(node.status)) {
    const bool lost =
        log_final && node.log_complete && !attempt.log_complete && attempt.status == node.status;
    if (lost) {
      Count(node, -1);
      node.log_complete = false;
      ExplainLostLog(node);
      Count(node, +1);
    }
    return lost ? Applied::kChanged : Applied::kSame;
  }
  if (!model::IsTerminal(attempt.status)) {
    if (known && node.status == NodeStatus::kRunning) {
      return Applied::kSame;
    }
    Count(node, -1);
    node.status = NodeStatus::kRunning;
    node.reason = attempt.reason;
    node.attempt = attempt.n;
    node.exit_code.reset();
    node.started_at = attempt.started_at;
    node.duration_ms.reset();
    node.log_bytes = 0;
    node.log_complete = false;
    oldest_attempt_[*index] = attempt.n;
    Count(node, +1);
    return Applied::kChanged;
  }
  const bool whole = log_here >= attempt.log_bytes;
  if (!whole && !log_final) {
    held_.insert_or_assign(*index, Held{attempt});
    return Applied::kHeld;
  }
  return Finish(*index, attempt, whole && attempt.log_complete);
}

Applied FanIn::LogGrew(std::string_view platform, std::string_view instance, int32_t n,
                       uint64_t log_here) {
  const auto index = Find(platform, instance);
  if (!index) {
    return Applied::kUnknown;
  }
  const auto held = held_.find(*index);
  if (held == held_.end() || held->second.attempt.n != n) {
    return Applied::kSame;
  }
  if (log_here < held->second.attempt.log_bytes) {
    return Applied::kHeld;
  }
  const Attempt attempt = held->second.attempt;
  return Finish(*index, attempt, attempt.log_complete);
}

Applied FanIn::Finish(size_t index, const Attempt& attempt, bool log_complete) {
  held_.erase(index);
  Node& node = nodes_[index];
  Count(node, -1);
  node.status = attempt.status;
  node.reason = attempt.reason;
  node.attempt = attempt.n;
  node.exit_code = attempt.exit_code;
  node.started_at.reset();
  if (attempt.started_at != 0) {
    node.started_at = attempt.started_at;
  }
  node.duration_ms = attempt.duration_ms.value_or(0);
  node.log_bytes = attempt.log_bytes;
  node.log_complete = log_complete;
  ExplainLostLog(node);
  oldest_attempt_[index] = attempt.n;
  Count(node, +1);
  NoteIfRed(index);
  return Applied::kChanged;
}

std::vector<size_t> FanIn::LaneDied(std::string_view platform, std::string_view reason,
                                    int64_t now_ms, NodeStatus status) {
  std::vector<size_t> changed;
  Lane* lane = FindLane(platform);
  if (lane == nullptr) {
    return changed;
  }
  for (size_t i = lane->first; i < lane->end; ++i) {
    Node& node = nodes_[i];
    if (model::IsTerminal(node.status)) {
      continue;
    }
    held_.erase(i);
    Count(node, -1);
    if (node.status == NodeStatus::kPending) {
      node.attempt = std::max(oldest_attempt_[i], node.attempt);
      node.started_at.reset();
    }
    node.status = status;
    node.reason = reason;
    node.exit_code.reset();
    node.duration_ms = node.started_at ? std::max<int64_t>(0, now_ms - *node.started_at) : 0;
    node.log_complete = false;
    Count(node, +1);
    NoteIfRed(i);
    changed.push_back(i);
  }
  SetLaneSettled(platform, true);
  return changed;
}

std::vector<size_t> FanIn::Reset(std::string_view platform, std::span<const std::string> instances,
                                 std::span<const int32_t> attempts_before) {
  BUG_IF(instances.size() != attempts_before.size(), "a reset without the attempts before it");
  std::vector<size_t> changed;
  for (size_t i = 0; i < instances.size(); ++i) {
    const auto index = Find(platform, instances[i]);
    if (!index || nodes_[*index].attempt > attempts_before[i]) {
      continue;  // the next attempt was heard of before the answer to the request
    }
    const bool waits = nodes_[*index].status == NodeStatus::kPending;
    if (waits && oldest_attempt_[*index] > nodes_[*index].attempt) {
      continue;
    }
    Wait(*index, nodes_[*index].attempt + 1);
    changed.push_back(*index);
  }
  return changed;
}

void FanIn::Wait(size_t index, int32_t next_attempt) {
  Node& node = nodes_[index];
  held_.erase(index);
  oldest_attempt_[index] = next_attempt;
  Count(node, -1);
  node.status = NodeStatus::kPending;
  node.reason.clear();
  node.exit_code.reset();
  node.started_at.reset();
  node.duration_ms.reset();
  node.log_bytes = 0;
  node.log_complete = false;
  Count(node, +1);
}

void FanIn::Restore(const Node& written) {
  const auto index = Find(written.platform, written.recipe);
  if (!index) {
    return;
  }
  Node& node = nodes_[*index];
  Count(node, -1);
  const int32_t order = node.order;
  node = written;
  node.order = order;
  const bool waits = node.status == NodeStatus::kPending && node.attempt > 0;
  oldest_attempt_[*index] = std::max(1, node.attempt + (waits ? 1 : 0));
  Count(node, +1);
  NoteIfRed(*index);
}

void FanIn::SetLaneSettled(std::string_view platform, bool settled) {
  Lane* lane = FindLane(platform);
  if (lane != nullptr && lane->settled != settled) {
    lane->settled = settled;
    unsettled_lanes_ += settled ? size_t{0} - 1 : 1;
  }
}

void FanIn::Count(const Node& node, int sign) {
  const auto step = static_cast<size_t>(sign);  // -1 wraps, as unsigned sums may
  if (model::IsTerminal(node.status)) {
    terminal_ += step;
    setups_done_ += node.recipe == model::kSetupRecipe ? step : 0;
  }
  red_ += model::IsRed(node.status) ? step : 0;
  cancelled_ += node.status == NodeStatus::kCancelled ? step : 0;
  passed_ += node.status == NodeStatus::kOk && node.log_complete ? step : 0;
}

void FanIn::NoteIfRed(size_t index) {
  if (model::IsRed(nodes_[index].status)) {
    attention_.push_back(Attention{index, nodes_[index].attempt});
  }
}

model::RunPhase FanIn::phase() const {
  if (settled()) {
    return model::RunPhase::kSettled;
  }
  return setups_done_ > 0 ? model::RunPhase::kRunning : model::RunPhase::kProvisioning;
}

model::Verdict FanIn::verdict() const {
  if (red_ > 0) {
    return model::Verdict::kFailed;
  }
  if (cancelled_ > 0) {
    return model::Verdict::kCancelled;
  }
  const bool all = !nodes_.empty() && passed_ == nodes_.size();
  return all ? model::Verdict::kPassed : model::Verdict::kIncomplete;
}

std::optional<size_t> FanIn::FirstRedAfter(size_t after) const {
  return model::FirstRedAfter(nodes_, attention_, after);
}

std::string FanIn::Cursor() const {
  return model::CursorOf(run_id_, attention_.size());
}

std::optional<size_t> FanIn::ParseCursor(std::string_view cursor) const {
  return model::ParseCursor(cursor, run_id_, attention_.size());
}

}  // namespace odu::coordinator
