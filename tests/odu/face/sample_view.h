#pragma once

#include <optional>
#include <string>
#include <utility>

#include "odu/face/view.h"
#include "odu/model/ids.h"

namespace odu::face {

inline constexpr int64_t kStart = 1'790'000'000'000;  ///< when the sample run began
inline constexpr std::string_view kLinux = "x86_64-linux";

/// A node of the sample run; durations and starts in milliseconds after kStart.
inline model::Node SampleNode(std::string recipe, model::NodeStatus status, int32_t order,
                              std::optional<int64_t> started = {},
                              std::optional<int64_t> lasted = {},
                              std::string_view platform = kLinux) {
  model::Node node;
  node.name = model::NodeId(recipe, platform);
  node.recipe = std::move(recipe);
  node.platform = platform;
  node.status = status;
  node.attempt = status == model::NodeStatus::kPending ? 0 : 1;
  if (started.has_value()) {
    node.started_at = kStart + *started;
  }
  node.duration_ms = lasted;
  node.log = model::LogPath("7f59054", node.recipe, platform);
  node.order = order;
  return node;
}

inline void Add(View& view, model::Node node) {
  std::string name = node.name;
  view.nodes.insert_or_assign(std::move(name), std::move(node));
}

/// Eight nodes in every state on one platform, run 7f59054#2 of a dirty tree.
inline View SampleView() {
  using model::NodeStatus;
  View view;
  view.run.run_id = "01K9TESTRUN00000000000000";
  view.run.ref = "7f59054#2";
  view.run.sha = "7f59054c0ffee000000000000000000000000000";
  view.run.sha7 = "7f59054";
  view.run.dirty = true;
  view.run.pipeline = "ci";
  view.run.phase = model::RunPhase::kRunning;
  view.run.started_at = kStart;
  view.run.expected = 8;
  model::Lane lane;
  lane.platform = kLinux;
  lane.host = "localhost";
  lane.state = "connected";
  lane.since = kStart;
  view.lanes.emplace(lane.platform, lane);

  model::Node setup = SampleNode("_ci-setup", NodeStatus::kOk, 0, 0, 120);
  setup.exit_code = 0;
  Add(view, setup);
  model::Node build = SampleNode("build", NodeStatus::kOk, 1, 120, 3400);
  build.exit_code = 0;
  Add(view, build);
  model::Node lint = SampleNode("ci::lint", NodeStatus::kFailed, 2, 120, 63'999);
  lint.exit_code = 3;
  lint.reason = "exit 3";
  Add(view, lint);
  model::Node fmt = SampleNode("fmt", NodeStatus::kErrored, 3, 200, 900);
  fmt.reason = "disk full";
  Add(view, fmt);
  model::Node docs = SampleNode("docs", NodeStatus::kSkipped, 4);
  docs.reason = "skipped: ci::lint failed";
  Add(view, docs);
  Add(view, SampleNode("test", NodeStatus::kRunning, 5, 3600));
  Add(view, SampleNode("package", NodeStatus::kPending, 6));
  model::Node slow = SampleNode("slow", NodeStatus::kCancelled, 7, 300, 5000);
  slow.reason = "cancelled";
  Add(view, slow);
  return view;
}

}  // namespace odu::face
