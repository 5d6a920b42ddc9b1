#include "odu/face/status_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "odu/face/display.h"
#include "odu/face/summary.h"
#include "surface/codec.h"
#include "surface/shape.h"

namespace odu::face {
namespace {

constexpr size_t kStatusColumns = 8;

/// The shapes that `status -o json` promises, in their order.
struct CoordinatorShape {
  int64_t pid = 0;
  std::string build;
  std::string contract;
  int64_t started_at = 0;
  std::string started_by;
  std::optional<int64_t> idle_exit_at;
};
BOOST_DESCRIBE_STRUCT(CoordinatorShape, (),
                      (pid, build, contract, started_at, started_by, idle_exit_at))

struct RunShape {
  std::string ref;
  std::string run_id;
  std::string sha;
  std::optional<std::string> content_id;
  bool dirty = false;
  model::RunPhase phase = model::RunPhase::kProvisioning;
  model::Scope scope;
  int64_t started_at = 0;
  int64_t elapsed_ms = 0;
  std::optional<int64_t> eta_ms;
  std::optional<model::Verdict> verdict;
  std::vector<std::string> flaky;
  bool tree_changed = false;
  std::string pipeline;
  int32_t expected = 0;
};
BOOST_DESCRIBE_STRUCT(RunShape, (),
                      (ref, run_id, sha, content_id, dirty, phase, scope, started_at, elapsed_ms,
                       eta_ms, verdict, flaky, tree_changed, pipeline, expected))

struct LaneShape {
  std::string platform;
  std::string host;
  std::string state;
  int64_t since = 0;
};
BOOST_DESCRIBE_STRUCT(LaneShape, (), (platform, host, state, since))

struct NodeShape {
  std::string name;
  std::string recipe;
  std::string platform;
  model::NodeStatus status = model::NodeStatus::kPending;
  std::string reason;
  int32_t attempt = 0;
  std::optional<int32_t> exit_code;
  std::optional<int64_t> started_at;
  std::optional<int64_t> duration_ms;
  std::string log;
};
BOOST_DESCRIBE_STRUCT(NodeShape, (),
                      (name, recipe, platform, status, reason, attempt, exit_code, started_at,
                       duration_ms, log))

struct LastShape {
  std::string ref;
  std::string run_id;
  std::optional<model::Verdict> verdict;
  std::optional<int64_t> finished_at;
};
BOOST_DESCRIBE_STRUCT(LastShape, (), (ref, run_id, verdict, finished_at))

struct StatusShape {
  std::optional<CoordinatorShape> coordinator;
  std::optional<RunShape> run;
  std::vector<LaneShape> lanes;
  std::vector<NodeShape> nodes;
  std::optional<LastShape> last;
  std::vector<std::string> unposted;
};
BOOST_DESCRIBE_STRUCT(StatusShape, (), (coordinator, run, lanes, nodes, last, unposted))

int64_t ElapsedOf(const model::Run& run, int64_t now_ms) {
  return std::max<int64_t>(run.settled_at.value_or(now_ms) - run.started_at, 0);
}

RunShape ShapeOf(const model::Run& run, int64_t now_ms) {
  RunShape shape;
  shape.ref = run.ref;
  shape.run_id = run.run_id.value_or("");
  shape.sha = run.sha;
  shape.content_id = run.content_id;
  shape.dirty = run.dirty;
  shape.phase = run.phase;
  shape.scope = run.scope;
  shape.flaky = run.flaky;
  shape.started_at = run.started_at;
  shape.elapsed_ms = ElapsedOf(run, now_ms);
  if (run.eta_at.has_value() && !run.settled_at.has_value()) {
    shape.eta_ms = std::max<int64_t>(*run.eta_at - now_ms, 0);
  }
  shape.verdict = run.verdict;
  shape.tree_changed = run.tree_changed;
  shape.pipeline = run.pipeline;
  shape.expected = run.expected;
  return shape;
}

std::string DebtLine(const model::Run& run) {
  if (run.unposted.empty()) {
    return {};
  }
  constexpr size_t kNamed = 5;
  std::string line = base::Counted(run.unposted.size(), "status", "statuses") + " not posted yet:";
  for (size_t i = 0; i < std::min(kNamed, run.unposted.size()); ++i) {
    line += " " + base::Sanitised(run.unposted[i], false);
  }
  return line + (run.unposted.size() > kNamed ? " …\n" : "\n");
}

std::string IdleLine(const model::Run& run, int64_t now_ms) {
  if (!run.last_ref.has_value()) {
    return "no run in progress\n";
  }
  std::string line = fmt::format("no run in progress; the last one was {}", *run.last_ref);
  if (run.last_verdict.has_value()) {
    line += fmt::format(", {}", surface::EnumWord(*run.last_verdict));
  }
  if (run.last_finished_at.has_value()) {
    line += fmt::format(", {}", Ago(now_ms - *run.last_finished_at));
  }
  return line + '\n';
}

std::string RunLine(const View& view, int64_t now_ms) {
  const Counts counts = CountNodes(view);
  const std::string_view state = view.run.verdict.has_value() ? surface::EnumWord(*view.run.verdict)
                                                              : surface::EnumWord(view.run.phase);
  std::string line = fmt::format(
      "run {} · {} @ {} · {} · {} of {} done · {}", view.run.ref, ShownPipeline(view.run.pipeline),
      ShaLabel(view.run), state, counts.done(),
      base::Counted(std::max<size_t>(counts.total, 0), "node"), Span(ElapsedOf(view.run, now_ms)));
  if (const std::string scope = ScopeText(view.run.scope); scope != "all") {
    line += " · " + scope;
  }
  if (!view.run.flaky.empty()) {
    line += fmt::format(" · {} flaky", view.run.flaky.size());
  }
  if (view.run.tree_changed) {
    line += " · the work tree changed while it ran";
  }
  if (const std::string left = LeftText(view.run, now_ms); !left.empty()) {
    line += " · " + left;
  }
  return line + '\n';
}

Tint TintOfOutcome(std::string_view outcome) {
  if (outcome == "passed") {
    return Tint::kGreen;
  }
  if (outcome == "running") {
    return Tint::kCyan;
  }
  return outcome == "failed" ? Tint::kRed : Tint::kYellow;
}

}  // namespace

std::string StatusJson(const View& view, int64_t now_ms) {
  StatusShape status;
  if (view.coordinator.has_value()) {
    const model::Coordinator& from = *view.coordinator;
    status.coordinator = CoordinatorShape{from.pid,        from.build,      from.contract,
                                          from.started_at, from.started_by, from.idle_exit_at};
  }
  if (view.run.run_id.has_value()) {
    status.run = ShapeOf(view.run, now_ms);
  }
  for (const auto& [platform, lane] : view.lanes) {
    status.lanes.push_back(LaneShape{platform, lane.host, lane.state, lane.since});
  }
  for (const model::Node* node : Ordered(view)) {
    status.nodes.push_back(NodeShape{node->name, node->recipe, node->platform, node->status,
                                     node->reason, node->attempt, node->exit_code, node->started_at,
                                     node->duration_ms, node->log});
  }
  if (view.run.last_run_id.has_value()) {
    status.last = LastShape{view.run.last_ref.value_or(""), *view.run.last_run_id,
                            view.run.last_verdict, view.run.last_finished_at};
  }
  status.unposted = view.run.unposted;
  return surface::Encoded(status) + '\n';
}

std::string StatusText(const View& view, int64_t now_ms, bool colour) {
  if (!view.run.run_id.has_value()) {
    return IdleLine(view.run, now_ms) + DebtLine(view.run);
  }
  std::string text = Tinted(RunLine(view, now_ms), Tint::kNone, colour);
  for (const model::Node* node : Ordered(view)) {
    text += Tinted(fmt::format("{} {}", model::StatusGlyph(node->status),
                               Padded(model::StatusName(node->status), kStatusColumns)),
                   TintOf(node->status), colour);
    text += ' ';
    text += node->name;
    if (const auto elapsed = ElapsedMs(*node, now_ms)) {
      text += ' ' + Span(*elapsed);
    }
    if (const std::string reason = ShownReason(*node); !reason.empty()) {
      text += " (" + reason + ")";
    }
    text += '\n';
  }
  for (const auto& [platform, lane] : view.lanes) {
    if (lane.state != "connected" && lane.state != "ended") {
      text += fmt::format("lane {} on {}: {} {}\n", platform, base::Sanitised(lane.host, false),
                          lane.state, base::Sanitised(lane.detail, false));
    }
  }
  return text + DebtLine(view.run);
}

std::string_view OutcomeOf(const model::RunSummary& run) {
  if (run.verdict.has_value()) {
    return surface::EnumWord(*run.verdict);
  }
  return run.live ? "running" : "unfinished";
}

std::string ScopeText(const model::Scope& scope) {
  std::string text;
  const auto add = [&text](std::string_view part) {
    text += text.empty() ? "" : ", ";
    text += part;
  };
  std::string selected;
  for (const std::string& selector : scope.selectors) {
    selected += (selected.empty() ? "" : " ") + base::Sanitised(selector, false);
  }
  add(selected.empty() ? "all" : selected);
  if (!scope.root.empty()) {
    add("root " + base::Sanitised(scope.root, false));
  }
  if (!scope.pipeline_file.empty()) {
    add(base::Sanitised(scope.pipeline_file, false));
  }
  for (const std::string& platform : scope.platforms) {
    add("only " + base::Sanitised(platform, false));
  }
  if (scope.no_deps) {
    add("without needs");
  }
  if (scope.no_strict || scope.no_snapshot) {
    add("work tree");
  }
  return text;
}

std::string RunsJson(std::span<const model::RunSummary> runs) {
  std::string text;
  for (const model::RunSummary& run : runs) {
    text += surface::Encoded(run);
    text += '\n';
  }
  return text;
}

std::string RunsText(std::span<const model::RunSummary> runs, int64_t now_ms, bool all,
                     bool colour) {
  if (runs.empty()) {
    return "no runs yet\n";
  }
  using Line = std::array<std::string, 6>;
  std::vector<Line> lines;
  std::array<size_t, 6> columns{};
  for (const model::RunSummary& run : runs) {
    const int64_t end = run.finished_at.value_or(now_ms);
    const bool lasted = run.finished_at.has_value() || run.live;
    lines.push_back(
        Line{run.ref + (run.dirty ? "+dirty" : "") + (run.tree_changed ? "+changed" : ""),
             std::string(OutcomeOf(run)), ShownPipeline(run.pipeline),
             base::Counted(static_cast<size_t>(run.nodes), "node"),
             lasted ? Span(end - run.started_at) : "-", Ago(now_ms - run.started_at)});
    for (size_t i = 0; i < columns.size(); ++i) {
      columns[i] = std::max(columns[i], DisplayWidth(lines.back()[i]));
    }
  }
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) {
    for (size_t column = 0; column < columns.size(); ++column) {
      const std::string padded = Padded(lines[i][column], columns[column]);
      text += column == 1 ? Tinted(padded, TintOfOutcome(lines[i][column]), colour) : padded;
      text += "  ";
    }
    text += ScopeText(runs[i].scope);
    if (!runs[i].red.empty()) {
      text += "  ✗ " + runs[i].red.front();
      if (runs[i].red.size() > 1) {
        text += fmt::format(" and {} more", runs[i].red.size() - 1);
      }
    }
    if (!runs[i].unposted.empty()) {
      text += fmt::format("  {} not posted",
                          base::Counted(runs[i].unposted.size(), "status", "statuses"));
    }
    if (all) {
      text += "  " + base::Sanitised(runs[i].checkout, false);
    }
    text += '\n';
  }
  return text;
}

}  // namespace odu::face
