#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"

namespace odu::plan {

/// One call of just that a plan needs.
struct JustCall {
  std::vector<std::string> argv;
  /// The directory to call it in.
  std::string folder;
};

struct JustOutcome {
  int exit_code = 0;
  std::string output;
  std::string errors;
};

/// Runs the call to its end and may block. Fails only when it could not be run; a red exit is an
/// outcome. The caller decides how: a coordinator posts it to its own loop, a one-shot command
/// just runs it.
using RunJust = std::function<base::Result<JustOutcome>(const JustCall& call)>;

}  // namespace odu::plan
