#pragma once

#include <string>

#include "base/error.h"
#include "odu/model/lane_contract.h"

namespace odu::lane {

/// What comes over a link is not believed: ids safe as file names and unique, needs that stand
/// before their dependents, programs that can be executed, absolute places, bounds on everything.
/// Failure: kInput "bad_configure" (or the code of the id that is wrong), the place named.
base::Result<void> CheckConfigure(const model::ConfigureRequest& request);

/// sha256 over what makes a second configure the same as the first: run, plan and source.
std::string Fingerprint(const model::ConfigureRequest& request);

}  // namespace odu::lane
