#include "odu/cli/caller.h"

#include <sys/stat.h>

#include <array>
#include <string_view>

#include "service/home.h"

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

os::Environment WithoutRecipe(os::Environment environment) {
  constexpr std::array<std::string_view, 5> kMarks{"ODU_RUN", "ODU_NODE", "ODU_PLATFORM",
                                                   "ODU_ATTEMPT*", "ODU"};
  environment.RemoveMatching(kMarks);
  return environment;
}

base::Error WithRemedy(const base::Error& error, const os::Environment& environment) {
  const auto home = service::FindHome({"odu", "ODU_STATE_DIR", "ODU_CACHE_DIR"}, environment);
  const bool of_state = home && error.message().find(home->state) != std::string::npos;
  if (!of_state || !error.hint().empty()) {
    return error;
  }
  return base::Error(error.kind(), error.code(), error.message(),
                     "odu keeps its runs there: make it writable for this user, or set "
                     "ODU_STATE_DIR to a place that is and has room and locks");
}

mode_t OwnUmask() {
  const mode_t mask = umask(0);
  umask(mask);
  return mask;
}

}  // namespace odu::cli
