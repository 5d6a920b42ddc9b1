#pragma once

#include <string>
#include <string_view>

#include "odu/command/doctor.h"

namespace odu::command {

/// The repository's toplevel or bare folder that a linked work tree's `.git` file leads to; empty
/// when it leads to none.
std::string OwnerOfTree(std::string_view git_file);

/// Work trees of lanes that are over and that no coordinator removed.
void CheckTrees(const DoctorCall& call, Findings& findings);

}  // namespace odu::command
