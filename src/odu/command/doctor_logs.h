#pragma once

#include "odu/command/doctor.h"

namespace odu::command {

/// Every log that a stored run's journal has the bytes and the sha256 of must be there, and be
/// that. What a node left that ended with its lane has no such line. Reads them all.
void CheckLogs(const DoctorCall& call, Findings& findings);

}  // namespace odu::command
