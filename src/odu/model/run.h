#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "odu/model/plan.h"
#include "odu/model/verdict.h"
#include "surface/contract.h"

namespace odu::model {

enum class RunPhase { kProvisioning, kRunning, kSettled };
BOOST_DESCRIBE_ENUM(RunPhase, kProvisioning, kRunning, kSettled)

/// "A selection is not a pipeline": what was asked for, in every verdict.
struct Scope {
  std::vector<std::string> selectors;
  std::vector<std::string> platforms;
  std::string root;           ///< empty = the tagged recipe
  std::string pipeline_file;  ///< empty = the justfile (or odu.json where there is none)
  bool no_deps = false;
  bool no_strict = false;
  bool no_snapshot = false;
  bool no_post = false;
  bool operator==(const Scope&) const = default;
};
BOOST_DESCRIBE_STRUCT(Scope, (),
                      (selectors, platforms, root, pipeline_file, no_deps, no_strict, no_snapshot,
                       no_post))

/// Cell `run`: the live or still open run; `run_id` is null when the coordinator is idle.
/// `last` names the run before it, or the newest one when idle.
struct Run {
  std::optional<std::string> run_id;
  std::string ref;  ///< `<sha7>#<seq>`
  std::string sha;  ///< full
  std::string sha7;
  std::optional<std::string> content_id;  ///< of a dirty tree, else null
  bool dirty = false;
  bool tree_changed = false;  ///< in place: the content at settle differs from the start's
  RunPhase phase = RunPhase::kProvisioning;
  bool open = false;     ///< settled, but a rerun would still be an attempt of this run
  std::string pipeline;  ///< the root's name
  Scope scope;
  int64_t started_at = 0;  ///< epoch milliseconds
  std::optional<int64_t> settled_at;
  /// When it will probably have settled, epoch milliseconds; null while nothing is known.
  std::optional<int64_t> eta_at;
  std::optional<Verdict> verdict;
  /// Once settled: nodes that are ok and were red before on the same commit, in this run or an
  /// earlier one.
  std::vector<std::string> flaky;
  int32_t revision = 0;    ///< raised each time the run settles again
  int32_t expected = 0;    ///< how many nodes the run has to have
  std::string cursor;      ///< the newest attention cursor (see run.next)
  std::string started_by;  ///< who asked, for people
  /// Contexts whose newest status the forge has not confirmed; never part of the verdict.
  std::vector<std::string> unposted;
  std::optional<std::string> last_run_id;
  std::optional<std::string> last_ref;
  std::optional<Verdict> last_verdict;
  std::optional<int64_t> last_finished_at;
  bool operator==(const Run&) const = default;
};
BOOST_DESCRIBE_STRUCT(Run, (),
                      (run_id, ref, sha, sha7, content_id, dirty, tree_changed, phase, open,
                       pipeline, scope, started_at, settled_at, eta_at, verdict, flaky, revision,
                       expected, cursor, started_by, unposted, last_run_id, last_ref, last_verdict,
                       last_finished_at))

/// Item of collection `runs`, keyed by run_id: the newest runs of this checkout; also one line of
/// `odu runs -o json`. A run without a verdict and without a live owner is "unfinished".
struct RunSummary {
  std::string run_id;
  std::string ref;
  std::string sha;
  bool dirty = false;
  bool tree_changed = false;  ///< as Run::tree_changed
  std::string pipeline;
  Scope scope;
  std::string checkout;  ///< the toplevel
  int64_t started_at = 0;
  std::optional<int64_t> finished_at;
  std::optional<Verdict> verdict;
  bool live = false;
  int32_t nodes = 0;
  std::vector<std::string> red;
  std::vector<std::string> unposted;  ///< as Run::unposted; filled where it is listed
  bool operator==(const RunSummary&) const = default;
};
BOOST_DESCRIBE_STRUCT(RunSummary, (),
                      (run_id, ref, sha, dirty, tree_changed, pipeline, scope, checkout, started_at,
                       finished_at, verdict, live, nodes, red, unposted))

}  // namespace odu::model
