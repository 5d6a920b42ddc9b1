#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace hosts {

/// What happens to the bytes of one direction.
struct FaultLane {
  std::optional<uint64_t> cut;    ///< after that many bytes both directions end
  std::optional<uint64_t> stall;  ///< after that many bytes nothing more passes, nothing ends
  uint64_t delay_ms = 0;          ///< each byte passes that much later
  uint64_t bytes_per_second = 0;  ///< 0 = as fast as it goes
  /// A cut where that many frames (lines that begin with `{"`) have passed, and `frame_shift` bytes
  /// later: -1, 0 or 1.
  std::optional<uint64_t> cut_frame;
  int frame_shift = 0;
  bool operator==(const FaultLane&) const = default;
};

/// What fault_pipe was asked for.
struct FaultPlan {
  FaultLane up;    ///< from our stdin to the command
  FaultLane down;  ///< from the command to our stdout
  /// At a cut the command's pipes are closed, instead of its whole group being killed.
  bool close_only = false;
  std::string plan_file;  ///< empty = none
  std::string log_file;   ///< empty = none
  std::string connect;    ///< HOST:PORT in place of a command
  std::vector<std::string> command;
};

/// Reads fault_pipe's own arguments. kUsage when they are none.
base::Result<FaultPlan> ParseFaultPlan(const std::vector<std::string>& words);

/// Takes the first line off the plan file (locked: many may take at once) and adds what it says to
/// `plan`. An empty line, or no line or file, adds nothing.
base::Result<void> TakePlanLine(FaultPlan& plan);

}  // namespace hosts
