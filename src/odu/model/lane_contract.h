#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "odu/model/node.h"
#include "odu/model/plan.h"
#include "surface/contract.h"

/// What a lane (`odu-runner`) serves to the coordinator of its run (design.md section 2.2 and 5).
namespace odu::model {

enum class LanePhase {
  kIdle,      ///< alive, no plan yet
  kRunning,   ///< has a plan, something is not terminal
  kSettled,   ///< everything is terminal and on the disk; a rerun makes it running again
  kReleased,  ///< the coordinator has everything; the process is about to exit
};
BOOST_DESCRIBE_ENUM(LanePhase, kIdle, kRunning, kSettled, kReleased)

/// What a lane waits for before it can make its workspace: the coordinator brings it by
/// `lane.upload` from `received` on.
struct SourceNeed {
  std::string id;  ///< names this need; empty = nothing is needed
  /// "bundle": a git bundle of the source's sha, without what the commits of `have` reach.
  /// "tar": a tar archive of the sha's tree (there is no git on the host).
  std::string kind;
  std::vector<std::string> have;  ///< full shas that the host has already, newest first
  uint64_t received = 0;          ///< bytes on the host's disk
  bool operator==(const SourceNeed&) const = default;
};
BOOST_DESCRIBE_STRUCT(SourceNeed, (), (id, kind, have, received))

/// Cell `lane`.
struct LaneCell {
  LanePhase phase = LanePhase::kIdle;
  std::string run_id;
  std::string platform;
  uint64_t epoch = 0;  ///< the highest that spoke to this lane
  std::string boot_id;
  int64_t pid = 0;
  std::string workspace;  ///< absolute path on the lane's host, empty before it exists
  int32_t jobs = 0;
  SourceNeed need;
  bool operator==(const LaneCell&) const = default;
};
BOOST_DESCRIBE_STRUCT(LaneCell, (),
                      (phase, run_id, platform, epoch, boot_id, pid, workspace, jobs, need))

/// Item of collection `attempts`, keyed `<instance>#<n>`. `_ci-setup#1` is the lane's own first
/// attempt. A node that has never run has no attempt; a skipped node has one with that status. A
/// node that a rerun has put back has its next attempt at once, pending, published before the end
/// of the attempt before it: the newest attempt alone says what a node is.
/// A terminal attempt's log is whole on disk before the attempt is published.
struct Attempt {
  std::string node;  ///< instance id, without platform
  int32_t n = 1;     ///< 1 is the first attempt of this node in this run
  NodeStatus status = NodeStatus::kRunning;
  std::string reason;
  std::optional<int32_t> exit_code;
  int64_t started_at = 0;  ///< epoch milliseconds; 0 when it ended without having started
  std::optional<int64_t> duration_ms;
  uint64_t log_bytes = 0;  ///< final size once terminal
  std::string log_sha256;  ///< hex, once terminal
  bool log_complete = false;
  bool operator==(const Attempt&) const = default;
};
BOOST_DESCRIBE_STRUCT(Attempt, (),
                      (node, n, status, reason, exit_code, started_at, duration_ms, log_bytes,
                       log_sha256, log_complete))

/// `<instance>#<n>`
inline std::string AttemptKey(std::string_view instance, int32_t n) {
  return std::string(instance) + "#" + std::to_string(n);
}

/// Input of stream `attemptLog`.
struct AttemptLogInput {
  std::string attempt;  ///< the attempt's key
  uint64_t offset = 0;
  static constexpr std::array<std::string_view, 1> kRequired{"attempt"};
};
BOOST_DESCRIBE_STRUCT(AttemptLogInput, (), (attempt, offset))

enum class SourceMode {
  kInPlace,   ///< run in `repository` as it is
  kWorktree,  ///< `git worktree add --detach <workspace> <sha>` from `repository`
  /// On another machine: a work tree of `sha` from `repository`, a bare object cache that the lane
  /// makes and fills: by a fetch from `origin`, else by what it says it needs (SourceNeed).
  kShipped,
};
BOOST_DESCRIBE_ENUM(SourceMode, kInPlace, kWorktree, kShipped)

/// Where the lane's tree comes from.
struct LaneSource {
  SourceMode mode = SourceMode::kInPlace;
  std::string repository;  ///< absolute path of the checkout's toplevel
  std::string sha;         ///< full
  std::string workspace;   ///< where the worktree goes; empty in place
  std::string origin;      ///< shipped only: a URL to fetch from; empty = do not try
  bool operator==(const LaneSource&) const = default;
};
BOOST_DESCRIBE_STRUCT(LaneSource, (), (mode, repository, sha, workspace, origin))

/// Idempotent: the same plan for the same run is answered `already:true`, another is refused.
struct ConfigureRequest {
  std::string request_id;
  std::string run_id;
  std::string run_ref;  ///< `sha7#seq`, given to recipes as ODU_RUN
  uint64_t epoch = 0;
  LanePlan plan;
  LaneSource source;
  std::map<std::string, int64_t> durations_ms;  ///< expected, by instance id; absent = unknown
  int32_t jobs = 0;                             ///< at once; 0 = the host's CPUs
  std::vector<std::string> env;  ///< "NAME=value", the whole environment of the recipes
  /// `env` comes over the lane's own (login) environment instead of replacing it.
  bool login_environment = false;
  std::vector<std::string> masked;  ///< values that no log may show
  int32_t umask = 022;
  std::vector<std::string> enter;  ///< argv put before every recipe, may be empty
  /// What happened before the lane was there, whole lines: the head of `_ci-setup`'s first log.
  std::string story;
  std::string just;  ///< the `just` to run recipes with; empty = the one on PATH
  static constexpr std::array<std::string_view, 4> kRequired{"request_id", "run_id", "epoch",
                                                             "plan"};
};
BOOST_DESCRIBE_STRUCT(ConfigureRequest, (),
                      (request_id, run_id, run_ref, epoch, plan, source, durations_ms, jobs, env,
                       login_environment, masked, umask, enter, story, just))

struct ConfigureReply {
  bool already = false;
};
BOOST_DESCRIBE_STRUCT(ConfigureReply, (), (already))

/// For `lane.rerun` and `lane.cancel`: `nodes` are instance ids; empty means all.
struct LaneNodesRequest {
  std::string request_id;
  uint64_t epoch = 0;
  std::vector<std::string> nodes;
  bool at_once = false;  ///< cancel only: KILL without the grace period
  bool operator==(const LaneNodesRequest&) const = default;
  static constexpr std::array<std::string_view, 2> kRequired{"request_id", "epoch"};
};
BOOST_DESCRIBE_STRUCT(LaneNodesRequest, (), (request_id, epoch, nodes, at_once))

struct LaneNodesReply {
  std::vector<std::string> nodes;  ///< what was reset (rerun, with dependents) or cancelled
  /// Rerun: the attempt of each that the request made, also when it is answered again later.
  std::vector<int32_t> attempts;
};
BOOST_DESCRIBE_STRUCT(LaneNodesReply, (), (nodes, attempts))

/// `lane.hello`: says who owns the run now; a lower epoch than the highest seen is refused with
/// code "stale_epoch", as is every later call that carries one.
struct LaneHelloRequest {
  std::string run_id;
  uint64_t epoch = 0;
  static constexpr std::array<std::string_view, 2> kRequired{"run_id", "epoch"};
};
BOOST_DESCRIBE_STRUCT(LaneHelloRequest, (), (run_id, epoch))

/// `lane.release`: everything terminal is acked and the run is closed; `keep_workspace` for red
/// runs.
struct ReleaseRequest {
  std::string request_id;
  uint64_t epoch = 0;
  bool keep_workspace = false;
  static constexpr std::array<std::string_view, 2> kRequired{"request_id", "epoch"};
};
BOOST_DESCRIBE_STRUCT(ReleaseRequest, (), (request_id, epoch, keep_workspace))

/// `lane.upload`: the next bytes of what `SourceNeed` asks for. Bytes that are there already are
/// passed over, a gap is refused ("bad_offset"), so a repeat after a lost link does no harm.
struct UploadRequest {
  std::string request_id;
  uint64_t epoch = 0;
  std::string need;  ///< SourceNeed::id
  uint64_t offset = 0;
  std::string base64;  ///< at most 1 MiB of bytes
  bool last = false;   ///< nothing comes after these bytes
  static constexpr std::array<std::string_view, 4> kRequired{"request_id", "epoch", "need",
                                                             "offset"};
};
BOOST_DESCRIBE_STRUCT(UploadRequest, (), (request_id, epoch, need, offset, base64, last))

struct UploadReply {
  uint64_t received = 0;
};
BOOST_DESCRIBE_STRUCT(UploadReply, (), (received))

/// The surface that a lane serves.
struct LaneSurface {
  static constexpr std::string_view kName = "lane";
  static constexpr int kMajor = 1;
  static constexpr int kMinor = 2;

  static constexpr surface::Cell<LaneCell> kLane{"lane"};
  static constexpr surface::Collection<Attempt> kAttempts{"attempts"};
  static constexpr surface::Stream<AttemptLogInput> kAttemptLog{"attemptLog"};
  static constexpr surface::Procedure<LaneHelloRequest, LaneCell> kHello{"lane.hello"};
  static constexpr surface::Procedure<ConfigureRequest, ConfigureReply> kConfigure{
      "lane.configure"};
  static constexpr surface::Procedure<LaneNodesRequest, LaneNodesReply> kRerun{"lane.rerun"};
  static constexpr surface::Procedure<LaneNodesRequest, LaneNodesReply> kCancel{"lane.cancel"};
  static constexpr surface::Procedure<UploadRequest, UploadReply> kUpload{"lane.upload"};
  static constexpr surface::Procedure<ReleaseRequest, surface::Nothing> kRelease{"lane.release"};

  static constexpr auto Members() {
    return std::tuple{kLane,  kAttempts, kAttemptLog, kHello,  kConfigure,
                      kRerun, kCancel,   kUpload,     kRelease};
  }
};

}  // namespace odu::model
