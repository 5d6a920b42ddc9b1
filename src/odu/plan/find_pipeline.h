#pragma once

#include <optional>
#include <string>

#include "base/error.h"

namespace odu::plan {

/// The file that says what the pipeline is.
struct PipelineFile {
  std::string path;
  bool is_justfile = true;  ///< else an odu.json
};

/// Looks for a justfile as just does (any case, also .justfile; in `folder`, then upwards), and
/// only where there is none at all for an odu.json. Nothing above `ceiling` is looked at, if it is
/// not empty. Failures: kInput "no_pipeline"; kInput "two_justfiles".
base::Result<PipelineFile> FindPipeline(const std::string& folder, const std::string& ceiling);

}  // namespace odu::plan
