#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "os/environment.h"

namespace odu::command {

struct ShellCall {
  std::string cwd;
  os::Environment environment;  ///< the caller's
  std::string node;             ///< as its user names it
  std::string run;              ///< empty = the newest
};

/// A program to become, and how.
struct ShellPlan {
  std::vector<std::string> argv;
  std::vector<std::string> environment;
  std::string directory;
};

/// What a terminal in the node's work tree is: on this machine the user's shell there, else ssh to
/// its host, with what the node's recipe has around it (`enter`, CI, ODU_…; of the environment, the
/// caller's here and the login environment there). kGone "no_run", "no_workspace"; kRefused
/// "no_terminal" for a host behind a command; kUsage as model::MatchOneId. Whether the tree is
/// still there is known only here, not of another machine: that says so itself, and exits with 3.
base::Result<ShellPlan> PlanShell(const ShellCall& call);

/// `odu shell`: becomes that program, whose exit status is the command's. Returns only an error.
base::Error EnterShell(const ShellCall& call);

}  // namespace odu::command
