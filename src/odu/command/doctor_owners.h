#pragma once

#include "odu/command/doctor.h"

namespace odu::command {

/// Coordinators that are stopped, doors that lead nowhere, runs that nobody looks after.
void CheckOwners(const DoctorCall& call, Findings& findings);

}  // namespace odu::command
