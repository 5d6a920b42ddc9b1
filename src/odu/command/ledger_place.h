#pragma once

#include <string>

#include "base/error.h"
#include "odu/command/checkout.h"
#include "os/environment.h"

namespace odu::command {

/// Where a command looks for runs: this user's state folder, and the checkout it stands in.
struct LedgerPlace {
  std::string state;
  std::string checkout_id;  ///< empty outside of a checkout: there only run ids are names
};

LedgerPlace PlaceOf(const Checkout& checkout);

/// The place of a command that also makes sense outside of a checkout.
base::Result<LedgerPlace> FindPlace(const std::string& cwd, const os::Environment& environment);

}  // namespace odu::command
