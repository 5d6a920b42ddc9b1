#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "odu/command/doctor.h"

namespace odu::command {

/// Whose process it is, by its ODU_ATTEMPT_ID.
struct LaneName {
  std::string run_id;
  std::string platform;
  auto operator<=>(const LaneName&) const = default;
};
/// Nothing when the value is none of odu's.
std::optional<LaneName> LaneOfMarker(std::string_view attempt_id);

/// Processes of this machine whose lane is dead.
void CheckLanes(const DoctorCall& call, Findings& findings);

}  // namespace odu::command
