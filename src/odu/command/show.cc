#include "odu/command/show.h"

#include <algorithm>
#include <map>
#include <utility>

#include "odu/ledger/critical_path.h"
#include "odu/ledger/expired.h"
#include "odu/ledger/gate_journal.h"
#include "odu/ledger/history.h"
#include "odu/ledger/index_open.h"
#include "odu/ledger/log_store.h"
#include "odu/ledger/run_list.h"
#include "odu/ledger/run_name.h"
#include "odu/model/ids.h"
#include "os/file_system.h"

namespace odu::command {
namespace {

using base::Result;
using model::Node;
using model::NodeReport;
using model::RunReport;

RunReport ReportOf(const ledger::ExpiredRun& run) {
  RunReport report;
  report.ref = run.summary.ref;
  report.run_id = run.summary.run_id;
  report.sha = run.summary.sha;
  report.dirty = run.summary.dirty;
  report.state = "expired";
  report.verdict = run.summary.verdict;
  report.pipeline = run.summary.pipeline;
  report.scope = run.summary.scope;
  report.checkout = run.summary.checkout;
  report.started_at = run.summary.started_at;
  report.settled_at = run.summary.finished_at;
  report.expired_at = run.expired_at;
  report.expected = run.summary.nodes;
  for (const std::string& name : run.summary.red) {
    NodeReport node;
    node.name = name;
    node.status = model::NodeStatus::kFailed;
    report.nodes.push_back(std::move(node));
  }
  return report;
}

std::string_view StateOf(const ledger::RunRecord& record, bool live) {
  if (record.closed) {
    return "closed";
  }
  if (!live) {
    return "unfinished";
  }
  return record.settled ? "open" : "running";
}

NodeReport NodeOf(const Node& node, const ledger::RunFolder& folder) {
  NodeReport report;
  report.name = node.name;
  report.status = node.status;
  report.reason = node.reason;
  report.attempt = node.attempt;
  report.exit_code = node.exit_code;
  report.started_at = node.started_at;
  report.duration_ms = node.duration_ms;
  report.log_bytes = node.log_bytes;
  report.log_complete = node.log_complete;
  const auto parts = model::SplitNodeId(node.name);
  if (parts && node.attempt > 0) {
    report.log = ledger::LogFileOf(folder, parts->platform, parts->instance, node.attempt);
    if (!os::Exists(report.log)) {
      report.log.clear();
    }
  }
  return report;
}

/// Needs of every node by name; all of a lane stand on its setup.
std::map<std::string, std::vector<std::string>> NeedsOf(const model::Pipeline& pipeline) {
  std::map<std::string, std::vector<std::string>> needs;
  for (const model::LanePlan& lane : pipeline.lanes) {
    for (const model::PlanNode& node : lane.nodes) {
      auto& of_node = needs[model::NodeId(node.id, lane.platform)];
      of_node.push_back(model::NodeId(model::kSetupRecipe, lane.platform));
      for (const std::string& need : node.needs) {
        of_node.push_back(model::NodeId(need, lane.platform));
      }
    }
  }
  return needs;
}

void AddCriticalPath(const model::Pipeline& pipeline, RunReport& report) {
  const auto needs = NeedsOf(pipeline);
  std::vector<ledger::PathNode> ran;
  for (const NodeReport& node : report.nodes) {
    if (!node.started_at || !node.duration_ms || node.status == model::NodeStatus::kSkipped) {
      continue;
    }
    const auto known = needs.find(node.name);
    ran.push_back(ledger::PathNode{
        node.name, known == needs.end() ? std::vector<std::string>() : known->second,
        *node.started_at, *node.duration_ms});
  }
  ledger::CriticalPath path = ledger::CriticalPathOf(ran);
  if (!path.names.empty()) {
    report.critical_path = std::move(path.names);
    report.critical_ms = path.duration_ms;
  }
}

/// What nodes usually take. Without an index nothing is said.
void AddHistory(const LedgerPlace& place, const std::string& checkout_id, RunReport& report) {
  const auto add = [&](ledger::OpenedIndex& opened) -> Result<void> {
    for (NodeReport& node : report.nodes) {
      if (!node.duration_ms || !ledger::CanBeSlow(*node.duration_ms) ||
          node.status == model::NodeStatus::kSkipped) {
        continue;
      }
      const auto passes =
          opened.index.Passes(checkout_id, node.name, report.run_id, ledger::kHistoryPasses);
      if (!passes) {
        return base::Pass(passes.error());
      }
      node.usual_ms = ledger::UsualIfSlow(*node.duration_ms, *passes);
    }
    return {};
  };
  static_cast<void>(ledger::AskIndex(place.state, add));
}

}  // namespace

RunReport ReportOf(const ledger::RunRecord& record,
                   const std::vector<ledger::EndedAttempt>& attempts,
                   const ledger::RunFolder& folder, bool live) {
  const ledger::RunHeader& header = record.header;
  RunReport report;
  report.ref = header.ref;
  report.run_id = header.run_id;
  report.sha = header.sha;
  report.content_id = header.content_id;
  report.dirty = header.dirty;
  report.state = StateOf(record, live);
  report.pipeline = header.pipeline.name;
  report.scope = header.scope;
  report.checkout = header.checkout;
  report.started_by = header.started_by;
  report.linked_from = header.linked_from;
  report.started_at = header.started_at;
  report.expected = static_cast<int32_t>(header.expected.size());
  report.settled_at = record.settled_at;
  report.closed_at = record.closed_at;
  report.damage = record.end.damaged;
  if (record.settled) {
    report.verdict = record.settled->verdict;
    report.tree_changed = record.settled->tree_changed;
  }
  if (record.closed) {
    report.verdict = record.closed->verdict;
    report.closed_because = record.closed->reason;
  }
  for (const ledger::RunLane& lane : header.lanes) {
    model::LaneReport shown;
    shown.platform = lane.platform;
    shown.host = lane.host;
    if (const auto line = record.lanes.find(lane.platform); line != record.lanes.end()) {
      shown.state = line->second.ended ? "ended" : line->second.state;
      shown.detail = line->second.detail;
    }
    report.lanes.push_back(std::move(shown));
  }
  std::map<std::string_view, size_t> places;
  for (const std::string& name : header.expected) {
    places.emplace(name, report.nodes.size());
    const auto known = record.nodes.find(name);
    if (known != record.nodes.end()) {
      report.nodes.push_back(NodeOf(known->second, folder));
    } else {
      report.nodes.emplace_back().name = name;
    }
    if (!model::IsTerminal(report.nodes.back().status)) {
      report.owed.push_back(name);
    }
  }
  for (const ledger::EndedAttempt& attempt : attempts) {
    if (const auto place = places.find(attempt.node); place != places.end()) {
      NodeReport& node = report.nodes[place->second];
      const bool was_red = std::ranges::any_of(
          node.attempts, [](const model::AttemptReport& one) { return model::IsRed(one.status); });
      node.flaky = node.flaky ||
                   (was_red && attempt.status == model::NodeStatus::kOk && !report.tree_changed);
      node.attempts.push_back(model::AttemptReport{attempt.n, attempt.status, attempt.reason,
                                                   attempt.started_at, attempt.duration_ms});
    }
  }
  for (const std::string& name :
       record.settled ? record.settled->flaky : std::vector<std::string>()) {
    if (const auto place = places.find(name); place != places.end()) {
      report.nodes[place->second].flaky = true;
    }
  }
  AddCriticalPath(header.pipeline, report);
  report.unposted = ledger::UnpostedOf(folder);
  return report;
}

Result<RunReport> ShowRun(const LedgerPlace& place, const std::string& word) {
  const auto run_id =
      ledger::FindRun(place.state, place.checkout_id, word.empty() ? "latest" : word);
  if (!run_id) {
    return base::Pass(run_id.error());
  }
  const ledger::RunFolder folder = ledger::FolderOf(place.state, *run_id);
  const auto stored = ledger::ReadStoredRun(folder);
  if (!stored) {
    if (const auto expired = ledger::FindExpired(place.state, *run_id);
        expired && stored.error().code() == "no_run") {
      return ReportOf(*expired);
    }
    return base::Pass(stored.error());
  }
  const std::string& checkout_id = stored->record.header.checkout_id;
  RunReport report = ReportOf(stored->record, stored->attempts, folder,
                              ledger::HasOwner(place.state, checkout_id));
  AddHistory(place, checkout_id, report);
  return report;
}

}  // namespace odu::command
