#include "odu/cli/caller.h"

namespace odu::cli {

base::Result<command::LedgerPlace> PlaceFor(const Caller& caller, bool anywhere) {
  if (anywhere) {
    return command::FindPlace(caller.cwd, caller.environment);
  }
  const auto checkout = command::FindCheckout(caller.cwd, caller.environment);
  if (!checkout) {
    return base::Pass(checkout.error());
  }
  return command::PlaceOf(*checkout);
}

}  // namespace odu::cli
