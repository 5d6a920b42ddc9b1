#pragma once

#include "odu/coordinator/world.h"

namespace odu::coordinator {

/// False with ODU_DURABILITY=off, which is for the benchmark that says what it costs: then nothing
/// is synced to the disk and no index is kept.
inline bool IsDurable(const World& world) {
  return world.environment.Get("ODU_DURABILITY").value_or("") != "off";
}

}  // namespace odu::coordinator
