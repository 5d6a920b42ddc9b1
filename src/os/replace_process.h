#pragma once

#include <string>
#include <vector>

#include "base/error.h"

namespace os {

/// Makes this process that program, in that folder with that environment ("KEY=value"); signals are
/// at their defaults there, our descriptors closed but 0, 1 and 2. Returns only when it could not:
/// kInput "program_not_found", "not_executable", "no_such_directory", else kHost "io". Nothing of
/// this process goes on afterwards: no destructors, no buffered output.
base::Error ReplaceProcess(std::vector<std::string> argv, std::vector<std::string> environment,
                           const std::string& directory);

}  // namespace os
