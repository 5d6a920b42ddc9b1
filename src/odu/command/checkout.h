#pragma once

#include <string>

#include "base/error.h"
#include "odu/ledger/checkout_folder.h"
#include "os/environment.h"
#include "service/home.h"

namespace odu::command {

/// The checkout a command stands in, as the state folder knows it. A value; paths are absolute.
struct Checkout {
  std::string toplevel;
  service::Home home;
  std::string id;      ///< ledger::CheckoutId
  std::string folder;  ///< `<state>/checkouts/<id>`
  std::string socket;  ///< `.ci/odu.sock`
};

/// Where odu keeps its things, after this environment.
base::Result<service::Home> OduHome(const os::Environment& environment);

/// The checkout that holds `cwd`, found without starting git: kRefused "not_a_repository" when
/// there is none above it.
base::Result<Checkout> FindCheckout(const std::string& cwd, const os::Environment& environment);

}  // namespace odu::command
