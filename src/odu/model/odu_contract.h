#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "odu/model/node.h"
#include "odu/model/run.h"
#include "surface/contract.h"

/// What the coordinator of a checkout serves to every face (design.md section 5, "Surfaces").
namespace odu::model {

/// Cell `coordinator`.
struct Coordinator {
  int64_t pid = 0;
  std::string build;     ///< `odu --version`
  std::string contract;  ///< "odu 1.2"
  std::string checkout;  ///< absolute toplevel
  uint64_t epoch = 0;
  int64_t started_at = 0;
  std::string started_by;
  std::optional<int64_t> idle_exit_at;
  bool operator==(const Coordinator&) const = default;
};
BOOST_DESCRIBE_STRUCT(Coordinator, (),
                      (pid, build, contract, checkout, epoch, started_at, started_by, idle_exit_at))

/// Item of collection `lanes`, keyed by platform. `state` is one of starting, handshaking,
/// connected, retrying, lost, failed, ended (and with ssh: probing, copying, realising).
struct Lane {
  std::string platform;
  std::string host;
  std::string state;
  std::string detail;  ///< for people: "reconnecting in 4 s", the cause of a failure
  int64_t since = 0;   ///< epoch milliseconds
  /// While copying: bytes there and bytes in all; 0 of 0 otherwise.
  uint64_t bytes = 0;
  uint64_t total_bytes = 0;
  bool operator==(const Lane&) const = default;
};
BOOST_DESCRIBE_STRUCT(Lane, (), (platform, host, state, detail, since, bytes, total_bytes))

/// A node of the plan of HEAD.
struct PlannedNode {
  std::string name;  ///< `recipe@platform`
  std::vector<std::string> needs;
  bool operator==(const PlannedNode&) const = default;
};
BOOST_DESCRIBE_STRUCT(PlannedNode, (), (name, needs))

/// Cell `pipeline`: the plan of HEAD, also when idle; `error` says why there is none.
struct PlannedPipeline {
  std::string sha;
  std::string name;
  std::vector<PlannedNode> nodes;
  std::string error;
  bool operator==(const PlannedPipeline&) const = default;
};
BOOST_DESCRIBE_STRUCT(PlannedPipeline, (), (sha, name, nodes, error))

/// Input of stream `nodeLog`. An empty run_id is the current run, attempt 0 the newest.
struct NodeLogInput {
  std::string run_id;
  std::string node;
  int32_t attempt = 0;
  uint64_t offset = 0;
  static constexpr std::array<std::string_view, 1> kRequired{"node"};
};
BOOST_DESCRIBE_STRUCT(NodeLogInput, (), (run_id, node, attempt, offset))

enum class NoticeLevel { kInfo, kWarning, kError };
BOOST_DESCRIBE_ENUM(NoticeLevel, kInfo, kWarning, kError)

/// Event `notices`: something a person may want to know that is no state.
struct Notice {
  NoticeLevel level = NoticeLevel::kInfo;
  std::string source;  ///< "host x86_64-linux", "gate"
  std::string text;
  bool operator==(const Notice&) const = default;
};
BOOST_DESCRIBE_STRUCT(Notice, (), (level, source, text))

/// What to do when a run is live in this checkout.
enum class WhenBusy { kRefuse, kSupersede, kQueue };
BOOST_DESCRIBE_ENUM(WhenBusy, kRefuse, kSupersede, kQueue)

struct RunStartRequest {
  std::string request_id;  ///< minted by the face; a repeat returns the recorded answer
  Scope scope;
  std::map<std::string, std::string> hosts;  ///< pins: platform -> address
  int32_t jobs = 0;                          ///< at once per host; 0 = its CPUs
  WhenBusy when_busy = WhenBusy::kRefuse;
  std::string cwd;               ///< where the caller stands; relative paths are read from here
  std::vector<std::string> env;  ///< the caller's environment, unfiltered
  int32_t umask = 022;
  std::string started_by;    ///< "odu run (pid 123)", for people
  std::string expected_sha;  ///< refuse with "checkout_moved" unless HEAD begins with it
  /// A lane on another machine is lost after so long without contact; 0 = 30 minutes.
  int64_t lane_lost_after_ms = 0;
  static constexpr std::array<std::string_view, 1> kRequired{"request_id"};
};
BOOST_DESCRIBE_STRUCT(RunStartRequest, (),
                      (request_id, scope, hosts, jobs, when_busy, cwd, env, umask, started_by,
                       expected_sha, lane_lost_after_ms))

struct RunStartReply {
  std::string run_id;
  std::string ref;
  bool replayed = false;  ///< this request id had been answered before
};
BOOST_DESCRIBE_STRUCT(RunStartReply, (), (run_id, ref, replayed))

struct RunCancelRequest {
  std::string request_id;
  std::string run_id;  ///< empty = the live run
  bool at_once = false;
  static constexpr std::array<std::string_view, 1> kRequired{"request_id"};
};
BOOST_DESCRIBE_STRUCT(RunCancelRequest, (), (request_id, run_id, at_once))

/// For node.rerun (`targets`: node ids, instance names or `@platform`), node.cancel, lane.cancel.
struct NodesRequest {
  std::string request_id;
  std::vector<std::string> targets;
  bool at_once = false;  ///< cancel only: without the grace between TERM and KILL
  /// Rerun only: the run meant; empty = the newest. One that is closed is linked from.
  std::string run_id;
  /// Rerun only, for a linked run: the caller's, as in RunStartRequest.
  std::vector<std::string> env;
  int32_t umask = 022;
  static constexpr std::array<std::string_view, 2> kRequired{"request_id", "targets"};
};
BOOST_DESCRIBE_STRUCT(NodesRequest, (), (request_id, targets, at_once, run_id, env, umask))

struct NodesReply {
  std::string run_id;
  std::string ref;
  bool linked = false;  ///< rerun: this is a new run of the same commit
  /// With `linked`, for people: why it is no attempt of the earlier run.
  std::string because;
  std::vector<std::string> nodes;
};
BOOST_DESCRIBE_STRUCT(NodesReply, (), (run_id, ref, linked, because, nodes))

/// The one wait. Returns when a node newer than `after` is red and its log is complete (unless
/// `settle`), when the run settles, or after `deadline_ms`.
struct NextRequest {
  std::string run_id;  ///< empty = the current run
  std::string after;   ///< a cursor from an earlier answer; of another run: "bad_cursor"
  bool settle = false;
  std::optional<int64_t> deadline_ms;
  std::string expected_sha;  ///< refuse unless the run's commit begins with it
};
BOOST_DESCRIBE_STRUCT(NextRequest, (), (run_id, after, settle, deadline_ms, expected_sha))

struct NextReply {
  std::string run;  ///< `<sha7>#<seq>`
  std::string run_id;
  bool settled = false;
  bool passed = false;  ///< only with `settled`
  std::optional<Verdict> verdict;
  bool fail_fast = false;  ///< returned for a red node before the run settled
  bool timed_out = false;
  std::vector<std::string> failed;
  std::vector<std::string> errored;
  std::vector<std::string> cancelled;
  std::vector<std::string> skipped;
  std::vector<std::string> flaky;  ///< as Run::flaky
  bool tree_changed = false;       ///< as Run::tree_changed; only with `settled`
  std::optional<int64_t> duration_ms;
  std::string cursor;
  std::vector<std::string> unposted;
  Scope scope;  ///< what was asked for: a selection is not a pipeline
};
BOOST_DESCRIBE_STRUCT(NextReply, (),
                      (run, run_id, settled, passed, verdict, fail_fast, timed_out, failed, errored,
                       cancelled, skipped, flaky, tree_changed, duration_ms, cursor, unposted,
                       scope))

/// `gate.retry`: everything that is owed to the forge is tried now, with what the caller brings.
struct GateRetryRequest {
  std::vector<std::string> env;  ///< the caller's environment: tokens, GITHUB_API_URL, PATH
};
BOOST_DESCRIBE_STRUCT(GateRetryRequest, (), (env))

/// A status that the forge has not confirmed.
struct OwedStatus {
  std::string run;  ///< `<sha7>#<seq>`
  std::string run_id;
  std::string context;
  std::string why;  ///< for people; empty while it was not tried
  bool operator==(const OwedStatus&) const = default;
};
BOOST_DESCRIBE_STRUCT(OwedStatus, (), (run, run_id, context, why))

struct GateRetryReply {
  int32_t posted = 0;            ///< how many were confirmed meanwhile
  std::vector<OwedStatus> owed;  ///< what is left
  std::string hint;              ///< what to do about it; may be empty
};
BOOST_DESCRIBE_STRUCT(GateRetryReply, (), (posted, owed, hint))

/// The surface that a coordinator serves on `.ci/odu.sock`.
struct OduSurface {
  static constexpr std::string_view kName = "odu";
  static constexpr int kMajor = 1;
  /// 1: `flaky`, `run_id` and `unposted` in what is told of runs, `gate.retry`. 2: `scope` in
  /// NextReply. 3: `tree_changed` in NextReply and RunSummary.
  static constexpr int kMinor = 3;

  static constexpr surface::Cell<Coordinator> kCoordinator{"coordinator"};
  static constexpr surface::Cell<Run> kRun{"run"};
  static constexpr surface::Cell<PlannedPipeline> kPipeline{"pipeline"};
  static constexpr surface::Collection<Node> kNodes{"nodes"};
  static constexpr surface::Collection<Lane> kLanes{"lanes"};
  static constexpr surface::Collection<RunSummary> kRuns{"runs"};
  static constexpr surface::Stream<NodeLogInput> kNodeLog{"nodeLog"};
  static constexpr surface::Event<Notice> kNotices{"notices"};
  static constexpr surface::Procedure<RunStartRequest, RunStartReply> kRunStart{"run.start"};
  static constexpr surface::Procedure<RunCancelRequest, NodesReply> kRunCancel{"run.cancel"};
  static constexpr surface::Procedure<NextRequest, NextReply> kRunNext{"run.next"};
  static constexpr surface::Procedure<NodesRequest, NodesReply> kNodeRerun{"node.rerun"};
  static constexpr surface::Procedure<NodesRequest, NodesReply> kNodeCancel{"node.cancel"};
  static constexpr surface::Procedure<NodesRequest, NodesReply> kLaneCancel{"lane.cancel"};
  static constexpr surface::Procedure<GateRetryRequest, GateRetryReply> kGateRetry{"gate.retry"};

  static constexpr auto Members() {
    return std::tuple{kCoordinator, kRun,       kPipeline,   kNodes,      kLanes,
                      kRuns,        kNodeLog,   kNotices,    kRunStart,   kRunCancel,
                      kRunNext,     kNodeRerun, kNodeCancel, kLaneCancel, kGateRetry};
  }
};

}  // namespace odu::model
