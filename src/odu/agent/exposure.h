#pragma once

#include <span>
#include <string_view>

namespace odu::agent {

/// What agents may see of one member of the coordinator's surface.
struct ExposedMember {
  std::string_view member;
  std::string_view tool;      ///< the tool that it becomes or that tells of it; empty = none
  std::string_view resource;  ///< the uri, or its template; empty = none
};

/// The one map from the surface to what agents see: a member that no row names does not exist for
/// them. Absent, and why: `pipeline` (the plan of HEAD: the tool `pipeline` tells it of the files
/// as they are) and `notices` (nothing that a model could act on).
std::span<const ExposedMember> Exposure();

}  // namespace odu::agent
