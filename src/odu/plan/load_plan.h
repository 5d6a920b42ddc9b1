#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "odu/model/plan.h"
#include "odu/plan/just_runner.h"

namespace odu::plan {

/// Which pipeline, for which platforms.
struct PlanRequest {
  /// The absolute path of the tree (or a folder in it) to look for the pipeline in.
  std::string folder;
  /// The top of the tree; nothing above it is looked at. Empty = up to the root directory.
  std::string ceiling;
  /// A task file to take instead (--pipeline), relative to `folder`.
  std::optional<std::string> pipeline_file;
  /// A recipe to take instead of the tagged one (--root).
  std::optional<std::string> root;
  /// One lane for each; need not be sorted.
  std::vector<std::string> platforms;
};

/// The whole way from files to plan: the one resolver behind `run`, `dump`, `graph` and `protect`.
/// Blocks; reads the justfile with all its imports and calls just once for each operating system
/// that sees another justfile. Nothing a justfile contains is run. Failures: kInput "just_failed"
/// with just's own words, "no_root", "two_roots", "no_pipeline" and those of PlanLane and
/// ParseTaskFile; kUsage "bad_platform", "unknown_root", "root_without_justfile"; kHost
/// "just_too_old", "just_died", "bad_dump" and what `run_just` fails with.
base::Result<model::Pipeline> LoadPlan(const PlanRequest& request, const RunJust& run_just);

}  // namespace odu::plan
