#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "odu/model/lane_contract.h"
#include "os/environment.h"

/// The environments of what a lane starts.
namespace odu::lane {

/// What `_ci-setup`'s own programs (git, tar) see: the request's environment, or with
/// `login_environment` this over `own`, the lane's, of which what agent hosts put there, forge
/// tokens and what only the connection knew is left out. No forge token comes through either way
/// then.
std::vector<std::string> LaneEnvironment(const model::ConfigureRequest& request,
                                         const os::Environment& own);

/// The same, with what every recipe of the lane is told instead of what an odu around this one
/// said. `just_folder`, if not empty, holds the request's `just` and comes first on PATH.
std::vector<std::string> RecipeEnvironment(const model::ConfigureRequest& request,
                                           const std::vector<std::string>& lane_environment,
                                           const std::string& just_folder);

/// Makes `<lane folder>/bin/just` lead to the request's `just`, for recipes that call it; returns
/// the folder, empty when the request names none.
base::Result<std::string> MakeJustFolder(const std::string& lane_folder, const std::string& just);

}  // namespace odu::lane
