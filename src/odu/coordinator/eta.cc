#include "odu/coordinator/eta.h"

#include <algorithm>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include "odu/model/ids.h"

namespace odu::coordinator {
namespace {

using model::Node;
using model::NodeStatus;

bool HasPassed(const Node& node) {
  return node.status == NodeStatus::kOk && node.duration_ms.has_value();
}

/// What is left of a node that takes `expected_ms`.
int64_t Left(const Node& node, int64_t expected_ms, int64_t now_ms) {
  if (model::IsTerminal(node.status)) {
    return 0;
  }
  const bool runs = node.status == NodeStatus::kRunning && node.started_at.has_value();
  const int64_t since = runs ? std::max<int64_t>(0, now_ms - *node.started_at) : 0;
  return std::max<int64_t>(0, expected_ms - since);
}

}  // namespace

Eta::Eta(std::span<const Lane> lanes) {
  for (const Lane& lane : lanes) {
    LaneTimes times;
    times.jobs = std::max(1, lane.jobs);
    std::unordered_map<std::string_view, size_t> places;
    const auto add = [&](const std::string& id) {
      std::optional<int64_t> known;
      if (lane.durations_ms != nullptr) {
        if (const auto found = lane.durations_ms->find(id); found != lane.durations_ms->end()) {
          known = found->second;
        }
      }
      times.known.push_back(known);
      times.needs.emplace_back();
    };
    add(std::string(model::kSetupRecipe));
    for (const model::PlanNode& node : lane.plan.nodes) {
      add(node.id);
      for (const std::string& need : node.needs) {
        if (const auto place = places.find(need); place != places.end()) {
          times.needs.back().push_back(place->second);
        }
      }
      places.emplace(node.id, times.known.size() - 1);
    }
    lanes_.push_back(std::move(times));
  }
}

Eta EtaOf(const ledger::RunHeader& header, const Durations& durations) {
  // Of another machine nothing better is known before it is reached.
  const auto cpus = static_cast<int32_t>(std::thread::hardware_concurrency());
  std::vector<Eta::Lane> lanes;
  for (const model::LanePlan& plan : header.pipeline.lanes) {
    Eta::Lane lane{plan, cpus, nullptr};
    const auto at = std::ranges::find(header.lanes, plan.platform, &ledger::RunLane::platform);
    if (at != header.lanes.end() && at->jobs > 0) {
      lane.jobs = at->jobs;
    }
    if (const auto known = durations.find(plan.platform); known != durations.end()) {
      lane.durations_ms = &known->second;
    }
    lanes.push_back(lane);
  }
  return Eta(lanes);
}

std::optional<int64_t> Eta::RemainingMs(std::span<const Node> nodes, int64_t now_ms) const {
  int64_t longest = 0;
  for (const LaneTimes& lane : lanes_) {
    const auto remaining = Remaining(lane, nodes.first(lane.known.size()), now_ms);
    if (!remaining) {
      return std::nullopt;
    }
    longest = std::max(longest, *remaining);
    nodes = nodes.subspan(lane.known.size());
  }
  return longest;
}

std::optional<int64_t> Eta::Remaining(const LaneTimes& lane, std::span<const Node> nodes,
                                      int64_t now_ms) {
  int64_t sum = 0;
  int64_t count = 0;
  bool over = true;
  // The setup is no measure of a recipe.
  for (size_t i = 1; i < nodes.size(); ++i) {
    const auto known = HasPassed(nodes[i]) ? nodes[i].duration_ms : lane.known[i];
    sum += known.value_or(0);
    count += known ? 1 : 0;
    over = over && model::IsTerminal(nodes[i].status);
  }
  if (over && model::IsTerminal(nodes[0].status)) {
    return 0;
  }
  if (count == 0) {
    return std::nullopt;
  }
  const int64_t mean = sum / count;
  std::vector<int64_t> path(nodes.size(), 0);
  int64_t longest = 0;
  int64_t work = 0;
  // Needs stand before what needs them, so backwards every dependent is done first.
  for (size_t i = nodes.size() - 1; i > 0; --i) {
    const int64_t left = Left(nodes[i], lane.known[i].value_or(mean), now_ms);
    work += left;
    path[i] += left;
    longest = std::max(longest, path[i]);
    for (const size_t need : lane.needs[i]) {
      path[need] = std::max(path[need], path[i]);
    }
  }
  const int64_t setup = Left(nodes[0], lane.known[0].value_or(0), now_ms);
  return setup + std::max(longest, work / lane.jobs);
}

}  // namespace odu::coordinator
