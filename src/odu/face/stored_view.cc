#include "odu/face/stored_view.h"

#include <utility>

#include "odu/model/ids.h"

namespace odu::face {

View StoredView(const model::RunReport& report) {
  View view;
  model::Run& run = view.run;
  run.run_id = report.run_id;
  run.ref = report.ref;
  run.sha = report.sha;
  run.sha7 = report.sha.substr(0, 7);
  run.content_id = report.content_id;
  run.dirty = report.dirty;
  run.tree_changed = report.tree_changed;
  const bool runs = report.state == "running";
  run.phase = runs ? model::RunPhase::kRunning : model::RunPhase::kSettled;
  run.pipeline = report.pipeline;
  run.scope = report.scope;
  run.started_at = report.started_at;
  run.settled_at = report.settled_at.has_value() ? report.settled_at : report.closed_at;
  if (!runs) {
    run.verdict = report.verdict.value_or(model::Verdict::kIncomplete);
  }
  run.expected = report.expected;
  run.started_by = report.started_by;
  run.unposted = report.unposted;
  for (const model::LaneReport& lane : report.lanes) {
    model::Lane shown;
    shown.platform = lane.platform;
    shown.host = lane.host;
    shown.state = "ended";
    view.lanes.emplace(lane.platform, std::move(shown));
  }
  int32_t order = 0;
  for (const model::NodeReport& node : report.nodes) {
    model::Node shown;
    shown.name = node.name;
    if (const auto parts = model::SplitNodeId(node.name)) {
      shown.recipe = parts->instance;
      shown.platform = parts->platform;
      shown.log = model::LogPath(run.sha7, parts->instance, parts->platform);
    }
    shown.status = node.status;
    shown.reason = node.reason;
    shown.attempt = node.attempt;
    shown.exit_code = node.exit_code;
    shown.started_at = node.started_at;
    shown.duration_ms = node.duration_ms;
    shown.log_bytes = node.log_bytes;
    shown.log_complete = node.log_complete;
    shown.order = order++;
    if (node.flaky) {
      run.flaky.push_back(node.name);
    }
    view.nodes.emplace(node.name, std::move(shown));
  }
  return view;
}

}  // namespace odu::face
