#pragma once

#include "odu/command/doctor.h"

namespace odu::command {

/// Every whole log of every stored run: it must be there, with the bytes and the sha256 that the
/// run's journal has of it. Reads them all.
void CheckLogs(const DoctorCall& call, Findings& findings);

}  // namespace odu::command
