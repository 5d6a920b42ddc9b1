#pragma once

#include <string>

#include "base/error.h"
#include "os/environment.h"

namespace odu::command {

/// Which pipeline `odu dump` and `odu graph` are asked for.
struct PlanCall {
  std::string cwd;
  std::string root;           ///< empty = the tagged recipe
  std::string pipeline_file;  ///< empty = the justfile, or odu.json; relative to `cwd`
  std::string platform;       ///< empty = this machine's
  os::Environment environment;
};

/// The pipeline as JSON, by the resolver that `run` uses, from the files as they are: of the
/// checkout's toplevel, wherever in it `cwd` is; outside of git the nearest one above. Starts no
/// git and runs nothing that a justfile contains. Failures are those of plan::LoadPlan, and kHost
/// "just_missing".
base::Result<std::string> Dump(const PlanCall& call);

/// The same as a Mermaid flowchart.
base::Result<std::string> Graph(const PlanCall& call);

}  // namespace odu::command
