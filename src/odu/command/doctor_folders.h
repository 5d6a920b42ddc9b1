#pragma once

#include "odu/command/doctor.h"

namespace odu::command {

/// The state folder, the room it has, its runs' files, the index. False when the folder cannot be
/// used at all, so that nothing else is worth looking at.
bool CheckFolders(const DoctorCall& call, Findings& findings);

}  // namespace odu::command
