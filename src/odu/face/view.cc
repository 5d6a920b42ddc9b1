#include "odu/face/view.h"

#include <algorithm>

#include "base/text.h"
#include "odu/face/display.h"

namespace odu::face {

Counts CountNodes(const View& view) {
  Counts counts;
  counts.total = view.nodes.size();
  for (const auto& [name, node] : view.nodes) {
    switch (node.status) {
      case model::NodeStatus::kPending:
        ++counts.pending;
        break;
      case model::NodeStatus::kRunning:
        ++counts.running;
        break;
      case model::NodeStatus::kOk:
        ++counts.ok;
        break;
      case model::NodeStatus::kFailed:
        ++counts.failed;
        break;
      case model::NodeStatus::kErrored:
        ++counts.errored;
        break;
      case model::NodeStatus::kSkipped:
        ++counts.skipped;
        break;
      case model::NodeStatus::kCancelled:
        ++counts.cancelled;
        break;
    }
  }
  return counts;
}

std::vector<const model::Node*> Ordered(const View& view) {
  std::vector<const model::Node*> nodes;
  nodes.reserve(view.nodes.size());
  for (const auto& [name, node] : view.nodes) {
    nodes.push_back(&node);
  }
  std::stable_sort(nodes.begin(), nodes.end(),
                   [](const model::Node* a, const model::Node* b) { return a->order < b->order; });
  return nodes;
}

std::string ShaLabel(const model::Run& run) {
  return run.sha7 + (run.dirty ? "+dirty" : "");
}

std::string ShownPipeline(std::string_view name) {
  std::string shown = base::Sanitised(name, false);
  std::replace(shown.begin(), shown.end(), '\n', ' ');
  return shown;
}

std::string LeftText(const model::Run& run, int64_t now_ms) {
  if (!run.eta_at || run.settled_at) {
    return "";
  }
  return "about " + Span(std::max<int64_t>(*run.eta_at - now_ms, 0)) + " left";
}

std::optional<int64_t> ElapsedMs(const model::Node& node, int64_t now_ms) {
  if (node.status == model::NodeStatus::kPending || node.status == model::NodeStatus::kSkipped) {
    return std::nullopt;
  }
  if (node.duration_ms.has_value()) {
    return node.duration_ms;
  }
  if (!node.started_at.has_value()) {
    return std::nullopt;
  }
  return std::max<int64_t>(now_ms - *node.started_at, 0);
}

std::string ShownReason(const model::Node& node) {
  std::string reason = base::Sanitised(node.reason, false);
  std::replace(reason.begin(), reason.end(), '\n', ' ');
  const std::string word(model::StatusName(node.status));
  if (reason == word) {
    return {};
  }
  return reason.starts_with(word + ": ") ? reason.substr(word.size() + 2) : reason;
}

}  // namespace odu::face
