#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "odu/model/node.h"
#include "odu/model/run.h"
#include "odu/model/verdict.h"

/// What `odu show`, `odu flakes` and `odu diff` tell of stored runs; their `-o json` is these
/// shapes. Times are epoch milliseconds.
namespace odu::model {

struct AttemptReport {
  int32_t attempt = 0;
  NodeStatus status = NodeStatus::kPending;
  std::string reason;
  std::optional<int64_t> started_at;
  std::optional<int64_t> duration_ms;
  bool operator==(const AttemptReport&) const = default;
};
BOOST_DESCRIBE_STRUCT(AttemptReport, (), (attempt, status, reason, started_at, duration_ms))

struct NodeReport {
  std::string name;
  NodeStatus status = NodeStatus::kPending;
  std::string reason;
  int32_t attempt = 0;
  std::optional<int32_t> exit_code;
  std::optional<int64_t> started_at;
  std::optional<int64_t> duration_ms;
  /// What it usually takes, where this time it took at least twice that.
  std::optional<int64_t> usual_ms;
  bool flaky = false;  ///< red, then ok in this run
  std::string log;     ///< absolute; empty when there is none
  uint64_t log_bytes = 0;
  bool log_complete = false;
  std::vector<AttemptReport> attempts;  ///< those that have ended, oldest first
  bool operator==(const NodeReport&) const = default;
};
BOOST_DESCRIBE_STRUCT(NodeReport, (),
                      (name, status, reason, attempt, exit_code, started_at, duration_ms, usual_ms,
                       flaky, log, log_bytes, log_complete, attempts))

struct LaneReport {
  std::string platform;
  std::string host;
  std::string state;
  std::string detail;
  bool operator==(const LaneReport&) const = default;
};
BOOST_DESCRIBE_STRUCT(LaneReport, (), (platform, host, state, detail))

/// A run as its folder tells it, or (`state` expired) what is left of it.
struct RunReport {
  std::string ref;
  std::string run_id;
  std::string sha;
  std::optional<std::string> content_id;
  bool dirty = false;
  bool tree_changed = false;
  /// "running", "open" (a rerun would be an attempt of it), "unfinished" (its owner died),
  /// "closed", "expired".
  std::string state;
  std::optional<Verdict> verdict;
  std::string pipeline;
  Scope scope;
  std::string checkout;
  std::string started_by;
  std::string linked_from;  ///< the run id whose rerun it is; empty = none
  int64_t started_at = 0;
  std::optional<int64_t> settled_at;
  std::optional<int64_t> closed_at;
  std::string closed_because;
  std::optional<int64_t> expired_at;
  int32_t expected = 0;
  std::vector<LaneReport> lanes;
  std::vector<NodeReport> nodes;
  std::vector<std::string> owed;      ///< expected nodes that have not ended
  std::vector<std::string> unposted;  ///< statuses that the forge has not confirmed
  std::vector<std::string> critical_path;
  std::optional<int64_t> critical_ms;
  std::string damage;  ///< what of its folder could not be read; empty = nothing
  bool operator==(const RunReport&) const = default;
};
BOOST_DESCRIBE_STRUCT(RunReport, (),
                      (ref, run_id, sha, content_id, dirty, tree_changed, state, verdict, pipeline,
                       scope, checkout, started_by, linked_from, started_at, settled_at, closed_at,
                       closed_because, expired_at, expected, lanes, nodes, owed, unposted,
                       critical_path, critical_ms, damage))

/// One time that a node was red and then ok with the same content.
struct FlakeReport {
  std::string sha;
  std::string run;     ///< ref of the red one
  std::string run_id;  ///< its
  int32_t attempt = 0;
  std::string passed_run_id;
  int32_t passed_attempt = 0;
  int64_t at = 0;
  bool operator==(const FlakeReport&) const = default;
};
BOOST_DESCRIBE_STRUCT(FlakeReport, (),
                      (sha, run, run_id, attempt, passed_run_id, passed_attempt, at))

struct FlakyNodeReport {
  std::string node;
  int64_t commits = 0;   ///< on which it was red and then ok
  int64_t attempts = 0;  ///< all that ended
  int64_t ok = 0;
  int64_t red = 0;
  int64_t last_at = 0;
  std::vector<FlakeReport> flakes;  ///< the newest first
  bool operator==(const FlakyNodeReport&) const = default;
};
BOOST_DESCRIBE_STRUCT(FlakyNodeReport, (), (node, commits, attempts, ok, red, last_at, flakes))

struct FlakesReport {
  std::vector<FlakyNodeReport> nodes;  ///< those that were flaky on the most commits first
  bool truncated = false;              ///< older flakes are left out
  bool operator==(const FlakesReport&) const = default;
};
BOOST_DESCRIBE_STRUCT(FlakesReport, (), (nodes, truncated))

enum class NodeChange { kAppeared, kVanished, kStatus, kSlower, kFaster };
BOOST_DESCRIBE_ENUM(NodeChange, kAppeared, kVanished, kStatus, kSlower, kFaster)

struct NodeDiff {
  std::string name;
  NodeChange change = NodeChange::kStatus;
  std::optional<NodeStatus> before;
  std::optional<NodeStatus> after;
  std::optional<int64_t> before_ms;
  std::optional<int64_t> after_ms;
  bool operator==(const NodeDiff&) const = default;
};
BOOST_DESCRIBE_STRUCT(NodeDiff, (), (name, change, before, after, before_ms, after_ms))

struct RunDiff {
  std::string before;  ///< refs
  std::string after;
  std::string before_run_id;
  std::string after_run_id;
  std::optional<Verdict> before_verdict;
  std::optional<Verdict> after_verdict;
  std::vector<NodeDiff> nodes;
  int32_t unchanged = 0;
  bool operator==(const RunDiff&) const = default;
};
BOOST_DESCRIBE_STRUCT(RunDiff, (),
                      (before, after, before_run_id, after_run_id, before_verdict, after_verdict,
                       nodes, unchanged))

}  // namespace odu::model
