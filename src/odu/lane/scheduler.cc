#include "odu/lane/scheduler.h"

#include <algorithm>
#include <utility>

#include "base/bug.h"
#include "odu/model/ids.h"

namespace odu::lane {

using model::NodeStatus;

Scheduler::Scheduler(const model::LanePlan& plan,
                     const std::map<std::string, int64_t>& durations_ms, int jobs)
    : jobs_(static_cast<size_t>(std::max(jobs, 1))) {
  nodes_.resize(plan.nodes.size() + 1);
  nodes_[kSetupNode].id = model::kSetupRecipe;
  index_.emplace(nodes_[kSetupNode].id, kSetupNode);
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    const auto index = static_cast<NodeIndex>(i + 1);
    Node& node = nodes_[index];
    node.id = plan.nodes[i].id;
    if (plan.nodes[i].needs.empty()) {
      node.needs.push_back(kSetupNode);
    }
    for (const std::string& need : plan.nodes[i].needs) {
      const auto found = Find(need);
      BUG_IF(!found, "a plan whose needs do not stand before their dependents");
      node.needs.push_back(*found);
    }
    for (const NodeIndex need : node.needs) {
      nodes_[need].dependents.push_back(index);
    }
    node.unmet = static_cast<uint32_t>(node.needs.size());
    index_.emplace(node.id, index);
  }
  ComputeRemaining(plan, durations_ms);
}

void Scheduler::ComputeRemaining(const model::LanePlan& plan,
                                 const std::map<std::string, int64_t>& durations_ms) {
  constexpr int64_t kUnknownMs = 1000;
  constexpr int64_t kLongestMs = int64_t{1000} * 3600 * 24 * 30;
  int64_t known = 0;
  int64_t total = 0;
  std::vector<int64_t> own(nodes_.size(), -1);
  for (size_t i = 0; i < plan.nodes.size(); ++i) {
    if (const auto found = durations_ms.find(plan.nodes[i].id); found != durations_ms.end()) {
      own[i + 1] = std::clamp<int64_t>(found->second, 0, kLongestMs);
      total += own[i + 1];
      ++known;
    }
  }
  const int64_t mean = known > 0 ? total / known : kUnknownMs;
  for (size_t i = nodes_.size(); i-- > 0;) {
    int64_t longest = 0;
    for (const NodeIndex dependent : nodes_[i].dependents) {
      longest = std::max(longest, nodes_[dependent].remaining_ms);
    }
    nodes_[i].remaining_ms = longest + (own[i] >= 0 ? own[i] : mean);
  }
}

void Scheduler::Begin() {
  Consider(kSetupNode);
  Dispatch();
}

std::optional<NodeIndex> Scheduler::Find(std::string_view id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Decision> Scheduler::Take() {
  return std::exchange(decisions_, {});
}

int32_t Scheduler::NextAttempt(Node& node) {
  if (!node.announced) {
    ++node.n;
  }
  node.announced = false;
  return node.n;
}

/// The node's newest attempt is over; its dependents learn it.
void Scheduler::Finish(NodeIndex index, NodeStatus status, NodeIndex cause) {
  Node& node = nodes_[index];
  node.state = State::kDone;
  node.status = status;
  node.cause = cause;
  ++done_;
  if (status == NodeStatus::kOk) {
    for (const NodeIndex dependent : node.dependents) {
      --nodes_[dependent].unmet;
      Consider(dependent);
    }
  }
}

void Scheduler::Record(NodeIndex index, NodeStatus status, NodeIndex cause, std::string reason) {
  const int32_t n = NextAttempt(nodes_[index]);
  decisions_.push_back({Decision::Kind::kRecord, index, n, status, std::move(reason), false});
  Finish(index, status, cause);
}

/// Skips all that can no longer run because `index` is done and not ok; a list, not recursion, as
/// chains are long.
void Scheduler::SkipDependents(NodeIndex index) {
  const NodeIndex cause = nodes_[index].cause;
  std::vector<NodeIndex> list{index};
  std::string reason;
  while (!list.empty()) {
    const NodeIndex done = list.back();
    list.pop_back();
    for (const NodeIndex dependent : nodes_[done].dependents) {
      if (nodes_[dependent].state != State::kWaiting) {
        continue;
      }
      if (reason.empty()) {
        reason = "skipped: " + nodes_[cause].id + " ";
        reason += model::StatusName(nodes_[cause].status);
      }
      Record(dependent, NodeStatus::kSkipped, cause, reason);
      list.push_back(dependent);
    }
  }
}

/// Moves a waiting node on if nothing stands in its way.
void Scheduler::Consider(NodeIndex index) {
  Node& node = nodes_[index];
  if (node.state == State::kWaiting && node.unmet == 0 && node.holds == 0) {
    node.state = State::kReady;
    ready_.push({node.remaining_ms, index});
  }
}

/// For a node that came back to waiting: a need may have ended badly meanwhile.
void Scheduler::SkipOrConsider(NodeIndex index) {
  for (const NodeIndex need : nodes_[index].needs) {
    if (nodes_[need].state == State::kDone && nodes_[need].status != NodeStatus::kOk) {
      SkipDependents(need);
      return;
    }
  }
  Consider(index);
}

void Scheduler::Dispatch() {
  while (running_ < jobs_ && !ready_.empty()) {
    const NodeIndex index = ready_.top().node;
    ready_.pop();
    Node& node = nodes_[index];
    if (node.state != State::kReady) {
      continue;  // cancelled or reset since it was put here
    }
    node.state = State::kRunning;
    node.running_n = NextAttempt(node);
    ++running_;
    decisions_.push_back({Decision::Kind::kStart, index, node.n, NodeStatus::kRunning, {}, false});
  }
}

void Scheduler::LowerBarriers(Node& node) {
  for (const uint32_t place : std::exchange(node.barriers, {})) {
    Barrier& barrier = barriers_[place];
    if (--barrier.waits_for > 0) {
      continue;
    }
    for (const NodeIndex held : std::exchange(barrier.held, {})) {
      --nodes_[held].holds;
      Consider(held);
    }
  }
}

Outcome Scheduler::Ended(NodeIndex index, NodeStatus status, std::string reason) {
  Node& node = nodes_[index];
  BUG_IF(node.state != State::kRunning, "an attempt ended that did not run");
  --running_;
  Outcome outcome{node.running_n, status, std::move(reason)};
  const Stop stop = std::exchange(node.stop, Stop::kNo);
  if (stop != Stop::kNo) {
    outcome.status = NodeStatus::kCancelled;
    outcome.reason = std::exchange(node.stop_reason, {});
  }
  if (stop == Stop::kRestart) {
    node.state = State::kWaiting;
    SkipOrConsider(index);
  } else {
    if (node.announced) {
      // The announced attempt was cancelled while the one before it was still being ended.
      Record(index, NodeStatus::kCancelled, index, outcome.reason);
    } else {
      Finish(index, outcome.status, index);
    }
    if (node.status != NodeStatus::kOk) {
      SkipDependents(index);
    }
  }
  LowerBarriers(nodes_[index]);
  Dispatch();
  return outcome;
}

/// Takes a node back to waiting with a new attempt, announced now.
void Scheduler::Reset(NodeIndex index) {
  Node& node = nodes_[index];
  switch (node.state) {
    case State::kWaiting:
      return;
    case State::kReady:
      node.state = State::kWaiting;
      return;
    case State::kRunning:
      if (node.stop != Stop::kRestart) {
        if (node.stop == Stop::kNo) {
          decisions_.push_back(
              {Decision::Kind::kStop, index, node.running_n, NodeStatus::kRunning, {}, false});
        }
        node.stop = Stop::kRestart;
        node.stop_reason = "rerun";
      }
      break;
    case State::kDone:
      --done_;
      node.state = State::kWaiting;
      node.status = NodeStatus::kPending;
      break;
  }
  if (!node.announced) {
    ++node.n;
    node.announced = true;
    decisions_.push_back({Decision::Kind::kReset, index, node.n, NodeStatus::kPending, {}, false});
  }
}

std::vector<NodeIndex> Scheduler::RerunClosure(std::span<const NodeIndex> nodes) const {
  std::vector<bool> inside(nodes_.size(), false);
  std::vector<NodeIndex> closure;
  const auto add = [&](NodeIndex index) {
    if (!inside[index]) {
      inside[index] = true;
      closure.push_back(index);
    }
  };
  const Node& setup = nodes_[kSetupNode];
  if (setup.state == State::kDone && setup.status != NodeStatus::kOk) {
    add(kSetupNode);
  }
  const auto add_target = [&](NodeIndex index) {
    if (nodes_[index].state == State::kRunning || nodes_[index].state == State::kDone) {
      add(index);
    }
  };
  if (nodes.empty()) {
    for (NodeIndex index = kSetupNode + 1; index < nodes_.size(); ++index) {
      add_target(index);
    }
  }
  std::ranges::for_each(nodes, add_target);
  for (size_t i = 0; i < closure.size(); ++i) {
    std::ranges::for_each(nodes_[closure[i]].dependents, add);
  }
  std::ranges::sort(closure);
  return closure;
}

std::vector<NodeIndex> Scheduler::Rerun(std::span<const NodeIndex> nodes) {
  const std::vector<NodeIndex> closure = RerunClosure(nodes);
  const auto place = static_cast<uint32_t>(barriers_.size());
  Barrier barrier;
  std::vector<NodeIndex> reset;
  for (const NodeIndex index : closure) {
    Node& node = nodes_[index];
    if (node.state == State::kRunning) {
      node.barriers.push_back(place);
      ++barrier.waits_for;
    }
    const int32_t before = node.n;
    Reset(index);
    if (node.n != before) {
      reset.push_back(index);
    }
    node.unmet = 0;
    for (const NodeIndex need : node.needs) {
      const bool met = nodes_[need].state == State::kDone && nodes_[need].status == NodeStatus::kOk;
      node.unmet += met ? 0 : 1;
    }
  }
  if (barrier.waits_for > 0) {
    for (const NodeIndex index : closure) {
      ++nodes_[index].holds;
    }
    barrier.held = closure;
    barriers_.push_back(std::move(barrier));
  }
  for (const NodeIndex index : closure) {
    if (nodes_[index].state == State::kWaiting) {
      SkipOrConsider(index);
    }
  }
  Dispatch();
  return reset;
}

std::vector<NodeIndex> Scheduler::Cancel(std::span<const NodeIndex> nodes, std::string_view reason,
                                         bool at_once) {
  std::vector<NodeIndex> concerned;
  std::vector<NodeIndex> recorded;
  const auto cancel = [&](NodeIndex index) {
    Node& node = nodes_[index];
    if (node.state == State::kDone) {
      return;
    }
    concerned.push_back(index);
    if (node.state != State::kRunning) {
      Record(index, NodeStatus::kCancelled, index, std::string(reason));
      recorded.push_back(index);
      return;
    }
    // A second cancel may only make it quicker.
    if (node.stop == Stop::kNo || at_once) {
      decisions_.push_back(
          {Decision::Kind::kStop, index, node.running_n, NodeStatus::kRunning, {}, at_once});
    }
    node.stop = Stop::kCancel;
    node.stop_reason = reason;
  };
  if (nodes.empty()) {
    for (NodeIndex index = 0; index < nodes_.size(); ++index) {
      cancel(index);
    }
  }
  std::ranges::for_each(nodes, cancel);
  std::ranges::for_each(recorded, [this](NodeIndex index) { SkipDependents(index); });
  Dispatch();
  return concerned;
}

}  // namespace odu::lane
