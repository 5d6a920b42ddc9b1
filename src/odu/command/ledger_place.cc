#include "odu/command/ledger_place.h"

namespace odu::command {

LedgerPlace PlaceOf(const Checkout& checkout) {
  return LedgerPlace{checkout.home.state, checkout.id};
}

base::Result<LedgerPlace> FindPlace(const std::string& cwd, const os::Environment& environment) {
  const auto checkout = FindCheckout(cwd, environment);
  if (checkout) {
    return PlaceOf(*checkout);
  }
  if (checkout.error().code() != "not_a_repository") {
    return base::Pass(checkout.error());
  }
  const auto home = OduHome(environment);
  if (!home) {
    return base::Pass(home.error());
  }
  return LedgerPlace{home->state, ""};
}

}  // namespace odu::command
