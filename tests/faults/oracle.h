#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "faults/step_pipeline.h"

namespace odu::faults {

/// What is left of a run when it is over and nobody lives any more, and what had been done to it.
struct Remains {
  std::string run_folder;
  std::string platform;
  std::string witness;  ///< the text of the witness file
  bool lane_killed = false;
  bool disk_filled = false;
  bool cancelled = false;   ///< somebody asked for that, of a node or of all
  std::string lane_folder;  ///< where the lane lived; empty = in the run's folder
  int32_t most_attempts = 1;
};

/// What is wrong with them, a sentence each; nothing when all promises were kept:
/// - both journals parse, begin and end as they must, and no terminal node changes;
/// - the verdict follows from the nodes, passed only if every step began and ended and is ok;
/// - without a death of the lane every node came to what it comes to undisturbed;
/// - no attempt ran twice, none ran that is not written down, and none nobody asked for;
/// - an ended attempt's log is sealed, has the size and sha256 of its record, and what the step
///   printed; an unfinished one's is a prefix of that with an epitaph.
std::vector<std::string> ComplaintsOf(const Remains& remains, const StepPipeline& pipeline);

/// The newest verdict in the run's journal; "" when there is none.
std::string VerdictOf(const std::string& run_folder);

}  // namespace odu::faults
