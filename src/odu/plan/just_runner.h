#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "os/run_program.h"

namespace odu::plan {

/// One call of just that a plan needs.
struct JustCall {
  std::vector<std::string> argv;
  /// The directory to call it in.
  std::string folder;
};

struct JustOutcome {
  int exit_code = 0;  ///< 128 + its number where a signal ended it
  std::string output;
  std::string errors;
};

/// Runs the call to its end and may block. Fails only when it could not be run; a red exit is an
/// outcome. The caller decides how: a coordinator posts it to its own loop and waits on a worker, a
/// one-shot command takes RunJustBlocking.
using RunJust = std::function<base::Result<JustOutcome>(const JustCall& call)>;

/// The call as a program to run, within the limits of a plan: 60 s, 256 MiB of output.
os::ProgramCall ProgramOf(const JustCall& call);
JustOutcome OutcomeOf(os::ProgramResult result);

/// A RunJust for a process without an event loop (see os::RunProgramBlocking).
base::Result<JustOutcome> RunJustBlocking(const JustCall& call);

}  // namespace odu::plan
