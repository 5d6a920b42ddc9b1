#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "odu/ledger/run_environment.h"
#include "odu/model/plan.h"
#include "odu/model/run.h"
#include "surface/codec.h"

namespace odu::ledger {

/// One lane as the run set out with it.
struct RunLane {
  std::string platform;
  std::string host;
  std::string workspace;           ///< where its recipes run; the toplevel when in place
  int32_t jobs = 0;                ///< at once, its share of the host's; 0 = the host's CPUs
  std::vector<std::string> enter;  ///< put before every recipe's argv
  /// Names of the caller's variables that this lane gets back; their values stand in
  /// `env.<platform>`.
  std::vector<std::string> pass_env;
  int32_t host_jobs = 0;  ///< what the hosts file says of this lane; 0 = nothing
  // Of a lane on another machine only.
  bool remote = false;
  std::vector<std::string> command;  ///< the byte pipe to it; empty = ssh to `host`
  std::string provision;             ///< as in the hosts file
  bool durable = true;               ///< it outlives its connection
  int64_t lost_after_ms = 0;         ///< without contact; 0 = the usual
  std::string origin;                ///< a URL it may fetch from; empty = none
  std::string sha;                   ///< the commit it runs where that is a snapshot; else empty
  std::string objects;               ///< the folder with the snapshot's objects
  std::string git_dir;               ///< the repository's common git folder here
  bool operator==(const RunLane&) const = default;
};
BOOST_DESCRIBE_STRUCT(RunLane, (),
                      (platform, host, workspace, jobs, enter, pass_env, host_jobs, remote, command,
                       provision, durable, lost_after_ms, origin, sha, objects, git_dir))

/// `run.json`: what is known of a run when it starts; never changed afterwards.
struct RunHeader {
  int32_t format = 1;
  std::string run_id;
  std::string ref;  ///< `<sha7>#<seq>`
  int32_t seq = 0;
  std::string sha;
  std::optional<std::string> content_id;  ///< of a dirty tree
  bool dirty = false;
  model::Scope scope;
  /// Ids of all nodes the run has to have, `_ci-setup@…` included, in the order shown.
  std::vector<std::string> expected;
  model::Pipeline pipeline;  ///< what the lanes were given
  std::vector<RunLane> lanes;
  std::string checkout;  ///< the toplevel
  std::string checkout_id;
  int64_t started_at = 0;  ///< epoch milliseconds
  std::string started_by;
  uint64_t epoch = 0;  ///< of the coordinator that started it
  int32_t jobs = 0;
  int32_t umask = 022;
  std::string linked_from;  ///< the run id whose rerun this is; empty = none
  bool operator==(const RunHeader&) const = default;
  static constexpr std::array<std::string_view, 3> kRequired{"run_id", "sha", "checkout_id"};
};
BOOST_DESCRIBE_STRUCT(RunHeader, (),
                      (format, run_id, ref, seq, sha, content_id, dirty, scope, expected, pipeline,
                       lanes, checkout, checkout_id, started_at, started_by, epoch, jobs, umask,
                       linked_from))

/// Where the parts of `<state>/runs/<run_id>` are. Touches nothing.
struct RunFolder {
  std::string path;

  std::string header() const { return path + "/run.json"; }
  std::string journal() const { return path + "/journal.ndjson"; }
  std::string environment() const { return path + "/env"; }
  /// What a lane gets beyond that.
  std::string environment(std::string_view platform) const {
    return path + "/env." + std::string(platform);
  }
  /// The cached RunSummary of a closed run; may be missing, can be made again.
  std::string summary() const { return path + "/summary.json"; }
  std::string lanes() const { return path + "/lanes"; }
  /// The folder that a localhost lane lives in.
  std::string lane(std::string_view platform) const {
    return lanes() + "/" + std::string(platform);
  }
};

/// `<state>/runs`, which holds every run of this user.
std::string RunsDir(std::string_view state);
/// BUG unless `run_id` is one: ids from outside are checked where they enter.
RunFolder FolderOf(std::string_view state, std::string_view run_id);

/// Makes the run's folder with its header and its caller's environment (0600), on the disk when it
/// returns; a folder without a whole header does not count as a run. kBusy "run_exists".
base::Result<RunFolder> CreateRun(std::string_view state, const RunHeader& header,
                                  const RunEnvironment& environment);

/// kGone "no_run" when there is none; kHost "bad_run" when the header is damaged or from a newer
/// odu.
base::Result<RunHeader> ReadHeader(const RunFolder& folder);

}  // namespace odu::ledger
