#include "odu/face/transitions.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace odu::face {
namespace {

constexpr int64_t kUnknownTime = std::numeric_limits<int64_t>::max();

/// A transition and when it happened, for sorting.
struct Timed {
  int64_t at_ms = kUnknownTime;
  model::Node node;
};

bool DidRun(const model::Node& node) {
  return node.started_at.has_value() && node.status != model::NodeStatus::kSkipped &&
         node.status != model::NodeStatus::kPending;
}

model::Node AsRunning(const model::Node& node) {
  model::Node running = node;
  running.status = model::NodeStatus::kRunning;
  running.reason.clear();
  running.exit_code.reset();
  running.duration_ms.reset();
  running.log_complete = false;
  return running;
}

int64_t EndOf(const model::Node& node) {
  if (!DidRun(node)) {
    return kUnknownTime;
  }
  return *node.started_at + node.duration_ms.value_or(0);
}

}  // namespace

std::vector<model::Node> Transitions::Take(std::span<const model::Node> batch) {
  std::vector<Timed> happened;
  for (const model::Node& node : batch) {
    if (node.status == model::NodeStatus::kPending) {
      continue;
    }
    Said& said = said_[node.name];
    if (node.attempt < said.attempt) {
      continue;
    }
    const bool new_attempt =
        node.attempt > said.attempt || said.status == model::NodeStatus::kPending;
    if (new_attempt) {
      said = Said{node.attempt, false, model::NodeStatus::kPending};
      if (DidRun(node)) {
        said.status = model::NodeStatus::kRunning;
        happened.push_back(Timed{*node.started_at, AsRunning(node)});
      }
    }
    if (model::IsTerminal(node.status) && !said.ended) {
      said.ended = true;
      said.status = node.status;
      happened.push_back(Timed{EndOf(node), node});
    } else if (node.status == model::NodeStatus::kRunning && !said.ended &&
               said.status == model::NodeStatus::kPending) {
      said.status = model::NodeStatus::kRunning;
      happened.push_back(Timed{node.started_at.value_or(kUnknownTime), node});
    }
  }
  std::stable_sort(happened.begin(), happened.end(), [](const Timed& a, const Timed& b) {
    // At one instant what ran before ends first, then nodes start (and, when they took no time,
    // end) in their order: that is how a chain runs.
    const auto rank = [](const Timed& timed) {
      const model::Node& node = timed.node;
      const bool starts = node.status == model::NodeStatus::kRunning;
      const bool took_time = !starts && node.duration_ms.value_or(0) > 0;
      return std::tuple(timed.at_ms, took_time ? 0 : 1, node.order, starts ? 0 : 1);
    };
    return rank(a) < rank(b);
  });
  std::vector<model::Node> transitions;
  transitions.reserve(happened.size());
  for (Timed& timed : happened) {
    transitions.push_back(std::move(timed.node));
  }
  return transitions;
}

}  // namespace odu::face
