#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "odu/model/gate_report.h"
#include "os/environment.h"

namespace odu::command {

/// `odu protect`, read from its options.
struct ProtectCall {
  std::string cwd;
  os::Environment environment;
  std::string branch;                  ///< empty = the forge's default branch
  std::vector<std::string> platforms;  ///< empty = those of the hosts file
  bool create = false;
  bool dry_run = false;
};

/// The contexts that a run of the pipeline posts, by the resolver that `run` uses and from the
/// files as they are: every node on every platform, without what another system's attribute leaves
/// out and without `_ci-setup`. Sorted. Failures: those of plan::LoadPlan, plan::LoadHosts and
/// ChooseHosts; kUsage "nothing_to_run".
base::Result<std::vector<std::string>> ContextsOf(const ProtectCall& call,
                                                  std::string& platforms_from);

/// Makes exactly those contexts required. Failures besides: those of OpenForge and of the forge;
/// kRefused "no_ruleset" (none requires statuses, without --create), "ruleset_exists" (--create
/// where one does), "two_rulesets", "foreign_ruleset".
base::Result<model::ProtectReport> Protect(const ProtectCall& call);

}  // namespace odu::command
